//! The text form of keys in files, as `countersign key` writes and reads it.
//!
//! There are three forms of one line each. *Material* is what a keyring is opened from (`AUTH_KEY` or the key
//! file): 64 random bytes as base64url, or any other text that a person chose. An Ed25519 *seed* or *public* key has
//! a label before 64 lower-case hex digits, so that the secret half is never mistaken for the public one.
//! [`crate::vault::key_file`] reads the file that a site uses.

use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::action;
use crate::bytes::{base64url, from_hex, hex};
use crate::entropy::{Entropy, EntropyError};
use crate::keyring::{Keyring, SiteId};
use crate::reason::Reason;
use crate::secret::{Secret, SecretBytes, derive};

/// The number of random bytes in new material.
pub const MATERIAL: usize = 64;

const SEED: &str = "countersign-ed25519-seed:";
const PUBLIC: &str = "countersign-ed25519-public:";

/// A key, as it is written in a file.
pub enum KeyText {
    /// The key material of a keyring.
    Material(SecretBytes),
    /// The seed of an Ed25519 key, which signs.
    Seed(Secret<32>),
    /// An Ed25519 public key, which verifies.
    Public(VerifyingKey),
}

impl KeyText {
    /// Creates random key material.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system provides no random bytes.
    pub fn new_material(entropy: &impl Entropy) -> Result<Self, EntropyError> {
        let random = Secret::new(entropy.bytes::<MATERIAL>()?);
        let text = base64url(random.expose());
        Ok(Self::Material(SecretBytes::new(text.into_bytes())))
    }

    /// Creates a random Ed25519 seed.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system provides no random bytes.
    pub fn new_seed(entropy: &impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self::Seed(Secret::new(entropy.bytes()?)))
    }

    /// Parses the content of a file. Surrounding white space is ignored.
    ///
    /// # Errors
    /// [`Reason::KeyUnusable`] for material that a keyring refuses, for a label that is not followed by 64
    /// lower-case hex digits, and for a public key that is not a point of the curve or is of small order.
    pub fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let bytes = bytes.trim_ascii();
        let labelled = |label: &str| {
            let digits = bytes.strip_prefix(label.as_bytes())?;
            Some(std::str::from_utf8(digits).ok().and_then(from_hex::<32>))
        };
        if let Some(seed) = labelled(SEED) {
            return Ok(Self::Seed(Secret::new(seed.ok_or(Reason::KeyUnusable)?)));
        }
        if let Some(public) = labelled(PUBLIC) {
            return public
                .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
                .filter(|key| !key.is_weak())
                .map(Self::Public)
                .ok_or(Reason::KeyUnusable);
        }
        // Whether material is usable does not depend on the site.
        Keyring::open(SiteId::new([0; 8]), bytes, &[])?;
        Ok(Self::Material(SecretBytes::new(bytes.to_vec())))
    }

    /// Returns the line to write to a file, with its line feed.
    #[must_use]
    pub fn to_bytes(&self) -> SecretBytes {
        let (label, value) = match self {
            Self::Material(material) => ("", material.expose().to_vec()),
            Self::Seed(seed) => (SEED, hex(seed.expose()).into_bytes()),
            Self::Public(key) => (PUBLIC, hex(key.as_bytes()).into_bytes()),
        };
        let value = SecretBytes::new(value);
        // The buffer has its full size from the start: growing it would leave a copy in memory.
        let mut line = Vec::with_capacity(label.len() + value.expose().len() + 1);
        line.extend_from_slice(label.as_bytes());
        line.extend_from_slice(value.expose());
        line.push(b'\n');
        SecretBytes::new(line)
    }

    /// Returns the public key; `None` for material.
    #[must_use]
    pub fn public(&self) -> Option<Self> {
        match self {
            Self::Material(_) => None,
            Self::Seed(seed) => Some(Self::Public(
                SigningKey::from_bytes(seed.expose()).verifying_key(),
            )),
            Self::Public(key) => Some(Self::Public(*key)),
        }
    }

    /// Returns the fingerprint in lower-case hex, which reveals nothing about a secret key: 16 digits for
    /// material, 32 for Ed25519. Both halves of an Ed25519 pair have the same fingerprint, which is the
    /// key id of signed actions.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let pair = match self {
            Self::Material(material) => {
                let label = b"countersign/key-file/fingerprint/v1";
                let name = derive(material.expose(), &[], label);
                return hex(name.expose()).chars().take(16).collect();
            }
            Self::Seed(seed) => action::ActionKey::ed25519(seed.expose()),
            Self::Public(key) => action::ActionKey::ed25519_public(key.as_bytes()),
        };
        // This cannot fail: the lengths are right, and `parse` refuses public keys of small order.
        pair.map_or_else(|_| String::new(), |key| key.id().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn every_form_is_parsed_as_it_was_written() {
        let entropy = CountingEntropy::default();
        let seed = KeyText::new_seed(&entropy).unwrap();
        let public = seed.public().unwrap();
        let material = KeyText::new_material(&entropy).unwrap();
        for file in [&seed, &public, &material] {
            let line = file.to_bytes();
            let again = KeyText::parse(line.expose()).unwrap();
            assert_eq!(again.to_bytes().expose(), line.expose());
            assert_eq!(again.fingerprint(), file.fingerprint());
        }
        assert_eq!(seed.fingerprint(), public.fingerprint());
        assert_ne!(seed.fingerprint(), material.fingerprint());
        assert!(material.public().is_none());
        assert_eq!(material.to_bytes().expose().len(), 86 + 1);
    }

    #[test]
    fn text_that_is_no_key_is_refused() {
        let weak = format!("{PUBLIC}01{}", "0".repeat(62));
        let cut = format!("{SEED}{}", "a".repeat(63));
        let upper = format!("{SEED}{}", "A".repeat(64));
        for wrong in [
            "",
            "short",
            "\n\n",
            SEED,
            PUBLIC,
            &weak,
            &cut,
            &upper,
            "put your unique phrase here, and some more of it",
        ] {
            assert_eq!(
                KeyText::parse(wrong.as_bytes()).err(),
                Some(Reason::KeyUnusable),
                "{wrong}"
            );
        }
    }

    #[test]
    fn white_space_around_material_is_ignored() {
        let text = [b'x'; 40];
        let one = KeyText::parse(&text).unwrap();
        let other = KeyText::parse(&[b"\n ", &text[..], b" \r\n\n"].concat()).unwrap();
        assert_eq!(one.fingerprint(), other.fingerprint());
    }
}
