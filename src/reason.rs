//! Every reason for a refusal, with its stable code and its message.
//!
//! Codes are part of the product's interface. They appear in audit entries, in answers to clients and in the
//! documentation, and are never renamed. A message is one sentence in plain English: it says what is wrong and, after
//! a colon, what to do. It never contains input. `docs/reasons.md` lists all of them and is generated from this file.

use crate::words::words;

macro_rules! reasons {
    ($($name:ident = $code:literal, $message:literal;)*) => {
        words! {
            /// Why something was refused.
            #[non_exhaustive]
            pub enum Reason {
                $(#[doc = $message] $name = $code,)*
            }
        }

        impl Reason {
            /// Returns the stable code, in snake_case: the reason's word.
            #[must_use]
            pub const fn code(self) -> &'static str {
                self.word()
            }

            /// Returns one sentence for a person: what was wrong and what to do.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message),* }
            }
        }
    };
}

reasons! {
    // Tokens
    TokenMissing = "token_missing", "The request has no access token: send it in the Authorization header, as Bearer followed by the token.";
    TokenInQuery = "token_in_query", "The access token was sent in the URL, where logs record it: send it in the Authorization header.";
    TokenMalformed = "token_malformed", "The token does not have the form of a token of this site: send it exactly as it was issued.";
    TokenUnknownKey = "token_unknown_key", "The token was issued with a key that this site no longer has: connect again.";
    TokenForged = "token_forged", "The signature of the token is wrong: send the token exactly as it was issued.";
    TokenWrongKind = "token_wrong_kind", "The token is of another kind than this request needs, such as a refresh token instead of an access token.";
    TokenWrongSite = "token_wrong_site", "The token was issued by another site: connect to this site.";
    TokenExpired = "token_expired", "The token has expired: refresh it.";
    TokenNotYetValid = "token_not_yet_valid", "The token was issued at a time in the future: synchronise the clocks of the servers.";
    TokenWrongAudience = "token_wrong_audience", "The token was issued for another resource: request one for this resource.";
    TokenRevoked = "token_revoked", "The token was revoked: connect again.";
    TokenUsed = "token_used", "The token can be used only once and has been used: request a new one.";
    // Signed actions and heartbeats
    ActionTooLarge = "action_too_large", "The signed message is longer than the format allows: send it exactly as it was signed.";
    ActionMalformed = "action_malformed", "The signed message is missing or does not have the required form: send it exactly as it was signed.";
    ActionWrongDomain = "action_wrong_domain", "A heartbeat was sent where an action is required, or an action where a heartbeat is required.";
    ActionWrongSite = "action_wrong_site", "The message was signed for another site: sign it for this site.";
    ActionUnknownKey = "action_unknown_key", "The message was signed with a key that is not active on this site: pair again, or add the key.";
    ActionForged = "action_forged", "The signature of the message is wrong: send the message exactly as it was signed.";
    ActionPayloadMismatch = "action_payload_mismatch", "The request body differs from the one that was signed: send exactly the same bytes.";
    ActionLifetime = "action_lifetime", "The lifetime of the message must be more than 0 and at most 300 seconds: sign it again.";
    ActionNotYetValid = "action_not_yet_valid", "The message was signed at a time in the future: synchronise the clocks of both machines.";
    ActionExpired = "action_expired", "The message has expired: sign it again with the same id.";
    ActionReplayed = "action_replayed", "The nonce of the message was used before: sign the message again with a new nonce.";
    ActionInProgress = "action_in_progress", "The action is still running, or it was interrupted and its outcome is unknown: ask again later.";
    ActionConflict = "action_conflict", "This id was already used for another action: use a new id.";
    ActionKeyUnusable = "action_key_unusable", "The key cannot be used: a shared secret must have at least 32 bytes; an Ed25519 key must have exactly 32 bytes and must not be a weak key.";
    // Connections
    KillSwitch = "kill_switch", "An administrator has stopped all agents on this site: an administrator lifts the stop in the WordPress dashboard, under Countersign.";
    ConnectionUnknown = "connection_unknown", "The connection does not exist any more: connect again.";
    ConnectionPaused = "connection_paused", "An administrator has paused this connection: an administrator resumes it in the WordPress dashboard, under Countersign.";
    ConnectionRevoked = "connection_revoked", "An administrator has revoked this connection: connect again if you are allowed to.";
    WideningRefused = "widening_refused", "The permissions of a connection can only be reduced: revoke it and connect again to grant more.";
    AdministratorRequired = "administrator_required", "The change would allow more on the whole site than its settings allow now: an administrator makes it.";
    UserMissing = "user_missing", "The WordPress user of this connection does not exist any more: an administrator revokes the connection in the WordPress dashboard, under Countersign; then connect again as another user.";
    AppPasswordInvalid = "app_password_invalid", "The application password is wrong or was deleted, or application passwords are switched off on this site: an administrator finds out on the page Connections of Countersign.";
    AppPasswordForeign = "app_password_foreign", "This application password was not made for an agent, so agents cannot use it: an administrator makes one on the page Connections of Countersign, under Connect an agent.";
    AppPasswordElsewhere = "app_password_elsewhere", "The application password of an agent was used elsewhere than at the address for agents, which is refused: an administrator finds out who has it, and revokes the connection if in doubt.";
    AppPasswordDeleted = "app_password_deleted", "The application password of this connection was deleted, so the connection has ended: connect the agent again.";
    AccountChanged = "account_changed", "The connection is paused, because its WordPress account or the one that approved it was deleted, lost rights or had its password reset: an administrator resumes or revokes it in the WordPress dashboard, under Countersign.";
    // Authority
    RecordForged = "record_forged", "A stored decision of this site was changed in the database by something else, so it grants nothing: an administrator finds it on the page of the connections.";
    RecordForeign = "record_foreign", "A stored decision belongs to a copy of this site or to a time before it began anew, so it grants nothing here: connect again.";
    RecordMissing = "record_missing", "A stored decision of this site is missing from the database, so nothing is granted: an administrator finds it in the WordPress dashboard, under Countersign.";
    RecordRolledBack = "record_rolled_back", "The database shows an older state than the site had before, so nothing is granted on it: try again later; an administrator decides in the WordPress dashboard, under Countersign, if it was restored from a backup.";
    RecordUnexplained = "record_unexplained", "A stored decision of this site has no entry in the audit log that explains it: an administrator must find out who made it.";
    RecordUnsealed = "record_unsealed", "The connection was made by an older version and has not been taken over: an administrator takes it over in the WordPress dashboard, under Countersign.";
    KeysChanged = "keys_changed", "The keys of the site were changed after this was approved: connect again.";
    SiteMoved = "site_moved", "The address of the site has changed, so all agents are paused: an administrator says in the WordPress dashboard, under Countersign, whether it was moved or is a copy.";
    WitnessMissing = "witness_missing", "The site has lost its file against restored databases, so all agents are paused: an administrator confirms in the WordPress dashboard, under Countersign, that the database is current.";
    WitnessUnusable = "witness_unusable", "The file of the site against restored databases cannot be used: the administrator of the host finds the cause in the WordPress dashboard, under Tools, Site Health.";
    AgentAtWork = "agent_at_work", "This process has run a call of an agent, so until its next request it can only take rights away: do this in another request.";
    LoginRequired = "login_required", "Nobody is logged in, or the login is not recent: log in to approve this.";
    // Limits
    RateLimited = "rate_limited", "Too many calls: wait and try again.";
    RateLimitedIp = "rate_limited_ip", "Too many failed requests from this IP address: wait and try again.";
    RateLimitedConnection = "rate_limited_connection", "This connection has reached its limit of requests: an administrator can raise it in the WordPress dashboard, under Countersign.";
    LimitUnusable = "limit_unusable", "The configured limit is out of range: an administrator sets 1 to 256 calls in at most 31 days in the WordPress dashboard, under Countersign.";
    // Budgets
    BudgetCallsSpent = "budget_calls_spent", "The number of calls allowed for this day or month is used up: wait for the next one, or ask an administrator to raise the budget.";
    BudgetCostSpent = "budget_cost_spent", "The cost budget of this day or month is used up, or too little of it is left for this call: wait for the next one, or ask an administrator to raise the budget.";
    // Transport and framing
    HttpsRequired = "https_required", "This site is not reached over HTTPS, so agents are refused: serve it over HTTPS.";
    HostRefused = "host_refused", "The host name of the request is not accepted: use the address of the site.";
    OriginRefused = "origin_refused", "Requests from pages of another web origin are not accepted: call this address from the site's own pages or from outside a browser.";
    HttpMethodRefused = "http_method_refused", "This address accepts POST requests only: use the Streamable HTTP transport; the HTTP+SSE transport of 2024-11-05 is not served.";
    BodyTooLarge = "body_too_large", "The request body is larger than this site accepts: send less data.";
    BodyNotJson = "body_not_json", "The request body is not valid JSON.";
    BodyTooDeep = "body_too_deep", "The JSON in the request body is nested too deeply: flatten it.";
    BatchRefused = "batch_refused", "Batches are not accepted: send one message per request.";
    RequestMalformed = "request_malformed", "The message is not a valid JSON-RPC request.";
    HeaderMismatch = "header_mismatch", "A required header is missing or differs from the request body.";
    ProtocolVersionUnsupported = "protocol_version_unsupported", "This protocol version is not supported: use one of those that the server lists.";
    MethodUnknown = "method_unknown", "This server does not have this method.";
    ClientCapabilityMissing = "client_capability_missing", "The call needs a capability that the client did not declare.";
    RequestStateInvalid = "request_state_invalid", "The request state was not issued by this site for this request: start the call again without it.";
    CursorInvalid = "cursor_invalid", "This is not a cursor that this site issued for this list: request the first page again.";
    CursorUnknown = "cursor_unknown", "The cursor does not exist any more, as the list has changed: request the first page again.";
    ParamsInvalid = "params_invalid", "The parameters of the request are not valid.";
    // Tools
    ToolUnknown = "tool_unknown", "There is no such tool for this connection: list the tools again.";
    ConnectionMissing = "connection_missing", "No connection of an agent governs this request: tools of Countersign run only for a connection.";
    AbilityNotOffered = "ability_not_offered", "This site does not offer this ability to agents: an administrator can offer it on the page Abilities.";
    ToolOutsideGroups = "tool_outside_groups", "The permissions of this connection do not include this tool.";
    ArgumentsInvalid = "arguments_invalid", "The arguments do not match the schema of the tool.";
    CapabilityDenied = "capability_denied", "The WordPress user of this connection does not have the capability that this needs.";
    ResourceUnknown = "resource_unknown", "This resource does not exist: list the resources again.";
    PromptUnknown = "prompt_unknown", "This prompt does not exist: list the prompts again.";
    TargetNotFound = "target_not_found", "The item does not exist, or the WordPress user of this connection cannot see it.";
    TargetChanged = "target_changed", "The item was changed after it was read or reviewed: read it, and review the call again.";
    TargetLocked = "target_locked", "Somebody is editing or changing the item: wait until they have finished.";
    FieldDenied = "field_denied", "An administrator has excluded this field from what the connection may write: leave it out, or ask a person to change it.";
    NeedsPublish = "needs_publish", "Visitors see this item, and the connection may not change what visitors see: create a draft instead, and ask a person to publish it.";
    WriteRefused = "write_refused", "The tool tried to change something that no agent may change on this site.";
    TargetState = "target_state", "The item is in a state in which this operation is not possible: read its current state first.";
    AuthorNotAllowed = "author_not_allowed", "This connection may not make this person the author: use an author that list_authors marks as allowed, or ask an administrator to add the person to the connection in the WordPress dashboard, under Countersign.";
    SeoPluginMissing = "seo_plugin_missing", "No SEO plugin that agents can use is active on this site: a person installs Yoast SEO, Rank Math or AIOSEO; analyze_seo works without one.";
    ImageProviderFailed = "image_provider_failed", "The provider of images did not do what was asked: the answer says why.";
    ToolFailed = "tool_failed", "The tool failed because of an internal error: the administrator of the site finds the cause in the error log.";
    // Confirmation
    ConfirmationMissing = "confirmation_missing", "This call needs a confirmation token: call request_review first.";
    ConfirmationMalformed = "confirmation_malformed", "The confirmation token was not issued by this site: call request_review again.";
    ConfirmationExpired = "confirmation_expired", "The confirmation token has expired: call request_review again.";
    ConfirmationMismatch = "confirmation_mismatch", "The confirmation token was issued for another connection, tool or arguments: call request_review with exactly these arguments.";
    ConfirmationUsed = "confirmation_used", "The confirmation token has already been used: call request_review again.";
    // Upload sessions
    UploadSessionUnknown = "upload_session_unknown", "The link is not one of this site, or its upload session does not exist any more: ask for a new link.";
    UploadSessionExpired = "upload_session_expired", "The time of this upload session is over: ask for a new link.";
    UploadSessionClosed = "upload_session_closed", "This upload session was closed: ask for a new link.";
    UploadSessionFull = "upload_session_full", "As many files as were asked for have been uploaded in this session: ask for a new link to send more.";
    UploadSessionsMany = "upload_sessions_many", "The connection has as many open upload sessions as it may have: close one first.";
    UploadFileType = "upload_file_type", "Files of this type are not accepted in this upload session: choose another file.";
    UploadFileSize = "upload_file_size", "The file is empty, or larger than this upload session accepts: choose another file.";
    UploadPartUnexpected = "upload_part_unexpected", "The part does not have the number and the length of a part of this file: ask which part is next, and send that one.";
    UploadAttempts = "upload_attempts", "Too many files were refused or cancelled in this upload session: ask for a new link.";
    // Policy
    ConfidenceInvalid = "confidence_invalid", "The confidence must be a whole number of basis points, either 0 or 101 to 10000: send 8200 for 82 percent.";
    ConfidenceLow = "confidence_low", "The confidence is below the threshold of this site: the action is recorded as a recommendation.";
    ProposalOnly = "proposal_only", "The key may only propose actions: the action is recorded as a recommendation.";
    SnapshotMissing = "snapshot_missing", "Actions of medium or higher risk need a snapshot: make one, verify it, and name it in the action.";
    SnapshotMismatch = "snapshot_mismatch", "The snapshot is of another target: make one of the target that the action changes.";
    SnapshotStale = "snapshot_stale", "The target was changed after the snapshot was made: make a new snapshot.";
    SnapshotUnverified = "snapshot_unverified", "The snapshot has not been verified: verify it first.";
    ApprovalNeeded = "approval_needed", "A person must approve this action first.";
    ApprovalPending = "approval_pending", "A person has been asked to approve this action: wait for the answer.";
    ApprovalExpired = "approval_expired", "The approval has expired: ask for a new one.";
    ApprovalChanged = "approval_changed", "The arguments or the target were changed after the approval: ask for a new one.";
    ApprovalRejected = "approval_rejected", "A person rejected this action.";
    AutonomousUnproven = "autonomous_unproven", "Autonomous mode is available only after a snapshot has succeeded on this site: make one first.";
    // Fetching
    FetchUrlRefused = "fetch_url_refused", "The URL cannot be fetched: it must be https with the name of a public host, without user name and password.";
    FetchAddressRefused = "fetch_address_refused", "The host of the URL has no address in the DNS, too many, or one that is not public: correct its DNS records.";
    FetchFailed = "fetch_failed", "The URL could not be fetched: its server did not answer in time with the expected document.";
    // Files
    FileRefused = "file_refused", "The file was not accepted: its name, its type or its content is not one that may be uploaded here.";
    FileTooLarge = "file_too_large", "The file is larger than this site accepts from agents: send a smaller one.";
    UploadUnknown = "upload_unknown", "There is no such unfinished upload of this connection, or it has expired: begin again with the first part.";
    UploadsFull = "uploads_full", "Too many uploads of this connection are unfinished: send the missing parts of one, or wait until they expire.";
    // OAuth
    ClientUnknown = "client_unknown", "The OAuth client is not registered on this site, or was before the keys of the site were replaced: remove the connector in the program and add it again, so that it registers anew.";
    ClientAuthFailed = "client_auth_failed", "The client did not authenticate: send the client secret as it was issued, and none if the client is public.";
    ClientMetadataInvalid = "client_metadata_invalid", "The metadata of the client is not acceptable: its developer corrects it, then the client registers again.";
    ClientMetadataTooLarge = "client_metadata_too_large", "The name and the redirect addresses of the client are too long together: register fewer or shorter ones, so that the client identifier has at most 1,024 characters.";
    RedirectInvalid = "redirect_invalid", "The redirect address is not acceptable: use https, http with a loopback host, or a private-use scheme of a public client that this site accepts.";
    RedirectMismatch = "redirect_mismatch", "The redirect address is not one that the client registered: send one of those, or remove the connector in the program and add it again, so that it registers anew.";
    ResponseTypeUnsupported = "response_type_unsupported", "The response type is not supported: use code.";
    PkceRequired = "pkce_required", "PKCE is required: send a code_challenge with the method S256.";
    PkceFailed = "pkce_failed", "The code verifier does not match the code challenge: start the connection again.";
    ResourceMismatch = "resource_mismatch", "The requested resource is not the MCP endpoint of this site: use the address that the page of the connections shows.";
    OauthRequestInvalid = "oauth_request_invalid", "The OAuth request is malformed: its developer corrects the parameter that is missing, repeated, too long or wrongly encoded.";
    GrantTypeUnsupported = "grant_type_unsupported", "The grant type is not supported: use authorization_code or refresh_token.";
    GrantMismatch = "grant_mismatch", "The code or refresh token was not issued for this client and this request: connect again.";
    GrantExpired = "grant_expired", "The authorization of this connection has reached its maximum age: connect again.";
    CodeReused = "code_reused", "The authorization code was used before, so all tokens that were issued for it are revoked: connect again.";
    RefreshReused = "refresh_reused", "A refresh token was used again after it had been replaced, so the tokens of the connection are revoked: connect again.";
    ConsentDenied = "consent_denied", "The person did not approve the connection: ask them, then start it again.";
    ConsentAsked = "consent_asked", "The person may not approve the connection and has asked an administrator of the site: connect again when an administrator has answered.";
    ConsentNotAllowed = "consent_not_allowed", "The account may not connect agents to this site: log in with one that may, or ask an administrator.";
    ConsentAsksFull = "consent_asks_full", "Too many requests to connect an agent wait for an answer on this site: ask an administrator in person.";
    // Secrets at rest
    SecretMalformed = "secret_malformed", "The stored secret was truncated or overwritten: enter it again.";
    SecretUnknownKey = "secret_unknown_key", "The stored secret was encrypted with a key that this site no longer has: enter it again.";
    SecretDamaged = "secret_damaged", "The stored secret was changed, or it belongs to another record or site: enter it again.";
    VaultKeyChanged = "vault_key_changed", "The vault was closed with another key, because AUTH_KEY was changed: open it with the old key, the key file or the recovery code and store a slot for the new key, or enter the secrets again.";
    VaultDamaged = "vault_damaged", "The stored slots of the vault were truncated or changed: restore them from a backup, or enter the secrets again.";
    VaultWrongSite = "vault_wrong_site", "The stored slots of the vault belong to another site, because this site is a copy or they were copied here: enter the secrets again.";
    VaultSlotMissing = "vault_slot_missing", "The vault has no slot for this kind of key: open it with another kind.";
    RecoveryCodeInvalid = "recovery_code_invalid", "The recovery code contains a typing error: check it against your copy.";
    KeyFileUnusable = "key_file_unusable", "The key file cannot be used: it must be a regular file that belongs to the user that runs PHP or to root, have mode 0600, and contain 32 to 4,096 random bytes.";
    SaltMissing = "salt_missing", "A key or salt is not defined in wp-config.php, so WordPress would take one from its database: define all eight.";
    SaltPlaceholder = "salt_placeholder", "A key or salt in wp-config.php is still the placeholder of WordPress: replace it by a random one.";
    SaltShort = "salt_short", "A key or salt in wp-config.php is shorter than 32 characters: replace it by a random one of 64 characters.";
    SaltMonotonous = "salt_monotonous", "A key or salt in wp-config.php has too few different characters: replace it by a random one.";
    SaltDuplicated = "salt_duplicated", "Two keys or salts in wp-config.php are the same, so WordPress would take one from its database: define eight different ones.";
    // The machine
    StoreUnavailable = "store_unavailable", "The store of the extension cannot be used, so agents are refused: the administrator of the host finds the cause in phpinfo() or Site Health.";
    EntropyUnavailable = "entropy_unavailable", "The random number generator of the operating system failed, so no operation that needs a secret is possible: try again later.";
    StoreFull = "store_full", "The store of the extension is full, so agents are refused: try again later; the administrator of the host can enlarge it.";
    StoreRestarted = "store_restarted", "The store of the extension was reset after this was issued: request a new one.";
    AuditUnavailable = "audit_unavailable", "The audit log cannot be written, and nothing is done that cannot be recorded: the administrator of the site finds the cause in the error log.";
    AuditRollback = "audit_rollback", "The audit log is shorter than it was before: an administrator investigates and acknowledges this in the WordPress dashboard, under Countersign, Audit.";
    AuditFork = "audit_fork", "This log does not continue the given checkpoint: one of the two differs from what the site showed before.";
    SealUnusable = "seal_unusable", "The sealing key of the audit log is missing, damaged or accessible to other users: restore its file, or start a new seal.";
    KeyUnusable = "key_unusable", "AUTH_KEY in wp-config.php is missing, shorter than 32 bytes or the placeholder of WordPress: the administrator of the host sets a random one.";
}

/// The part of the site whose failure a reason reports. Code that gets such a reason cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailingPart {
    /// Key material: `AUTH_KEY`, the key file, the recovery code or the slots of the vault.
    Keys,
    /// The extension's store.
    Store,
    /// Neither of these: the reason is a decision, or another part failed.
    Other,
}

impl Reason {
    /// Returns the part whose failure this reason reports. The match names every reason, so that the compiler asks for
    /// a new one.
    #[must_use]
    pub const fn failing_part(self) -> FailingPart {
        match self {
            Self::KeyUnusable
            | Self::ActionKeyUnusable
            | Self::KeyFileUnusable
            | Self::RecoveryCodeInvalid
            | Self::VaultKeyChanged
            | Self::VaultDamaged
            | Self::VaultWrongSite
            | Self::VaultSlotMissing => FailingPart::Keys,
            Self::StoreUnavailable | Self::StoreFull | Self::StoreRestarted => FailingPart::Store,
            Self::TokenMissing
            | Self::TokenInQuery
            | Self::TokenMalformed
            | Self::TokenUnknownKey
            | Self::TokenForged
            | Self::TokenWrongKind
            | Self::TokenWrongSite
            | Self::TokenExpired
            | Self::TokenNotYetValid
            | Self::TokenWrongAudience
            | Self::TokenRevoked
            | Self::TokenUsed
            | Self::ActionTooLarge
            | Self::ActionMalformed
            | Self::ActionWrongDomain
            | Self::ActionWrongSite
            | Self::ActionUnknownKey
            | Self::ActionForged
            | Self::ActionPayloadMismatch
            | Self::ActionLifetime
            | Self::ActionNotYetValid
            | Self::ActionExpired
            | Self::ActionReplayed
            | Self::ActionInProgress
            | Self::ActionConflict
            | Self::KillSwitch
            | Self::ConnectionUnknown
            | Self::ConnectionPaused
            | Self::ConnectionRevoked
            | Self::WideningRefused
            | Self::AdministratorRequired
            | Self::UserMissing
            | Self::AppPasswordInvalid
            | Self::AppPasswordForeign
            | Self::AppPasswordElsewhere
            | Self::AppPasswordDeleted
            | Self::AccountChanged
            | Self::RecordForged
            | Self::RecordForeign
            | Self::RecordMissing
            | Self::RecordRolledBack
            | Self::RecordUnexplained
            | Self::RecordUnsealed
            | Self::KeysChanged
            | Self::SiteMoved
            | Self::WitnessMissing
            | Self::WitnessUnusable
            | Self::AgentAtWork
            | Self::LoginRequired
            | Self::RateLimited
            | Self::RateLimitedIp
            | Self::RateLimitedConnection
            | Self::LimitUnusable
            | Self::BudgetCallsSpent
            | Self::BudgetCostSpent
            | Self::HttpsRequired
            | Self::HostRefused
            | Self::OriginRefused
            | Self::HttpMethodRefused
            | Self::BodyTooLarge
            | Self::BodyNotJson
            | Self::BodyTooDeep
            | Self::BatchRefused
            | Self::RequestMalformed
            | Self::HeaderMismatch
            | Self::ProtocolVersionUnsupported
            | Self::MethodUnknown
            | Self::ClientCapabilityMissing
            | Self::RequestStateInvalid
            | Self::CursorInvalid
            | Self::CursorUnknown
            | Self::ParamsInvalid
            | Self::ToolUnknown
            | Self::ToolOutsideGroups
            | Self::ConnectionMissing
            | Self::AbilityNotOffered
            | Self::ArgumentsInvalid
            | Self::CapabilityDenied
            | Self::ResourceUnknown
            | Self::PromptUnknown
            | Self::TargetNotFound
            | Self::TargetChanged
            | Self::TargetLocked
            | Self::FieldDenied
            | Self::NeedsPublish
            | Self::WriteRefused
            | Self::TargetState
            | Self::AuthorNotAllowed
            | Self::SeoPluginMissing
            | Self::ImageProviderFailed
            | Self::ToolFailed
            | Self::ConfirmationMissing
            | Self::ConfirmationMalformed
            | Self::ConfirmationExpired
            | Self::ConfirmationMismatch
            | Self::ConfirmationUsed
            | Self::UploadSessionUnknown
            | Self::UploadSessionExpired
            | Self::UploadSessionClosed
            | Self::UploadSessionFull
            | Self::UploadSessionsMany
            | Self::UploadFileType
            | Self::UploadFileSize
            | Self::UploadPartUnexpected
            | Self::UploadAttempts
            | Self::ConfidenceInvalid
            | Self::ConfidenceLow
            | Self::ProposalOnly
            | Self::SnapshotMissing
            | Self::SnapshotMismatch
            | Self::SnapshotStale
            | Self::SnapshotUnverified
            | Self::ApprovalNeeded
            | Self::ApprovalPending
            | Self::ApprovalExpired
            | Self::ApprovalChanged
            | Self::ApprovalRejected
            | Self::AutonomousUnproven
            | Self::FetchUrlRefused
            | Self::FetchAddressRefused
            | Self::FetchFailed
            | Self::FileRefused
            | Self::FileTooLarge
            | Self::UploadUnknown
            | Self::UploadsFull
            | Self::ClientUnknown
            | Self::ClientAuthFailed
            | Self::ClientMetadataInvalid
            | Self::ClientMetadataTooLarge
            | Self::RedirectInvalid
            | Self::RedirectMismatch
            | Self::ResponseTypeUnsupported
            | Self::PkceRequired
            | Self::PkceFailed
            | Self::ResourceMismatch
            | Self::OauthRequestInvalid
            | Self::GrantTypeUnsupported
            | Self::GrantMismatch
            | Self::GrantExpired
            | Self::CodeReused
            | Self::RefreshReused
            | Self::ConsentDenied
            | Self::ConsentAsked
            | Self::ConsentNotAllowed
            | Self::ConsentAsksFull
            | Self::SecretMalformed
            | Self::SecretUnknownKey
            | Self::SecretDamaged
            | Self::SaltMissing
            | Self::SaltPlaceholder
            | Self::SaltShort
            | Self::SaltMonotonous
            | Self::SaltDuplicated
            | Self::EntropyUnavailable
            | Self::AuditUnavailable
            | Self::AuditRollback
            | Self::AuditFork
            | Self::SealUnusable => FailingPart::Other,
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_words_and_messages_are_sentences() {
        let mut seen = std::collections::HashSet::new();
        for reason in Reason::ALL {
            assert!(seen.insert(reason.code()), "{reason} is declared twice");
            assert!(
                reason
                    .code()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_')
            );
            assert!(reason.message().ends_with('.'));
        }
    }

    #[test]
    fn reasons_of_keys_and_store_name_their_part() {
        for reason in Reason::ALL {
            let code = reason.code();
            let keys = [
                "key_unusable",
                "action_key_unusable",
                "key_file_unusable",
                "recovery_code_invalid",
            ];
            let part = if keys.contains(&code) || code.starts_with("vault_") {
                FailingPart::Keys
            } else if code.starts_with("store_") {
                FailingPart::Store
            } else {
                FailingPart::Other
            };
            assert_eq!(reason.failing_part(), part, "{reason}");
        }
    }
}
