//! Refusals as JSON-RPC errors: their HTTP status, their code and the text that the client gets.

use super::revision::{self, Revision, RevisionFlaw, STATELESS};
use crate::decision::{Decision, Denial};
use crate::json::{self, RawJson};
use crate::metering::PAUSE;
use crate::reason::Reason;

/// A refused request. The reason is for the site; [`RpcError::public`] decides what the client is told.
#[derive(Debug, Clone)]
pub(in crate::mcp) struct RpcError {
    pub(in crate::mcp) reason: Reason,
    /// A sentence or a list for the client. It contains no input.
    pub(in crate::mcp) detail: Option<String>,
    /// Members of the error's `data`, besides `reason`.
    pub(in crate::mcp) data: Vec<(&'static str, RawJson)>,
    /// Seconds after which the client may try again.
    pub(in crate::mcp) retry_after: Option<u32>,
    status: Option<u16>,
    code: Option<i32>,
}

/// The part of a refusal that the client is told.
pub(in crate::mcp) struct PublicError {
    /// The HTTP status.
    pub(in crate::mcp) status: u16,
    /// The JSON-RPC error code.
    pub(in crate::mcp) code: i32,
    pub(in crate::mcp) reason: &'static str,
    pub(in crate::mcp) message: &'static str,
}

impl RpcError {
    pub(in crate::mcp) const fn new(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
            data: Vec::new(),
            retry_after: None,
            status: None,
            code: None,
        }
    }

    /// Returns the answer to a request with a verified token that the site cannot serve for now, whatever the reason.
    pub(in crate::mcp) const fn unavailable(reason: Reason) -> Self {
        Self::new(reason)
            .with_status(200)
            .with_code(-32603)
            .retry_after(PAUSE)
    }

    /// Adds a sentence for the client. It must not contain input.
    pub(in crate::mcp) fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }

    /// Adds a member to the error's `data`.
    pub(in crate::mcp) fn data(mut self, name: &'static str, value: RawJson) -> Self {
        self.data.push((name, value));
        self
    }

    /// Sets the number of seconds after which the client may try again.
    pub(in crate::mcp) const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Sets another HTTP status than the usual one of the reason.
    pub(in crate::mcp) const fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets another JSON-RPC code than the usual one of the reason.
    pub(in crate::mcp) const fn with_code(mut self, code: i32) -> Self {
        self.code = Some(code);
        self
    }

    /// Returns whether the reason lies in the state of the connection or of the site, and not in the request. Such a
    /// refusal is an answer to a client whose token was verified: a person or a model reads it.
    pub(in crate::mcp) const fn is_of_state(&self) -> bool {
        match self.status {
            Some(status) => status == 200,
            None => is_state(self.reason),
        }
    }

    /// Returns the sentence that says how long to wait, if waiting helps. A state that only a person ends has none.
    pub(in crate::mcp) fn wait(&self) -> Option<String> {
        let seconds = self.retry_after.filter(|_| !needs_person(self.reason))?;
        let unit = if seconds == 1 { "second" } else { "seconds" };
        Some(format!("Wait {seconds} {unit}, then try again."))
    }

    /// Returns whether the client is told only that its token is not valid, and not why. It is told more if the site cannot
    /// serve any token, which is then not the fault of this one.
    pub(in crate::mcp) const fn is_of_token(&self) -> bool {
        self.status.is_none() && is_token(self.reason)
    }

    /// Returns the refusal as a decision.
    pub(in crate::mcp) const fn decision(&self) -> Decision {
        Decision::Deny(Denial {
            reason: self.reason,
            retry_after: self.retry_after,
        })
    }

    /// Returns what the client is told in `revision`.
    pub(in crate::mcp) fn public(&self, revision: Revision) -> PublicError {
        let (status, code) = status_and_code(self.reason, revision);
        let (reason, message) = match self.reason {
            _ if self.is_of_token() => (
                "invalid_token",
                "The access token is not valid: refresh it or connect again.",
            ),
            // A connection may not learn that a tool outside its groups exists.
            Reason::ToolOutsideGroups => {
                (Reason::ToolUnknown.code(), Reason::ToolUnknown.message())
            }
            reason => (reason.code(), reason.message()),
        };
        PublicError {
            status: self.status.unwrap_or(status),
            code: self.code.unwrap_or(code),
            reason,
            message,
        }
    }
}

impl From<RevisionFlaw> for RpcError {
    fn from(flaw: RevisionFlaw) -> Self {
        match flaw {
            RevisionFlaw::Ended => {
                Self::new(Reason::ProtocolVersionUnsupported).detail(revision::served_sentence())
            }
            RevisionFlaw::MetaIncomplete(text) => Self::new(Reason::ParamsInvalid)
                .with_status(400)
                .detail(text),
            RevisionFlaw::HeaderDiffers => Self::new(Reason::HeaderMismatch)
                .detail("MCP-Protocol-Version must be the version in params._meta."),
            RevisionFlaw::Unsupported(requested) => Self::new(Reason::ProtocolVersionUnsupported)
                .with_code(-32022)
                .detail(revision::served_sentence())
                // The specification wants the list of `server/discover` here.
                .data("supported", json::raw(STATELESS))
                .data("requested", json::raw(&requested)),
        }
    }
}

/// Refuses invalid parameters. `text` says what to correct and contains no input.
pub(in crate::mcp) fn invalid(text: impl Into<String>) -> RpcError {
    RpcError::new(Reason::ParamsInvalid).detail(text)
}

/// Refuses a URI that no resource has. The specification requires the error to repeat the
/// URI; at most 2048 characters of it are repeated.
pub(in crate::mcp) fn resource_unknown(uri: &str) -> RpcError {
    let uri: String = uri.chars().take(2048).collect();
    RpcError::new(Reason::ResourceUnknown).data("uri", json::raw(&uri))
}

impl From<Reason> for RpcError {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

/// Returns whether a refusal with this reason means that the token will never work.
const fn is_token(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::TokenMalformed
            | Reason::TokenUnknownKey
            | Reason::TokenForged
            | Reason::TokenWrongKind
            | Reason::TokenWrongSite
            | Reason::TokenExpired
            | Reason::TokenNotYetValid
            | Reason::TokenWrongAudience
            | Reason::TokenRevoked
            | Reason::ConnectionUnknown
            | Reason::ConnectionRevoked
            | Reason::RecordForged
            | Reason::RecordForeign
            | Reason::KeysChanged
    )
}

/// Returns the reason with this code, for a site that cannot serve a request. An unknown code counts as
/// `store_unavailable`.
pub(in crate::mcp) fn reason_of(code: &str) -> Reason {
    Reason::from_word(code).unwrap_or(Reason::StoreUnavailable)
}

/// Returns whether a reason lies in the state of the connection or of the site.
const fn is_state(reason: Reason) -> bool {
    is_of_connection(reason) || is_of_site(reason)
}

/// Returns whether a reason lies in the state of the connection, whose token works again after a person has decided or
/// after a wait.
const fn is_of_connection(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::ConnectionPaused
            | Reason::AccountChanged
            | Reason::RecordRolledBack
            | Reason::RecordUnsealed
            | Reason::UserMissing
            | Reason::RateLimitedConnection
    )
}

/// Returns whether a reason means that the site serves no agent for now.
const fn is_of_site(reason: Reason) -> bool {
    needs_person(reason)
        || matches!(
            reason,
            Reason::StoreUnavailable
                | Reason::StoreFull
                | Reason::EntropyUnavailable
                | Reason::AuditUnavailable
        )
}

/// Returns whether the reason is a state of the site that only a person ends.
const fn needs_person(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::KillSwitch
            | Reason::RecordMissing
            | Reason::SiteMoved
            | Reason::WitnessMissing
            | Reason::WitnessUnusable
            | Reason::LimitUnusable
            | Reason::AuditRollback
            | Reason::KeyUnusable
    )
}

/// Returns the HTTP status and the JSON-RPC code of a reason. A reason of the state has this status only where no token
/// was verified; see [`RpcError::is_of_state`].
///
/// JSON-RPC leaves the codes -32000 to -32099 to implementations. MCP reserves part of that range for its
/// specification and asks implementations not to use the rest. Refusals before the protocol are therefore
/// invalid requests (-32600), and faults of the site are internal errors (-32603).
fn status_and_code(reason: Reason, revision: Revision) -> (u16, i32) {
    let stateless = revision.is_stateless();
    match reason {
        reason if is_token(reason) => (401, -32600),
        reason if is_of_site(reason) => (503, -32603),
        Reason::TokenMissing | Reason::AppPasswordInvalid | Reason::AppPasswordForeign => {
            (401, -32600)
        }
        Reason::RateLimitedIp | Reason::RateLimitedConnection => (429, -32600),
        Reason::HttpsRequired | Reason::OriginRefused => (403, -32600),
        reason if is_of_connection(reason) => (403, -32600),
        Reason::HostRefused => (421, -32600),
        Reason::HttpMethodRefused => (405, -32600),
        Reason::BodyTooLarge => (413, -32600),
        Reason::BodyNotJson | Reason::BodyTooDeep => (400, -32700),
        Reason::TokenInQuery
        | Reason::BatchRefused
        | Reason::RequestMalformed
        | Reason::ProtocolVersionUnsupported => (400, -32600),
        Reason::HeaderMismatch => (400, -32020),
        Reason::ClientCapabilityMissing if stateless => (400, -32021),
        Reason::MethodUnknown => (if stateless { 404 } else { 200 }, -32601),
        Reason::ResourceUnknown if !stateless => (200, -32002),
        Reason::ParamsInvalid => (if stateless { 400 } else { 200 }, -32602),
        Reason::ToolFailed => (200, -32603),
        _ => (200, -32602),
    }
}
