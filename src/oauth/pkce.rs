//! Proof Key for Code Exchange, method S256 only ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).

use crate::bytes;
use crate::secret::same;

/// A code challenge: the SHA-256 of a verifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Parses a challenge: exactly 43 characters, the one canonical base64url spelling of 32 bytes
    /// (RFC 7636 §4.2). `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hash = bytes::from_base64url(text.as_bytes())?;
        (hash.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The challenge as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is well-formed and hashes to this challenge (RFC 7636 §4.6).
    #[must_use]
    pub fn is_met_by(&self, verifier: &str) -> bool {
        is_verifier(verifier)
            && same(
                bytes::base64url(&bytes::sha256(verifier.as_bytes())).as_bytes(),
                self.0.as_bytes(),
            )
    }
}

/// Whether `text` is a code verifier: 43 to 128 characters of `[A-Za-z0-9._~-]` (RFC 7636 §4.1).
#[must_use]
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
