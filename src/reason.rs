//! Every reason for a refusal, with its stable code.
//!
//! Codes are part of the product's interface: they stand in audit entries, in answers to clients and
//! in the documentation, and are never renamed. The message says what to do, and never echoes input.

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $message:literal;)*) => {
        /// Why something was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $message] $name,)*
        }

        impl Reason {
            /// All reasons, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code, in snake_case.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// One sentence for a person: what was wrong and what to do.
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
