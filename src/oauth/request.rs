//! A valid authorization request, from its validation to the decision of the user.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::Client;
use super::document;
use super::error::OAuthError;
use super::redirect::RedirectUri;
use super::reply::ErrorCode;
use super::settings::OAuthSettings;
use crate::bytes;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::http::WebOrigin;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{Kind, NewToken, bind, issue};

/// The lifetime of an authorization code, in seconds. RFC 6749 §4.1.2 allows ten minutes.
const CODE_LIFETIME: u32 = 60;

/// The parts of a request that are stored with its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRequest {
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) code_challenge: String,
    pub(super) resource: String,
    /// The requested scopes that this site knows.
    pub(super) scopes: Vec<String>,
    /// Whether the client asked for other scopes than these.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) other_scopes: bool,
}

impl StoredRequest {
    /// The binding of the authorization code: client, redirect URI, code challenge and resource.
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

/// A valid authorization request that waits for the consent of a user.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    stored: StoredRequest,
    client: Client,
    redirect: RedirectUri,
    issuer: String,
}

impl AuthorizationRequest {
    /// Assembles a request from parts that were validated before.
    pub(super) fn new(
        settings: &OAuthSettings,
        stored: StoredRequest,
        client: Client,
        redirect: RedirectUri,
    ) -> Self {
        Self {
            stored,
            client,
            redirect,
            issuer: settings.issuer.clone(),
        }
    }

    /// Returns the client identifier.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.stored.client_id
    }

    /// Returns the name that the client gave itself. It is untrusted text, cleaned with
    /// [`super::name::clean`], and empty if the client registered without a name.
    #[must_use]
    pub fn client_name(&self) -> &str {
        &self.stored.client_name
    }

    /// Returns the host of the client's metadata document, with the port if one is written; `None` if the
    /// client has none. The site fetched the document from there over TLS, so the host is a verified fact
    /// about the client, as its name is not. It is in ASCII: an internationalised name is shown as it
    /// is written in the DNS, in Punycode, where letters that look alike differ.
    #[must_use]
    pub fn document_host(&self) -> Option<String> {
        let url = document::url(&self.stored.client_id)?;
        Some(match url.port() {
            443 => url.host().to_owned(),
            port => format!("{}:{port}", url.host()),
        })
    }

    /// Whether the client has a metadata document and the browser is sent to another host than the
    /// document's, ports aside. A program on the user's own machine is no host.
    #[must_use]
    pub fn leaves_document_host(&self) -> bool {
        let document = document::url(&self.stored.client_id);
        !self.is_loopback()
            && self.redirect_scheme().is_none()
            && document.is_some_and(|url| url.host() != self.redirect.host())
    }

    /// Returns the private-use URI scheme of the redirect, in lower case, if it has one: the user's machine opens the
    /// program that claimed it, and any program could have. Show it where the host would be shown, and warn.
    #[must_use]
    pub fn redirect_scheme(&self) -> Option<&str> {
        self.redirect.app_scheme()
    }

    /// Returns the host to which the user will be redirected, with the port if one is written. It is in
    /// ASCII, as [`Self::document_host`] is. If the redirect opens a program, returns the beginning of the address, such
    /// as `cursor://anysphere.cursor-mcp`.
    #[must_use]
    pub fn redirect_host(&self) -> String {
        self.redirect.host_and_port()
    }

    /// Returns the web origins of the client: of its metadata document and its redirect URIs, as browsers write them. Only
    /// origins of HTTPS are among them, and those of the user's own machine.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let document = document::url(&self.stored.client_id).map(|_| &self.stored.client_id);
        let is_local =
            |uri: &str| RedirectUri::parse(uri).is_ok_and(|redirect| redirect.is_loopback());
        let mut origins: Vec<String> = Vec::new();
        for uri in document.into_iter().chain(&self.client.redirect_uris) {
            if let Some(origin) = WebOrigin::of_url(uri)
                .filter(|origin| origin.scheme() == "https" || is_local(uri))
                .map(|origin| origin.to_string())
                .filter(|origin| !origins.contains(origin))
            {
                origins.push(origin);
            }
        }
        origins
    }

    /// Whether the redirect goes to the user's own machine, where any program can be the client.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.redirect.is_loopback()
    }

    /// Returns the client, for the data of its record.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the JSON for the member `request` in the data of the grant's record.
    #[must_use]
    pub fn to_json(&self) -> String {
        // It consists of strings and lists of strings, which always serialise.
        serde_json::to_string(&self.stored).unwrap_or_default()
    }

    /// Returns the URL for the browser after the user has consented. It carries a `code` for the grant
    /// `grant_id` that expires after 60 seconds, the `state` of the request (RFC 6749 §4.1.2) and `iss`
    /// (RFC 9207 §2).
    ///
    /// # Errors
    /// [`OAuthError::Entropy`] if the operating system provides no random bytes.
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

    /// Returns the URL for the browser after the user has refused, with the error `access_denied` (RFC
    /// 6749 §4.1.2.1). The reason is [`Reason::ConsentDenied`].
    #[must_use]
    pub fn refuse(&self) -> String {
        self.access_denied(Reason::ConsentDenied)
    }

    /// Returns the URL for the browser after a user who may not approve has asked an administrator: like
    /// [`Self::refuse`], with the reason [`Reason::ConsentAsked`]. The request itself has ended.
    #[must_use]
    pub fn refuse_asked(&self) -> String {
        self.access_denied(Reason::ConsentAsked)
    }

    fn access_denied(&self, reason: Reason) -> String {
        self.answer(&[
            ("error", ErrorCode::AccessDenied.as_str()),
            ("error_description", reason.message()),
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

    /// Returns the facts of the request for the audit log, as JSON without secrets. An entry may cut the client
    /// identifier, so its SHA-256 is one of them.
    #[must_use]
    pub fn facts(&self) -> String {
        json!({
            "client_id": self.stored.client_id,
            "client_sha256": bytes::hex(&bytes::sha256(self.stored.client_id.as_bytes())),
            "client_name": self.stored.client_name,
            "document_host": self.document_host(),
            "redirect_host": self.redirect_host(),
            "redirect_scheme": self.redirect_scheme(),
            "loopback": self.is_loopback(),
            "resource": self.stored.resource,
            "scopes": self.stored.scopes,
        })
        .to_string()
    }
}

/// Returns the redirect URI with `parameters`, `state` and `iss` added. Every redirect is made here.
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
