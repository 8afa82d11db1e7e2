//! The door to the module: one value that holds the settings.

use std::sync::Arc;

use super::settings::OAuthSettings;
use super::{
    AuthorizationRequest, Client, OAuthError, OAuthReply, TokenRequest, authorize, document,
    metadata, registration, revoke, token_endpoint,
};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::http::require_https;
use crate::keyring::Keyring;
use crate::reason::Reason;

/// The authorization server of one site. Cheap to clone; holds no key and no state.
#[derive(Debug, Clone)]
pub struct AuthorizationServer {
    settings: Arc<OAuthSettings>,
}

impl AuthorizationServer {
    /// A server with `settings`, JSON as documented for `Countersign\OAuth::__construct`.
    ///
    /// # Errors
    /// [`OAuthError::Settings`] for other JSON (unknown members included), [`OAuthError::Setting`] and
    /// [`OAuthError::SettingNotHttps`] for a setting that cannot be used.
    pub fn new(settings: &str) -> Result<Self, OAuthError> {
        Ok(Self {
            settings: Arc::new(OAuthSettings::parse(settings)?),
        })
    }

    /// Refuses the request at hand if it did not arrive over HTTPS. Call it before anything else is done
    /// for the request: before it is counted, and before its client is looked up. The other methods
    /// that answer a request refuse it in the same way; the metadata documents need this check.
    ///
    /// # Errors
    /// A [`OAuthReply`] to send: 403 with [`Reason::HttpsRequired`].
    pub fn check_transport(&self) -> Result<(), Box<OAuthReply>> {
        require_https(self.settings.secure).map_err(|reason| Box::new(OAuthReply::insecure(reason)))
    }

    /// Protected resource metadata, JSON ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728) §2).
    #[must_use]
    pub fn resource_metadata(&self) -> String {
        metadata::resource(&self.settings)
    }

    /// Authorization server metadata, JSON ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) §2),
    /// with the members that parsers of OpenID discovery documents demand.
    #[must_use]
    pub fn server_metadata(&self) -> String {
        metadata::server(&self.settings)
    }

    /// Registers a client ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591) §3): a 201 with
    /// [`OAuthReply::client`] to store, a 400, or the 403 of [`Self::check_transport`].
    ///
    /// # Errors
    /// [`OAuthError::Entropy`].
    pub fn register(
        &self,
        entropy: &dyn Entropy,
        now: Timestamp,
        body: &[u8],
    ) -> Result<OAuthReply, OAuthError> {
        match self.check_transport() {
            Ok(()) => registration::register(entropy, now, body),
            Err(refused) => Ok(*refused),
        }
    }

    /// The client that a fetched client id metadata document describes.
    ///
    /// # Errors
    /// [`Reason::ClientMetadataInvalid`], [`Reason::RedirectInvalid`], [`Reason::BodyTooLarge`],
    /// [`Reason::BodyNotJson`].
    pub fn client_from_document(&self, client_id: &str, body: &[u8]) -> Result<Client, Reason> {
        document::client(client_id, body)
    }

    /// Validates an authorization request (RFC 6749 §4.1.1 with OAuth 2.1's restrictions).
    ///
    /// Anybody can register a client, so a refusal that redirects sends a visitor to an address that a
    /// stranger chose. Ask for the login first, and follow [`OAuthReply::redirect`] only for somebody who
    /// could also have agreed (RFC 9700 §4.11.2).
    ///
    /// # Errors
    /// A [`OAuthReply`]; its [`OAuthReply::redirect`] is `None` whenever client or redirect address are in
    /// doubt.
    pub fn authorize(
        &self,
        query: &[u8],
        client: Option<&str>,
    ) -> Result<AuthorizationRequest, Box<OAuthReply>> {
        self.check_transport()?;
        authorize::authorize(&self.settings, query, client)
    }

    /// Takes up a request that [`AuthorizationRequest::to_json`] put aside.
    ///
    /// # Errors
    /// [`OAuthError::Request`] when it is not one, or was made for another resource than the present one.
    pub fn request(&self, json: &str) -> Result<AuthorizationRequest, OAuthError> {
        AuthorizationRequest::from_json(&self.settings, json)
    }

    /// Parses and authenticates a token request (RFC 6749 §4.1.3, §6), and verifies the code or refresh
    /// token in it.
    ///
    /// # Errors
    /// A [`OAuthReply`] to send.
    pub fn token(
        &self,
        keyring: &Keyring,
        now: Timestamp,
        body: &[u8],
        authorization: &[u8],
        client: Option<&str>,
    ) -> Result<TokenRequest, Box<OAuthReply>> {
        self.check_transport()?;
        token_endpoint::parse(&self.settings, keyring, now, body, authorization, client)
            .map_err(|refusal| Box::new(OAuthReply::refused(refusal)))
    }

    /// Revokes a token ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)). The answer is the same
    /// whatever the token was; [`OAuthReply::change`] says what to revoke.
    #[must_use]
    pub fn revoke(
        &self,
        keyring: &Keyring,
        now: Timestamp,
        body: &[u8],
        authorization: &[u8],
        client: Option<&str>,
    ) -> OAuthReply {
        if let Err(refused) = self.check_transport() {
            return *refused;
        }
        revoke::revoke(keyring, now, body, authorization, client)
    }
}
