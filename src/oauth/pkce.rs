//! Proof Key for Code Exchange ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)) with the method S256,
//! the only one that is supported.

use crate::bytes;
use crate::secret::same;

/// A code challenge: the SHA-256 of a code verifier.
///
/// ```
/// use countersign::oauth::pkce::CodeChallenge;
///
/// // The example of RFC 7636, appendix B.
/// let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
/// assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
/// assert!(!challenge.is_met_by("another-verifier-of-43-characters-or-more-00"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Parses a challenge: 43 characters, the canonical base64url encoding of 32 bytes without padding
    /// (RFC 7636 §4.2). Returns `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hash = bytes::from_base64url(text.as_bytes())?;
        (hash.len() == 32).then(|| Self(text.to_owned()))
    }

    /// Returns the challenge as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is well-formed and its SHA-256 is this challenge (RFC 7636 §4.6). The
    /// comparison takes constant time.
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
