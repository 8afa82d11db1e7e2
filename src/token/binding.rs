//! Bindings: the hash of the facts under which a token is valid.

use crate::bytes;

/// Returns the binding of a token to a list of facts: the SHA-256 of the [`bytes::pae`] of `label` and
/// `facts`.
#[must_use]
pub fn bind(label: &str, facts: &[&[u8]]) -> [u8; 32] {
    bytes::sha256_pae_of(std::iter::once(label.as_bytes()).chain(facts.iter().copied()))
}

/// Returns the binding of an access token to the resource for which it is issued
/// ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)): the URL of the MCP endpoint, byte for byte.
#[must_use]
pub fn audience(resource: impl AsRef<[u8]>) -> [u8; 32] {
    bind("audience", &[resource.as_ref()])
}
