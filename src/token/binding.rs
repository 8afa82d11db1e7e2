//! What a token is bound to.

use crate::bytes;

/// The binding of a token to a list of facts: SHA-256 over their [`bytes::pae`], behind a label.
#[must_use]
pub fn bind(label: &str, facts: &[&[u8]]) -> [u8; 32] {
    bytes::sha256_pae_of(std::iter::once(label.as_bytes()).chain(facts.iter().copied()))
}

/// The binding of an access token to the resource it was issued for
/// ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)): the exact URL of the MCP endpoint.
#[must_use]
pub fn audience(resource: impl AsRef<[u8]>) -> [u8; 32] {
    bind("audience", &[resource.as_ref()])
}
