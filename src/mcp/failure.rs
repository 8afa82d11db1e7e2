//! A refusal on its way to becoming an answer, and what JSON-RPC and HTTP call it.

use super::era::Era;
use super::json::Raw;
use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// Why a request ends here, in the terms of the protocol. `Reason` is for the site; what of it the
/// client is told is decided in one place, [`Failure::wire`].
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    pub(super) detail: Option<String>,
    pub(super) data: Vec<(&'static str, Raw)>,
    pub(super) retry_after: Option<u32>,
    status: Option<u16>,
    code: Option<i32>,
}

/// What the client is told.
pub(super) struct Wire {
    pub(super) status: u16,
    pub(super) code: i32,
    pub(super) reason: &'static str,
    pub(super) message: &'static str,
}

impl Failure {
    pub(super) const fn new(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
            data: Vec::new(),
            retry_after: None,
            status: None,
            code: None,
        }
    }

    /// A sentence more for the client. Never made from input.
    pub(super) fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }

    pub(super) fn data(mut self, name: &'static str, value: Raw) -> Self {
        self.data.push((name, value));
        self
    }

    pub(super) const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) const fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(super) const fn with_code(mut self, code: i32) -> Self {
        self.code = Some(code);
        self
    }

    /// The no that it is.
    pub(super) const fn decision(&self) -> Decision {
        Decision::Deny(Denial {
            reason: self.reason,
            retry_after: self.retry_after,
        })
    }

    /// Status, code and words for the client.
    pub(super) fn wire(&self, era: Era) -> Wire {
        let (status, code) = status_and_code(self.reason, era);
        let (reason, message) = match self.reason {
            reason if is_token(reason) => (
                "invalid_token",
                "The access token is not valid: refresh it or connect again.",
            ),
            // Not even that there is such a tool is for a connection to know.
            Reason::ToolOutsideGroups => (self.reason.code(), Reason::ToolUnknown.message()),
            reason => (reason.code(), reason.message()),
        };
        Wire {
            status: self.status.unwrap_or(status),
            code: self.code.unwrap_or(code),
            reason,
            message,
        }
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

/// Whether the client is told no more than that its token is no good.
pub(super) const fn is_token(reason: Reason) -> bool {
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
    )
}

/// JSON-RPC leaves -32000..-32019 to others and -32020.. to the specification: what happens before
/// the protocol is an invalid request, what happens on the site an internal error.
fn status_and_code(reason: Reason, era: Era) -> (u16, i32) {
    let modern = era.is_modern();
    match reason {
        reason if is_token(reason) => (401, -32600),
        Reason::TokenMissing => (401, -32600),
        Reason::HttpsRequired
        | Reason::OriginRefused
        | Reason::ConnectionPaused
        | Reason::UserMissing => (403, -32600),
        Reason::HostRefused => (421, -32600),
        Reason::HttpMethodRefused => (405, -32600),
        Reason::RateLimitedIp | Reason::RateLimitedConnection => (429, -32600),
        Reason::BodyTooLarge => (413, -32600),
        Reason::BodyNotJson | Reason::BodyTooDeep => (400, -32700),
        Reason::TokenInQuery
        | Reason::BatchRefused
        | Reason::RequestMalformed
        | Reason::ProtocolVersionUnsupported => (400, -32600),
        Reason::HeaderMismatch => (400, -32020),
        Reason::ClientCapabilityMissing if modern => (400, -32021),
        Reason::MethodUnknown => (if modern { 404 } else { 200 }, -32601),
        Reason::ResourceUnknown if !modern => (200, -32002),
        Reason::ParamsInvalid => (if modern { 400 } else { 200 }, -32602),
        Reason::KillSwitch
        | Reason::LimitUnusable
        | Reason::StoreUnavailable
        | Reason::StoreFull
        | Reason::EntropyUnavailable
        | Reason::AuditUnavailable
        | Reason::AuditRollback
        | Reason::KeyUnusable => (503, -32603),
        Reason::ToolFailed => (200, -32603),
        _ => (200, -32602),
    }
}
