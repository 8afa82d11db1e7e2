//! A client as it is stored.

use serde::{Deserialize, Serialize};

use super::redirect::RedirectUri;
use crate::bytes;
use crate::secret::same;

/// The greatest number of redirect addresses of one client.
pub(super) const MAX_REDIRECTS: usize = 10;
/// The grant types this server knows.
pub(super) const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

/// How a client proves itself at the token endpoint (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuthMethod {
    /// Not at all: a public client, held by PKCE and refresh rotation.
    None,
    /// Its secret in the body.
    ClientSecretPost,
    /// Its secret in the `Authorization` header.
    ClientSecretBasic,
}

/// Where a client comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClientSource {
    /// It registered (RFC 7591).
    Registration,
    /// Its id is the address of its metadata document.
    Document,
}

/// A client: what it calls itself, where it may send people, how it proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) redirect_uris: Vec<String>,
    pub(super) grant_types: Vec<String>,
    pub(super) token_endpoint_auth_method: AuthMethod,
    /// Lower-case hex SHA-256 of the secret. The secret is 256 random bits, so a plain hash hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret_hash: Option<String>,
    pub(super) source: ClientSource,
}

impl Client {
    /// The client to store, JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and lists of strings: serialisation cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Its id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Reads a stored client back. `None`, a client that does not exist, also for one that cannot be
    /// read or has a secret where it must not, or the reverse.
    pub(super) fn from_stored(json: &str) -> Option<Self> {
        let client: Self = serde_json::from_str(json).ok()?;
        let public = client.token_endpoint_auth_method == AuthMethod::None;
        (public == client.secret_hash.is_none()).then_some(client)
    }

    /// The redirect address `presented` if the client registered it.
    pub(super) fn admits(&self, presented: &RedirectUri) -> bool {
        self.redirect_uris
            .iter()
            .filter_map(|text| RedirectUri::parse(text).ok())
            .any(|registered| registered.admits(presented))
    }

    pub(super) fn may_refresh(&self) -> bool {
        self.grant_types.iter().any(|name| name == "refresh_token")
    }

    /// Whether `secret` is the client's; a public client has none and must send none.
    pub(super) fn is_proven_by(&self, secret: Option<&str>) -> bool {
        match (&self.secret_hash, secret) {
            (None, None) => true,
            (Some(hash), Some(secret)) => same(secret_hash(secret).as_bytes(), hash.as_bytes()),
            _ => false,
        }
    }
}

/// What is stored of a secret.
pub(super) fn secret_hash(secret: &str) -> String {
    bytes::hex(&bytes::sha256(secret.as_bytes()))
}

/// The grant types that a client asks for and this server has (RFC 7591 §2: the rest is replaced);
/// `None` without `authorization_code`, which nothing works without.
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

/// Whether every redirect address can be accepted, and there are neither none nor too many.
pub(super) fn are_redirects(addresses: &[String]) -> bool {
    (1..=MAX_REDIRECTS).contains(&addresses.len())
        && addresses
            .iter()
            .all(|address| RedirectUri::parse(address).is_ok())
}
