//! Clients, as their records state them.

use serde::{Deserialize, Serialize};

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

    /// Reads the record of a client. Returns `None`, as for a client that does not exist, if it is another record, if a
    /// public client has a secret, or if a confidential client has none.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let client: Self = record.read(RecordKind::Client).ok()?;
        let public = client.token_endpoint_auth_method == AuthMethod::None;
        (public == client.secret_hash.is_none()).then_some(client)
    }

    /// Whether the client registered the redirect URI `presented`.
    pub(super) fn admits(&self, presented: &RedirectUri) -> bool {
        self.redirect_uris
            .iter()
            .filter_map(|text| RedirectUri::parse(text).ok())
            .any(|registered| registered.admits(presented))
    }

    /// Whether the client registered the grant type `refresh_token`.
    pub(super) fn may_refresh(&self) -> bool {
        self.grant_types.iter().any(|name| name == "refresh_token")
    }

    /// Whether `secret` authenticates the client. A public client must not send one.
    pub(super) fn is_proven_by(&self, secret: Option<&str>) -> bool {
        match (&self.secret_hash, secret) {
            (None, None) => true,
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
/// client could not get any token.
pub(super) fn grant_types(asked: Option<Vec<String>>) -> Option<Vec<String>> {
    let asked = asked.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    let has = |name: &str| asked.iter().any(|asked| asked == name);
    has("authorization_code").then(|| {
        GRANT_TYPES
            .iter()
            .filter(|name| has(name))
            .map(|name| (*name).to_owned())
            .collect()
    })
}

/// Whether there are 1 to [`MAX_REDIRECTS`] redirect URIs and all of them are acceptable.
pub(super) fn are_redirects(addresses: &[String]) -> bool {
    (1..=MAX_REDIRECTS).contains(&addresses.len())
        && addresses
            .iter()
            .all(|address| RedirectUri::parse(address).is_ok())
}
