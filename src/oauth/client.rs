//! Clients, as their records state them.

use serde::{Deserialize, Serialize};

use super::app_scheme::AppSchemes;
use super::client_key::ClientKeys;
use super::redirect::RedirectUri;
use crate::bytes;
use crate::record::{Record, RecordKind};
use crate::secret::same;

/// The greatest number of redirect URIs of one client.
pub(super) const MAX_REDIRECTS: usize = 10;
/// The grant types that this server supports.
pub(super) const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

/// How a client authenticates at the token endpoint (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuthMethod {
    /// It does not authenticate: a public client, protected by PKCE and refresh token rotation.
    None,
    /// With its secret in the request body.
    ClientSecretPost,
    /// With its secret in the `Authorization` header (HTTP Basic).
    ClientSecretBasic,
    /// With a signature of its own key (RFC 7523). Only clients with a metadata document can.
    PrivateKeyJwt,
}

/// How the site learned about a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClientSource {
    /// From its dynamic registration (RFC 7591).
    Registration,
    /// From a metadata document. Its URL is the client identifier.
    Document,
}

/// A client: its name, its redirect URIs, and how it authenticates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) redirect_uris: Vec<String>,
    pub(super) grant_types: Vec<String>,
    pub(super) token_endpoint_auth_method: AuthMethod,
    /// SHA-256 of the client secret in lower-case hex. The secret has 256 random bits, so that an
    /// unsalted hash is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret_hash: Option<String>,
    /// The public keys of a client that can sign. A public client may have some, and then either signs or does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<ClientKeys>,
    pub(super) source: ClientSource,
}

impl Client {
    /// Returns the data of the client's record, as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // It consists of strings and lists of strings, which always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns the client identifier.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Reads the record of a client. Returns `None`, as for a client that does not exist, if it is another record, or if
    /// it does not have exactly what its method needs: a secret, keys or neither.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let client: Self = record.read(RecordKind::Client).ok()?;
        let (secret, keys) = (client.secret_hash.is_some(), client.keys.is_some());
        let fits = match client.token_endpoint_auth_method {
            AuthMethod::None => !secret,
            AuthMethod::PrivateKeyJwt => !secret && keys,
            AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic => secret && !keys,
        };
        fits.then_some(client)
    }

    /// Whether the client registered the redirect URI `presented`. Only a public client can use a private-use scheme, which
    /// the user's machine does not keep for one program.
    pub(super) fn admits(&self, presented: &RedirectUri, schemes: &AppSchemes) -> bool {
        let is_public = self.token_endpoint_auth_method == AuthMethod::None;
        (is_public || presented.app_scheme().is_none())
            && self
                .redirect_uris
                .iter()
                .filter_map(|text| RedirectUri::parse_with(text, schemes).ok())
                .any(|registered| registered.admits(presented))
    }

    /// Whether the client registered the grant type `refresh_token`.
    pub(super) fn may_refresh(&self) -> bool {
        self.grant_types.iter().any(|name| name == "refresh_token")
    }

    /// Whether `secret` authenticates the client. A public client must not send one, and a client that signs has none.
    pub(super) fn is_proven_by(&self, secret: Option<&str>) -> bool {
        match (&self.secret_hash, secret) {
            (None, None) => self.token_endpoint_auth_method == AuthMethod::None,
            (Some(hash), Some(secret)) => same(secret_hash(secret).as_bytes(), hash.as_bytes()),
            _ => false,
        }
    }
}

/// Returns the hash of a client secret, as it is stored.
pub(super) fn secret_hash(secret: &str) -> String {
    bytes::hex(&bytes::sha256(secret.as_bytes()))
}

/// Returns those of the requested grant types that this server supports; the server may replace
/// requested values (RFC 7591 §2). Returns `None` if `authorization_code` is not among them, because the
/// client could not get any token. A client that names none means both: it refreshes if it gets a refresh token.
pub(super) fn grant_types(asked: Option<&[String]>) -> Option<Vec<String>> {
    let has = |name: &str| asked.is_none_or(|asked| asked.iter().any(|asked| asked == name));
    has("authorization_code").then(|| {
        GRANT_TYPES
            .iter()
            .filter(|name| has(name))
            .map(|name| (*name).to_owned())
            .collect()
    })
}

/// Returns those of the addresses that a client with this method may use, each once, and at most [`MAX_REDIRECTS`].
pub(super) fn usable_redirects(
    addresses: &[String],
    method: AuthMethod,
    schemes: &AppSchemes,
) -> Vec<String> {
    let mut usable: Vec<String> = Vec::new();
    for address in addresses {
        let fits = RedirectUri::parse_with(address, schemes)
            .is_ok_and(|uri| method == AuthMethod::None || uri.app_scheme().is_none());
        if fits && usable.len() < MAX_REDIRECTS && !usable.contains(address) {
            usable.push(address.clone());
        }
    }
    usable
}
