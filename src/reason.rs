//! Every reason for a refusal, with its stable code.
//!
//! Codes are part of the product's interface: they stand in audit entries, in answers to clients and
//! in the documentation, and are never renamed. The message says what to do, and never echoes input.

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
    TokenMissing = "token_missing", "No access token was sent: send it as Authorization: Bearer.";
    TokenInQuery = "token_in_query", "The access token was sent in the address, where logs keep it: send it in the Authorization header.";
    TokenMalformed = "token_malformed", "The token is not in the form this site issues.";
    TokenUnknownKey = "token_unknown_key", "The token was made with a key this site no longer holds: connect again.";
    TokenForged = "token_forged", "The token's signature does not match.";
    TokenWrongKind = "token_wrong_kind", "The token is of another kind than this use needs.";
    TokenWrongSite = "token_wrong_site", "The token was issued by another site.";
    TokenExpired = "token_expired", "The token has expired: refresh it.";
    TokenNotYetValid = "token_not_yet_valid", "The token was issued in the future: check the clocks.";
    TokenWrongAudience = "token_wrong_audience", "The token was issued for another resource.";
    TokenRevoked = "token_revoked", "The token was revoked: connect again.";
    TokenUsed = "token_used", "The token works once and has been used.";
    // Signed actions and heartbeats
    ActionTooLarge = "action_too_large", "The signed message is longer than any that is made: send it as it was signed.";
    ActionMalformed = "action_malformed", "The signed message is missing or not in the form that is signed: send it as it was signed.";
    ActionWrongDomain = "action_wrong_domain", "A heartbeat was sent where an action is needed, or the other way round.";
    ActionWrongSite = "action_wrong_site", "The message was signed for another site.";
    ActionUnknownKey = "action_unknown_key", "The message was signed with a key that is not live here: pair again, or add the key.";
    ActionForged = "action_forged", "The message's signature does not match.";
    ActionPayloadMismatch = "action_payload_mismatch", "The body is not the one that was signed: send exactly its bytes.";
    ActionLifetime = "action_lifetime", "The message's lifetime must be more than 0 and at most 300 seconds: sign it again.";
    ActionNotYetValid = "action_not_yet_valid", "The message was signed in the future: check the clocks.";
    ActionExpired = "action_expired", "The message has expired: sign it again under the same id.";
    ActionReplayed = "action_replayed", "The message's nonce was used before: sign it again with a new one.";
    ActionInProgress = "action_in_progress", "The action is being done, or was cut off and its outcome is unknown: ask again later.";
    ActionConflict = "action_conflict", "Another action has this id: use a new id.";
    ActionKeyUnusable = "action_key_unusable", "The key cannot be used: a shared secret has at least 32 bytes, an Ed25519 key exactly 32, and not a weak one.";
    // Connections
    KillSwitch = "kill_switch", "An administrator has stopped all agents on this site.";
    ConnectionUnknown = "connection_unknown", "The connection no longer exists: connect again.";
    ConnectionPaused = "connection_paused", "An administrator has paused this connection.";
    ConnectionRevoked = "connection_revoked", "An administrator has revoked this connection.";
    WideningRefused = "widening_refused", "A connection can only be narrowed: revoke it and connect again to give it more.";
    UserMissing = "user_missing", "The WordPress account of this connection no longer exists.";
    // Limits
    RateLimited = "rate_limited", "Too many calls: wait and try again.";
    RateLimitedIp = "rate_limited_ip", "Too many requests from this address: wait and try again.";
    RateLimitedConnection = "rate_limited_connection", "Too many requests on this connection: wait and try again.";
    LimitUnusable = "limit_unusable", "The limit that is set cannot be kept exactly: set 1 to 256 calls in at most 31 days.";
    // Budgets
    BudgetCallsSpent = "budget_calls_spent", "The calls of this day or month are used up: wait for the next, or have an administrator raise the cap.";
    BudgetCostSpent = "budget_cost_spent", "The money of this day or month is used up, or not enough is left: wait for the next, or have an administrator raise the cap.";
    // Transport and framing
    HttpsRequired = "https_required", "This site is not served over HTTPS: agents are refused.";
    HostRefused = "host_refused", "This server does not answer under this host name.";
    OriginRefused = "origin_refused", "Requests from this web origin are not accepted.";
    HttpMethodRefused = "http_method_refused", "This address takes POST only.";
    BodyTooLarge = "body_too_large", "The request is larger than this site accepts.";
    BodyNotJson = "body_not_json", "The body is not JSON.";
    BodyTooDeep = "body_too_deep", "The body is nested more deeply than this site accepts.";
    BatchRefused = "batch_refused", "Batches are not accepted: send one message per request.";
    RequestMalformed = "request_malformed", "The message is not a valid JSON-RPC request.";
    HeaderMismatch = "header_mismatch", "A header is missing or differs from the body.";
    ProtocolVersionUnsupported = "protocol_version_unsupported", "This protocol version is not supported.";
    MethodUnknown = "method_unknown", "This method does not exist here.";
    ClientCapabilityMissing = "client_capability_missing", "The call needs a capability that the client did not declare.";
    RequestStateInvalid = "request_state_invalid", "The request state is not one this site issued for this request.";
    CursorInvalid = "cursor_invalid", "The cursor is not one this site issued.";
    ParamsInvalid = "params_invalid", "The parameters of the request are not valid.";
    // Tools
    ToolUnknown = "tool_unknown", "There is no such tool for this connection: list the tools again.";
    ToolOutsideGroups = "tool_outside_groups", "The connection's permissions do not include this tool.";
    ArgumentsInvalid = "arguments_invalid", "The arguments do not fit the tool's schema.";
    CapabilityDenied = "capability_denied", "The WordPress account of this connection may not do this.";
    ResourceUnknown = "resource_unknown", "There is no such resource.";
    PromptUnknown = "prompt_unknown", "There is no such prompt.";
    TargetNotFound = "target_not_found", "The item does not exist or cannot be seen by this connection's account.";
    TargetState = "target_state", "The item is not in a state in which this can be done.";
    ToolFailed = "tool_failed", "The tool failed; the site's administrator finds the cause in the site's error log.";
    // Confirmation
    ConfirmationMissing = "confirmation_missing", "This needs a confirmation token: call request_review first.";
    ConfirmationMalformed = "confirmation_malformed", "The confirmation token is not one this site issued: call request_review again.";
    ConfirmationExpired = "confirmation_expired", "The confirmation token has expired: call request_review again.";
    ConfirmationMismatch = "confirmation_mismatch", "The confirmation token was issued for another connection, tool or arguments: call request_review with exactly these arguments.";
    ConfirmationUsed = "confirmation_used", "The confirmation token has been used: call request_review again.";
    // Policy
    ConfidenceInvalid = "confidence_invalid", "The confidence must be a whole number of basis points, 0 or 101 to 10000: send 8200 for 82 percent.";
    ConfidenceLow = "confidence_low", "The confidence is below what this site asks for: it stays a recommendation.";
    ProposalOnly = "proposal_only", "The key may propose and not dispatch: it stays a recommendation.";
    SnapshotMissing = "snapshot_missing", "From medium risk on a snapshot is needed first: make one, verify it, and name it.";
    SnapshotMismatch = "snapshot_mismatch", "The snapshot is of another target: make one of what the action changes.";
    SnapshotStale = "snapshot_stale", "The target changed after the snapshot was made: make a new one.";
    SnapshotUnverified = "snapshot_unverified", "The snapshot was not yet verified: verify it first.";
    ApprovalNeeded = "approval_needed", "A person must approve this first.";
    ApprovalPending = "approval_pending", "A person was asked to approve this: wait for the answer.";
    ApprovalExpired = "approval_expired", "The approval has expired: ask again.";
    ApprovalChanged = "approval_changed", "The arguments or the target changed after the approval: ask again.";
    ApprovalRejected = "approval_rejected", "A person rejected this.";
    AutonomousUnproven = "autonomous_unproven", "Autonomous mode opens when a snapshot has succeeded on this site: make one first.";
    // OAuth
    ClientUnknown = "client_unknown", "The client is not registered here.";
    ClientAuthFailed = "client_auth_failed", "The client's credentials are missing, wrong or sent in two ways at once.";
    ClientMetadataInvalid = "client_metadata_invalid", "The client's metadata is not acceptable.";
    RedirectInvalid = "redirect_invalid", "The redirect address is not acceptable: https or a loopback address only.";
    RedirectMismatch = "redirect_mismatch", "The redirect address is not one the client registered.";
    ResponseTypeUnsupported = "response_type_unsupported", "Only the response type code is supported.";
    PkceRequired = "pkce_required", "A code_challenge with method S256 is required.";
    PkceFailed = "pkce_failed", "The code verifier does not match the challenge.";
    ResourceMismatch = "resource_mismatch", "The requested resource is not this site's MCP endpoint.";
    OauthRequestInvalid = "oauth_request_invalid", "The OAuth request is malformed: a parameter is missing, repeated, too long or wrongly encoded.";
    GrantTypeUnsupported = "grant_type_unsupported", "The grant type is not supported.";
    GrantMismatch = "grant_mismatch", "The code or refresh token was not issued for this client and request.";
    GrantExpired = "grant_expired", "The connection's authorization has reached its greatest age: connect again.";
    CodeReused = "code_reused", "The authorization code was used before: everything issued from it is revoked.";
    RefreshReused = "refresh_reused", "A refresh token was used again after its successor: the connection's tokens are revoked.";
    ConsentDenied = "consent_denied", "The person refused the connection.";
    // Secrets at rest
    SecretMalformed = "secret_malformed", "The stored secret is not in the form this site seals: it was cut or overwritten; enter it again.";
    SecretUnknownKey = "secret_unknown_key", "The stored secret was sealed with a key that is no longer held: enter it again.";
    SecretDamaged = "secret_damaged", "The stored secret was changed, or belongs to another record or site: enter it again.";
    VaultKeyChanged = "vault_key_changed", "The vault was closed with another key: AUTH_KEY was changed. Open it with the old key, the key file or the recovery code and wrap it anew, or enter the secrets again.";
    VaultDamaged = "vault_damaged", "The vault's stored slots were cut or changed: restore them from a backup, or enter the secrets again.";
    VaultWrongSite = "vault_wrong_site", "The vault's stored slots are another site's: this site is a copy, or they were copied here; enter the secrets again.";
    VaultSlotMissing = "vault_slot_missing", "The vault has no slot for this kind of key: open it with one of the others.";
    RecoveryCodeInvalid = "recovery_code_invalid", "The recovery code is mistyped.";
    KeyFileUnusable = "key_file_unusable", "The key file cannot be used: it must be a regular file of PHP's user or root, with mode 0600 and 32 to 4,096 random bytes in it.";
    SaltMissing = "salt_missing", "A key or salt is not defined in wp-config.php, so WordPress would take one from its database: define all eight.";
    SaltPlaceholder = "salt_placeholder", "A key or salt in wp-config.php is the placeholder: set random ones.";
    SaltShort = "salt_short", "A key or salt in wp-config.php is shorter than 32 characters: set random ones of 64.";
    SaltMonotonous = "salt_monotonous", "A key or salt in wp-config.php repeats few characters: set random ones.";
    SaltDuplicated = "salt_duplicated", "Two keys or salts in wp-config.php are the same, so WordPress would take one from its database: set eight different ones.";
    // The machine
    StoreUnavailable = "store_unavailable", "The extension's store cannot be used: agents are refused until it can.";
    EntropyUnavailable = "entropy_unavailable", "The operating system gave no randomness: nothing that needs a secret is done.";
    StoreFull = "store_full", "The extension's store is full: agents are refused until there is room.";
    StoreRestarted = "store_restarted", "The extension's store was started anew after this was issued: ask for a new one.";
    AuditUnavailable = "audit_unavailable", "The audit log cannot be written: nothing is done that cannot be recorded.";
    AuditRollback = "audit_rollback", "The audit log is shorter than it has been: an administrator must acknowledge it.";
    AuditFork = "audit_fork", "This log does not continue the checkpoint handed back: one of the two is not what the site showed before.";
    SealUnusable = "seal_unusable", "The audit log's sealing key is missing, damaged or open to others: restore its file, or begin a new seal.";
    KeyUnusable = "key_unusable", "AUTH_KEY in wp-config.php is missing, too short or the placeholder: set a random one.";
}

/// The part of the machine that a reason speaks of, where code that meets it cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailingPart {
    /// Key material: `AUTH_KEY`, the key file, the recovery code or the slots of the vault.
    Keys,
    /// The extension's store.
    Store,
    /// Anything else.
    Other,
}

impl Reason {
    /// Returns the part of the machine that this reason speaks of. The match names every reason, so that a new one
    /// cannot be forgotten.
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
            | Self::UserMissing
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
            | Self::ParamsInvalid
            | Self::ToolUnknown
            | Self::ToolOutsideGroups
            | Self::ArgumentsInvalid
            | Self::CapabilityDenied
            | Self::ResourceUnknown
            | Self::PromptUnknown
            | Self::TargetNotFound
            | Self::TargetState
            | Self::ToolFailed
            | Self::ConfirmationMissing
            | Self::ConfirmationMalformed
            | Self::ConfirmationExpired
            | Self::ConfirmationMismatch
            | Self::ConfirmationUsed
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
            | Self::ClientUnknown
            | Self::ClientAuthFailed
            | Self::ClientMetadataInvalid
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
    fn codes_are_unique_and_plain() {
        let mut seen = std::collections::HashSet::new();
        for reason in Reason::ALL {
            assert!(seen.insert(reason.code()), "{reason} stands twice");
            assert!(
                reason
                    .code()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_')
            );
            assert!(reason.message().ends_with('.'));
        }
    }
}
