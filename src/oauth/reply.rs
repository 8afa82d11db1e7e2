//! Replies. The client receives an error code of the RFCs; the site receives a [`Reason`].

use serde_json::{Value, json};

use crate::decision::{Decision, Denial};
use crate::http;
use crate::metering::PAUSE;
use crate::reason::Reason;
use crate::record::{RecordRefusal, TokenOutlook};

/// The error codes of the RFCs that this server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 8707 §2.
    InvalidTarget,
    /// RFC 7591 §3.2.2.
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2.
    InvalidClientMetadata,
    /// RFC 8628 §3.5: the client has to wait.
    SlowDown,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
}

impl ErrorCode {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::SlowDown => "slow_down",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// A refusal: the error code for the client, the reason for the site's audit log, and which part of the request is at
/// fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    pub(super) code: ErrorCode,
    pub(super) reason: Reason,
    detail: Option<&'static str>,
}

impl ErrorResponse {
    pub(super) const fn new(code: ErrorCode, reason: Reason) -> Self {
        Self {
            code,
            reason,
            detail: None,
        }
    }

    /// A malformed request. `detail` is one sentence that names the parameter and says what to do.
    pub(super) const fn malformed(detail: &'static str) -> Self {
        Self::new(ErrorCode::InvalidRequest, Reason::OauthRequestInvalid).because(detail)
    }

    /// Adds one sentence that names the part of the request that is at fault and says what to do.
    pub(super) const fn because(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// The same refusal with another error code, because it is about another endpoint.
    pub(super) const fn with_code(mut self, code: ErrorCode) -> Self {
        self.code = code;
        self
    }

    /// Returns the text for the developer of the client (RFC 6749 §5.2). It consists of fixed sentences.
    pub(super) fn description(&self) -> String {
        match self.detail {
            Some(detail) => format!("{} {detail}", self.reason.message()),
            None => self.reason.message().to_owned(),
        }
    }

    /// Refuses a request because of a record that cannot be used: with the code `ended` if the client has to connect again,
    /// else with status 503, so that the client keeps its tokens.
    pub(super) const fn of_record(ended: ErrorCode, refusal: RecordRefusal) -> Self {
        let code = match refusal.outlook {
            TokenOutlook::Ended => ended,
            TokenOutlook::Paused | TokenOutlook::SiteClosed => ErrorCode::TemporarilyUnavailable,
        };
        Self::new(code, refusal.denial.reason)
    }
}

/// A reply of the authorization server, and what the caller has to do before it sends the reply.
pub type OAuthReply = http::Reply<OAuthFollowUp>;

/// What the caller has to do with a reply: where to redirect, what to store, what to change.
#[derive(Default)]
pub struct OAuthFollowUp {
    redirect: Option<String>,
    client: Option<String>,
    change: Option<String>,
    entry: Option<String>,
    detail: Option<&'static str>,
}

impl OAuthReply {
    /// The URL to which the browser is redirected with the error. If it is `None`, show an error page
    /// instead and do not redirect.
    #[must_use]
    pub fn redirect(&self) -> Option<&str> {
        self.duty.redirect.as_deref()
    }

    /// One sentence that names the part of the request that is at fault and says what to do, beside the reason of
    /// [`Self::decision`]. It is a fixed text.
    #[must_use]
    pub const fn detail(&self) -> Option<&'static str> {
        self.duty.detail
    }

    /// The registered client, as JSON. Only a successful registration has one. It need not be stored:
    /// [`registered_client`](super::AuthorizationServer::registered_client) returns it again.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.duty.client.as_deref()
    }

    /// The change to make with one conditional update before the reply is sent, as JSON. It is one of
    ///
    /// * `{"grant": id, "from": {"generation", "branch"}, "to": {"generation", "branch", "rotated_at"}}`:
    ///   set the counters of the grant to `to` if its position is still `from`;
    /// * `{"connection": id, "revoke": reason}`: revoke the connection for this reason, by the next epoch, if it is not
    ///   revoked yet;
    /// * `{"connection": id, "epoch": n, "revoke_tokens": true}`: revoke only the access tokens, by the next epoch,
    ///   if the epoch of the record is still `n`;
    /// * `{"connection": id, "pause": reason, "raise_epoch": n}`: unless the connection is revoked, pause it for this
    ///   reason, and set the epoch of its record to `n` if it is lower;
    /// * `{"connection": id, "pause": reason, "grant": id, "from": {..}, "to": {..}}`: pause the connection in the same
    ///   way without another epoch, and set the counters as above, both or neither.
    #[must_use]
    pub fn change(&self) -> Option<&str> {
        self.duty.change.as_deref()
    }

    /// The draft of the audit entry, as JSON. Append it before the reply is sent, and together with the change: if
    /// the change finds another state, nothing has happened and nothing is recorded. Returns `None` if there is
    /// nothing to record.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.duty.entry.as_deref()
    }

    /// A successful reply with a JSON body. It must not be cached (RFC 6749 §5.1, RFC 7591 §3.2.1).
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, headers(true), body.to_string())
    }

    /// A successful reply without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self::new(status, headers(false), String::new())
    }

    /// An error response (RFC 6749 §5.2): status 400, 401 with a challenge if client authentication failed, or 503.
    pub(super) fn refused(refusal: ErrorResponse) -> Self {
        let mut reply = Self::page(refusal);
        if refusal.code == ErrorCode::InvalidClient {
            reply.status = 401;
            let challenge = "Basic realm=\"OAuth\"".to_owned();
            reply.headers.push(("WWW-Authenticate", challenge));
        }
        reply
    }

    /// A refusal that is shown to the user and does not redirect: status 400, or 503 if the site cannot serve the request
    /// for now.
    pub(super) fn page(refusal: ErrorResponse) -> Self {
        let reason = refusal.reason;
        if refusal.code == ErrorCode::TemporarilyUnavailable {
            return Self::denied(reason.into());
        }
        let body = json!({
            "error": refusal.code.as_str(),
            "error_description": refusal.description(),
            "reason": reason.code(),
        });
        let mut reply = Self::json(400, &body);
        reply.decision = reason.into();
        reply.duty.detail = refusal.detail;
        reply
    }

    /// A refusal that is sent to the client through the browser (RFC 6749 §4.1.2.1): status 302.
    pub(super) fn redirected(refusal: ErrorResponse, location: String) -> Self {
        let mut reply = Self::empty(302);
        reply.decision = refusal.reason.into();
        reply.duty.detail = refusal.detail;
        reply.headers.push(("Location", location.clone()));
        reply.duty.redirect = Some(location);
        reply
    }

    /// The refusal of a request that did not arrive over HTTPS: 403. The headers for the page caches of
    /// LiteSpeed and nginx keep them from serving it after HTTPS is set up.
    pub(super) fn insecure(reason: Reason) -> Self {
        let body = json!({
            "error": ErrorCode::InvalidRequest.as_str(),
            "error_description": reason.message(),
            "reason": reason.code(),
        });
        let headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-LiteSpeed-Cache-Control", "no-cache"),
            ("X-Accel-Expires", "0"),
        ];
        let headers = headers.map(|(name, value)| (name, value.to_owned()));
        Self {
            decision: reason.into(),
            ..Self::new(403, headers.into(), body.to_string())
        }
    }

    /// The refusal of a request that exceeds a limit (RFC 6585 §4): status 429; or of one that the site cannot serve for
    /// now, such as one that cannot be counted: status 503.
    pub(super) fn denied(denial: Denial) -> Self {
        let is_limit = matches!(
            denial.reason,
            Reason::RateLimited | Reason::RateLimitedIp | Reason::RateLimitedConnection
        );
        let (status, code) = if is_limit {
            (429, ErrorCode::SlowDown)
        } else {
            (503, ErrorCode::TemporarilyUnavailable)
        };
        let body = json!({
            "error": code.as_str(),
            "error_description": denial.reason.message(),
            "reason": denial.reason.code(),
        });
        let mut reply = Self::json(status, &body);
        let seconds = denial.retry_after.unwrap_or(PAUSE).to_string();
        reply.headers.push(("Retry-After", seconds));
        reply.decision = Decision::Deny(denial);
        reply
    }

    pub(super) fn with_entry(mut self, entry: Option<String>) -> Self {
        self.duty.entry = entry;
        self
    }

    pub(super) fn with_client(mut self, client: String) -> Self {
        self.duty.client = Some(client);
        self
    }

    pub(super) fn with_change(mut self, change: &Value) -> Self {
        self.duty.change = Some(change.to_string());
        self
    }
}

fn headers(json: bool) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Cache-Control", "no-store".to_owned()),
        ("Pragma", "no-cache".to_owned()),
    ];
    if json {
        headers.push(("Content-Type", "application/json".to_owned()));
    }
    headers
}
