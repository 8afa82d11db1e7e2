//! The entry point of the module: one method for each endpoint.

use std::sync::Arc;

use super::settings::OAuthSettings;
use super::{
    ApprovedGrant, AuthorizationRequest, Client, OAuthError, OAuthReply, RequestedClient,
    RevocationRequest, Sender, TokenRequest, authorize, client_auth, issued_id, metadata,
    registration, revoke, token_endpoint,
};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::http::require_https;
use crate::keyring::Keyring;
use crate::record::FoundRecord;

/// The authorization server of one site. It holds its settings only, no key and no state, and is cheap
/// to clone.
#[derive(Debug, Clone)]
pub struct AuthorizationServer {
    settings: Arc<OAuthSettings>,
}

impl AuthorizationServer {
    /// Creates a server from `settings`, a JSON object. All URLs are kept as written.
    ///
    /// | member | type | |
    /// | --- | --- | --- |
    /// | `issuer` | URL | without query and fragment (RFC 8414 §2) |
    /// | `resource` | URL | the MCP endpoint: the resource indicator of every token (RFC 8707 §2) |
    /// | `resource_metadata` | URL | where the document of RFC 9728 is served |
    /// | `authorization_endpoint`, `token_endpoint`, `registration_endpoint`, `revocation_endpoint` | URL | |
    /// | `documentation`, `resource_name` | string, optional | for the metadata |
    /// | `secure` | boolean | whether the current request arrived over HTTPS or never left the machine |
    /// | `allow_http` | boolean | whether URLs may use plain `http`, as on a development machine |
    /// | `access_lifetime` | seconds, optional | 300 to 86,400; 3,600 by default |
    /// | `refresh_lifetime` | seconds, optional | how long an unused refresh token is valid: 3,600 to 31,536,000; 2,592,000 (30 days) by default |
    /// | `app_schemes` | list of strings, optional | private-use URI schemes of redirect URIs besides those that every site accepts ([`AppSchemes`](super::AppSchemes)) |
    /// | `scopes` | list of scope tokens, optional | the scopes that the site knows (RFC 6749 §3.3) |
    /// | `ip_limit` | `{"max", "window"}`, optional | failed requests from one address network in a window of seconds; 60 in 60 by default |
    /// | `registration_limit` | `{"max", "window"}`, optional | registrations from one address network; 20 in 60 seconds by default |
    ///
    /// # Errors
    /// [`OAuthError::Settings`] if the JSON has another shape or an unknown member,
    /// [`OAuthError::Setting`] if a value is unusable, and [`OAuthError::SettingNotHttps`] if a URL is
    /// plain `http` on a host other than a loopback one, unless `allow_http` is set or `secure` is not.
    pub fn new(settings: &str) -> Result<Self, OAuthError> {
        Ok(Self {
            settings: Arc::new(OAuthSettings::parse(settings)?),
        })
    }

    /// Refuses the current request if it did not arrive over HTTPS. Call it before anything else is done
    /// for the request: before it is counted, and before its client is looked up. The other methods
    /// that answer a request refuse it in the same way, except those that return a metadata document.
    ///
    /// # Errors
    /// The [`OAuthReply`] to send: 403 with [`Reason::HttpsRequired`](crate::reason::Reason::HttpsRequired).
    pub fn check_transport(&self) -> Result<(), Box<OAuthReply>> {
        require_https(self.settings.secure).map_err(|reason| Box::new(OAuthReply::insecure(reason)))
    }

    /// Returns the protected resource metadata
    /// ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728) §2), a JSON object.
    #[must_use]
    pub fn resource_metadata(&self) -> String {
        metadata::resource(&self.settings)
    }

    /// Returns the authorization server metadata
    /// ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) §2), a JSON object. It also has the members
    /// that parsers of OpenID discovery documents require.
    #[must_use]
    pub fn server_metadata(&self) -> String {
        metadata::server(&self.settings)
    }

    /// Registers a client ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591) §3). `body` is the JSON of
    /// the registration request.
    ///
    /// Returns a reply with status 201 and the client ([`OAuthReply::client`]), with status 400 for a refused
    /// registration or 429 for one too many, or the 403 of [`Self::check_transport`]. Nothing has to be stored: the
    /// client identifier contains the registration.
    ///
    /// # Errors
    /// [`OAuthError::Entropy`] if the operating system provides no random bytes.
    pub fn register(
        &self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
        sender: Sender<'_>,
        body: &[u8],
    ) -> Result<OAuthReply, OAuthError> {
        match self.check_transport() {
            Ok(()) => registration::register(&self.settings, keyring, entropy, sender, body),
            Err(refused) => Ok(*refused),
        }
    }

    /// Returns the client that registered as `client_id`. Returns `None` unless this site issued the identifier with
    /// its current keys. A client that was stored when a person approved it takes precedence in a request.
    #[must_use]
    pub fn registered_client(&self, keyring: &Keyring, client_id: &str) -> Option<Client> {
        issued_id::registered(keyring, &self.settings.app_schemes, client_id)
    }

    /// Validates an authorization request (RFC 6749 §4.1.1 with the restrictions of OAuth 2.1). `query`
    /// is the raw query string. `client` is the client that [`client_id`](super::client_id) names. `approved` holds the
    /// grants of this client, each with its connection.
    ///
    /// Anybody can register a client, so its redirect URI is chosen by a stranger until a person has
    /// approved the client. A refusal is therefore a page, and redirects only a client that is approved
    /// with the redirect URI of this request (RFC 6749 §4.1.2.1, RFC 9700 §4.11.2). Require a login
    /// first, of a user who may also consent.
    ///
    /// # Errors
    /// The [`OAuthReply`] to send. Its [`OAuthReply::redirect`] is `None` unless the client and its
    /// redirect URI are valid and approved.
    pub fn authorize(
        &self,
        keyring: &Keyring,
        query: &[u8],
        client: RequestedClient<'_>,
        approved: &[ApprovedGrant<'_>],
    ) -> Result<AuthorizationRequest, Box<OAuthReply>> {
        self.check_transport()?;
        authorize::authorize(&self.settings, keyring, query, client, approved)
    }

    /// Checks an authorization request before a login: that it is well-formed, and that its client and redirect URI are
    /// known. Ask for a login only if it passes; [`Self::authorize`] then checks everything. `client` is what opening the
    /// record of the client gave. No metadata document is needed, because none is fetched for a stranger.
    ///
    /// # Errors
    /// The [`OAuthReply`] to send: status 400 with a JSON body for programs, of which a person needs a page. It has the
    /// error `invalid_client` if the client is not registered here, which lets clients register anew. It never redirects.
    pub fn precheck(
        &self,
        keyring: &Keyring,
        query: &[u8],
        client: FoundRecord<'_>,
    ) -> Result<(), Box<OAuthReply>> {
        self.check_transport()?;
        authorize::precheck(&self.settings, keyring, query, client)
    }

    /// Returns the address of the key set of the client (RFC 7517) that [`Self::token`] and [`Self::revoke`] need for this
    /// request. Fetch it as safely as a metadata document. Returns `None` if the request does not need one, also if it has no
    /// genuine code or token, so that a stranger cannot make the site fetch anything. `now` is the current time; the other
    /// arguments are those of [`Self::token`].
    #[must_use]
    pub fn keys_address(
        &self,
        keyring: &Keyring,
        now: Timestamp,
        body: &[u8],
        client: FoundRecord<'_>,
    ) -> Option<String> {
        let is_genuine = |form: &_| token_endpoint::has_genuine_token(keyring, now, form);
        client_auth::keys_address(&self.settings, keyring, now, body, client, is_genuine)
    }

    /// Parses a token request (RFC 6749 §4.1.3, §6), authenticates its client, and verifies the
    /// authorization code or refresh token in it.
    ///
    /// `body` is the form-encoded body, `authorization` the value of the `Authorization` header or
    /// empty. `client` is what opening the record of the client gave that [`client_id`](super::client_id) names. If none is
    /// stored, it is the client that registered with its identifier. `keys` is the text that was just fetched from
    /// [`Self::keys_address`], if that is an address.
    ///
    /// # Errors
    /// The [`OAuthReply`] to send: an error response of RFC 6749 §5.2, 429 if too many requests of this sender or
    /// client failed, or the 403 of [`Self::check_transport`].
    pub fn token(
        &self,
        keyring: &Keyring,
        sender: Sender<'_>,
        body: &[u8],
        authorization: &[u8],
        client: FoundRecord<'_>,
        keys: Option<&[u8]>,
    ) -> Result<TokenRequest, Box<OAuthReply>> {
        self.check_transport()?;
        token_endpoint::parse(
            &self.settings,
            keyring,
            sender,
            body,
            authorization,
            client,
            keys,
        )
    }

    /// Parses a revocation request ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)), authenticates its client,
    /// and verifies the token in it. The arguments are those of [`Self::token`].
    ///
    /// # Errors
    /// The [`OAuthReply`] to send: status 200 for a token that is not valid, or a refusal as of [`Self::token`].
    pub fn revoke(
        &self,
        keyring: &Keyring,
        sender: Sender<'_>,
        body: &[u8],
        authorization: &[u8],
        client: FoundRecord<'_>,
        keys: Option<&[u8]>,
    ) -> Result<RevocationRequest, Box<OAuthReply>> {
        self.check_transport()?;
        revoke::parse(
            &self.settings,
            keyring,
            sender,
            body,
            authorization,
            client,
            keys,
        )
    }
}
