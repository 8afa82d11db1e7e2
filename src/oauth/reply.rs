//! Answers, and the two vocabularies they speak: RFC error codes outside, reasons inside.

use serde_json::{Value, json};

use crate::decision::Decision;
use crate::reason::Reason;

/// The error codes of the RFCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
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

impl Code {
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
pub(super) struct Refusal(pub(super) Code, pub(super) Reason);

/// An answer of the authorization server, ready to send. Printing it shows no token and no secret.
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    decision: Decision,
    redirect: Option<String>,
    client: Option<String>,
    change: Option<String>,
}

impl Reply {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The HTTP headers; no name stands twice.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The body: JSON, or empty.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Yes, or no with the reason for the audit log.
    pub const fn decision(&self) -> Decision {
        self.decision
    }

    /// Where to send the browser with the error. `None`: show an error page and redirect nowhere.
    #[must_use]
    pub fn redirect(&self) -> Option<&str> {
        self.redirect.as_deref()
    }

    /// The client to store, JSON; only after a registration.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// What must change, conditionally and before the answer is sent; JSON as documented for
    /// `Countersign\OAuthReply::change`.
    #[must_use]
    pub fn change(&self) -> Option<&str> {
        self.change.as_deref()
    }

    /// A success with a JSON body that no cache may keep (RFC 6749 §5.1, RFC 7591 §3.2.1).
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: headers(true),
            body: body.to_string(),
            decision: Decision::Allow,
            redirect: None,
            client: None,
            change: None,
        }
    }

    /// A success without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            headers: headers(false),
            body: String::new(),
            ..Self::json(status, &Value::Null)
        }
    }

    /// A refusal as JSON (RFC 6749 §5.2); 401 with a challenge when the client is not who it says.
    pub(super) fn refused(Refusal(code, reason): Refusal) -> Self {
        let mut headers = headers(true);
        let status = if code == Code::InvalidClient {
            headers.push(("WWW-Authenticate", "Basic realm=\"OAuth\"".to_owned()));
            401
        } else {
            400
        };
        let body = json!({ "error": code.as_str(), "error_description": reason.message() });
        Self {
            headers,
            decision: reason.into(),
            ..Self::json(status, &body)
        }
    }

    /// A refusal that is shown to the person and redirects nowhere.
    pub(super) fn page(Refusal(code, reason): Refusal) -> Self {
        let body = json!({ "error": code.as_str(), "error_description": reason.message() });
        Self {
            decision: reason.into(),
            ..Self::json(400, &body)
        }
    }

    /// A refusal that is told to the client by way of the browser (RFC 6749 §4.1.2.1).
    pub(super) fn redirected(reason: Reason, location: String) -> Self {
        let mut headers = headers(false);
        headers.push(("Location", location.clone()));
        Self {
            headers,
            decision: reason.into(),
            redirect: Some(location),
            ..Self::empty(302)
        }
    }

    pub(super) fn with_client(self, client: String) -> Self {
        Self {
            client: Some(client),
            ..self
        }
    }

    pub(super) fn with_change(self, change: &Value) -> Self {
        Self {
            change: Some(change.to_string()),
            ..self
        }
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
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
