//! A valid authorization request, from the query to the person's decision.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::OAuthError;
use super::pkce::CodeChallenge;
use super::redirect::RedirectUri;
use super::reply::ErrorCode;
use super::settings::OAuthSettings;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{Kind, NewToken, bind, issue};

/// Seconds for which an authorization code is good (RFC 6749 §4.1.2: at most ten minutes).
const CODE_LIFETIME: u32 = 60;

/// What is kept of a request while a person decides, and with the grant afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRequest {
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) code_challenge: String,
    pub(super) resource: String,
    /// The scopes asked for that this site knows.
    pub(super) scopes: Vec<String>,
}

impl StoredRequest {
    /// What a code is bound to: who asked, where it was sent, who can redeem it, and for what.
    pub(super) fn binding(&self) -> [u8; 32] {
        bind(
            "countersign/oauth/code",
            &[
                self.client_id.as_bytes(),
                self.redirect_uri.as_bytes(),
                self.code_challenge.as_bytes(),
                self.resource.as_bytes(),
            ],
        )
    }
}

/// A valid authorization request, waiting for a person's consent.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    stored: StoredRequest,
    redirect: RedirectUri,
    issuer: String,
}

impl AuthorizationRequest {
    /// Of parts that were checked one by one.
    pub(super) fn new(
        settings: &OAuthSettings,
        stored: StoredRequest,
        redirect: RedirectUri,
    ) -> Self {
        Self {
            stored,
            redirect,
            issuer: settings.issuer.clone(),
        }
    }

    /// Takes up what [`Self::to_json`] gave, checking again what a redirect depends on.
    pub(super) fn from_json(settings: &OAuthSettings, json: &str) -> Result<Self, OAuthError> {
        let stored: StoredRequest = serde_json::from_str(json).map_err(|_| OAuthError::Request)?;
        let redirect = RedirectUri::parse(&stored.redirect_uri).map_err(|_| OAuthError::Request)?;
        if CodeChallenge::parse(&stored.code_challenge).is_none()
            || stored.resource != settings.resource
        {
            return Err(OAuthError::Request);
        }
        Ok(Self::new(settings, stored, redirect))
    }

    /// Who asks.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.stored.client_id
    }

    /// What the client calls itself: untrusted text, cleaned by [`super::name::clean`]; may be empty
    /// for a client that registered without a name.
    #[must_use]
    pub fn client_name(&self) -> &str {
        &self.stored.client_name
    }

    /// Where the person will be sent: host, and port where one is written.
    #[must_use]
    pub fn redirect_host(&self) -> String {
        self.redirect.host_and_port()
    }

    /// Whether that is the person's own machine: any program on it could be asking.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.redirect.is_loopback()
    }

    /// To keep on the server until the person decides, and with the grant as its `request`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and lists of strings: serialisation cannot fail.
        serde_json::to_string(&self.stored).unwrap_or_default()
    }

    /// The person agreed: the address to send the browser to, with a code for the grant `grant_id` that
    /// is good for 60 seconds, `state` as it was sent (RFC 6749 §4.1.2) and `iss` (RFC 9207 §2).
    ///
    /// # Errors
    /// [`OAuthError::Entropy`].
    pub fn approve(
        &self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
        now: Timestamp,
        grant_id: u64,
    ) -> Result<String, OAuthError> {
        let mut id = [0_u8; 12];
        entropy.fill(&mut id)?;
        let code = issue(
            keyring,
            &NewToken {
                kind: Kind::Code,
                subject: grant_id,
                epoch: 0,
                binding: self.stored.binding(),
                lifetime: CODE_LIFETIME,
                id,
                issued: now,
            },
        );
        Ok(self.answer(&[("code", &code)]))
    }

    /// The person refused: the address to send the browser to ([`Reason::ConsentDenied`]; RFC 6749
    /// §4.1.2.1 `access_denied`).
    #[must_use]
    pub fn refuse(&self) -> String {
        self.answer(&[
            ("error", ErrorCode::AccessDenied.as_str()),
            ("error_description", Reason::ConsentDenied.message()),
        ])
    }

    fn answer(&self, parameters: &[(&str, &str)]) -> String {
        answer(
            &self.redirect,
            &self.issuer,
            self.stored.state.as_deref(),
            parameters,
        )
    }

    /// Facts of the request for the audit log, JSON without secrets.
    #[must_use]
    pub fn facts(&self) -> String {
        json!({
            "client_id": self.stored.client_id,
            "client_name": self.stored.client_name,
            "redirect_host": self.redirect_host(),
            "loopback": self.is_loopback(),
            "resource": self.stored.resource,
            "scopes": self.stored.scopes,
        })
        .to_string()
    }
}

/// `redirect` with `parameters`, then `state` and `iss`: every answer by redirect is made here.
pub(super) fn answer(
    redirect: &RedirectUri,
    issuer: &str,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> String {
    let mut all = parameters.to_vec();
    all.extend(state.map(|state| ("state", state)));
    all.push(("iss", issuer));
    redirect.with(&all)
}
