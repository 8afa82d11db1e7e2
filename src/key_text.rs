//! Key material as it lies in a file: how it is spelt, and what may be shown of it.
//!
//! Three forms, one line each. *Material* is what a keyring opens from (`AUTH_KEY`, the key file): 64
//! random bytes as base64url, or whatever else a person put there. A *seed* and a *public* key of Ed25519
//! carry a label before 64 lower-case hex digits, so that the secret half is never taken for the public.

use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::action;
use crate::bytes::{base64url, from_hex, hex};
use crate::entropy::{Entropy, EntropyError};
use crate::keyring::{Keyring, SiteId};
use crate::reason::Reason;
use crate::secret::{Secret, SecretBytes, derive};

/// Random bytes in new material.
pub const MATERIAL: usize = 64;

const SEED: &str = "countersign-ed25519-seed:";
const PUBLIC: &str = "countersign-ed25519-public:";

/// What a key file holds.
pub enum KeyText {
    /// Key material for a keyring.
    Material(SecretBytes),
    /// An Ed25519 key that signs.
    Seed(Secret<32>),
    /// An Ed25519 key that verifies.
    Public(VerifyingKey),
}

impl KeyText {
    /// New random material.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub fn new_material(entropy: &impl Entropy) -> Result<Self, EntropyError> {
        let random = Secret::new(entropy.bytes::<MATERIAL>()?);
        let text = base64url(random.expose());
        Ok(Self::Material(SecretBytes::new(text.into_bytes())))
    }

    /// A new random key that signs.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub fn new_seed(entropy: &impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self::Seed(Secret::new(entropy.bytes()?)))
    }

    /// Reads a file's bytes; white space around them is not part of them.
    ///
    /// # Errors
    /// [`Reason::KeyUnusable`] for material that no keyring opens from, for a label without a sound key
    /// behind it, and for a public key under which a signature would prove nothing.
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
        // The site makes no difference to whether material is usable.
        Keyring::open(SiteId::new([0; 8]), bytes, &[])?;
        Ok(Self::Material(SecretBytes::new(bytes.to_vec())))
    }

    /// The line to write into a file, its newline included.
    #[must_use]
    pub fn to_bytes(&self) -> SecretBytes {
        let (label, value) = match self {
            Self::Material(material) => ("", material.expose().to_vec()),
            Self::Seed(seed) => (SEED, hex(seed.expose()).into_bytes()),
            Self::Public(key) => (PUBLIC, hex(key.as_bytes()).into_bytes()),
        };
        let value = SecretBytes::new(value);
        // Room for all of it: a line that grew would leave a copy behind.
        let mut line = Vec::with_capacity(label.len() + value.expose().len() + 1);
        line.extend_from_slice(label.as_bytes());
        line.extend_from_slice(value.expose());
        line.push(b'\n');
        SecretBytes::new(line)
    }

    /// The half that anybody may have; `None` of material.
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

    /// Names what is in the file, in hex, without telling anything of a secret. Both halves of a pair have one
    /// name: the key id that signed actions carry.
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
        // Seed and key have the right length, and no public key of small order is read.
        pair.map_or_else(|_| String::new(), |key| key.id().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn every_form_goes_both_ways() {
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
    fn what_is_no_key_is_refused() {
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
    fn white_space_around_material_is_not_part_of_it() {
        let text = [b'x'; 40];
        let one = KeyText::parse(&text).unwrap();
        let other = KeyText::parse(&[b"\n ", &text[..], b" \r\n\n"].concat()).unwrap();
        assert_eq!(one.fingerprint(), other.fingerprint());
    }
}
