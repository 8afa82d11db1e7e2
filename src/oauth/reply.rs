//! Answers, and the two vocabularies they speak: RFC error codes outside, reasons inside.

use serde_json::{Value, json};

use crate::http;
use crate::reason::Reason;

/// The error codes of the RFCs.
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
        }
    }
}

/// A no: the word for the client and the reason for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ErrorResponse(pub(super) ErrorCode, pub(super) Reason);

/// An answer of the authorization server, with what to do before it is sent.
pub type OAuthReply = http::Reply<OAuthFollowUp>;

/// What the caller has to store, to change, or to follow.
#[derive(Default)]
pub struct OAuthFollowUp {
    redirect: Option<String>,
    client: Option<String>,
    change: Option<String>,
}

impl OAuthReply {
    /// Where to send the browser with the error. `None`: show an error page and redirect nowhere.
    #[must_use]
    pub fn redirect(&self) -> Option<&str> {
        self.duty.redirect.as_deref()
    }

    /// The client to store, JSON; only after a registration.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.duty.client.as_deref()
    }

    /// What must change, conditionally and before the answer is sent; JSON as documented for
    /// `Countersign\OAuthReply::change`.
    #[must_use]
    pub fn change(&self) -> Option<&str> {
        self.duty.change.as_deref()
    }

    /// A success with a JSON body that no cache may keep (RFC 6749 §5.1, RFC 7591 §3.2.1).
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, headers(true), body.to_string())
    }

    /// A success without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self::new(status, headers(false), String::new())
    }

    /// A refusal as JSON (RFC 6749 §5.2); 401 with a challenge when the client is not who it says.
    pub(super) fn refused(refusal: ErrorResponse) -> Self {
        let mut reply = Self::page(refusal);
        if refusal.0 == ErrorCode::InvalidClient {
            reply.status = 401;
            let challenge = "Basic realm=\"OAuth\"".to_owned();
            reply.headers.push(("WWW-Authenticate", challenge));
        }
        reply
    }

    /// A refusal that is shown to the person and redirects nowhere.
    pub(super) fn page(ErrorResponse(code, reason): ErrorResponse) -> Self {
        let body = json!({ "error": code.as_str(), "error_description": reason.message() });
        Self {
            decision: reason.into(),
            ..Self::json(400, &body)
        }
    }

    /// A refusal that is told to the client by way of the browser (RFC 6749 §4.1.2.1).
    pub(super) fn redirected(reason: Reason, location: String) -> Self {
        let mut reply = Self::empty(302);
        reply.decision = reason.into();
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
