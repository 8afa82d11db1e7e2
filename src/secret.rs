//! Key material and what is computed with it.
//!
//! A [`Secret`] cannot be printed, cloned or compared by `==`, and is wiped when dropped. Bytes
//! leave it by one named call, [`Secret::expose`], which a reviewer can search for.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::entropy::{Entropy, EntropyError};

/// `N` secret bytes.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes `bytes` over.
    #[must_use]
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves. Each use says why it needs them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

/// Secret bytes whose number is known only when they are there: what a vault opens. Neither printed, cloned
/// nor compared by `==`, and wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// The fewest and the most bytes of [`SecretBytes::random`]: what no one guesses, and what a vault seals.
    pub const RANDOM_LENGTHS: std::ops::RangeInclusive<usize> = 16..=65_536;

    /// Takes `bytes` over, without a copy.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// `length` unpredictable bytes; `None` outside [`SecretBytes::RANDOM_LENGTHS`].
    ///
    /// # Errors
    /// When `entropy` fails.
    pub fn random(length: usize, entropy: &dyn Entropy) -> Result<Option<Self>, EntropyError> {
        if !Self::RANDOM_LENGTHS.contains(&length) {
            return Ok(None);
        }
        let mut secret = Self(vec![0; length]);
        entropy.fill(&mut secret.0)?;
        Ok(Some(secret))
    }

    /// The bytes themselves. Each use says why it needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// `N` secret bytes on the heap, which moving them does not copy: for keys that live as long as an object of PHP.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBox<const N: usize>(Box<[u8; N]>);

impl<const N: usize> SecretBox<N> {
    /// Bytes that `fill` writes, in the place where they stay.
    ///
    /// # Errors
    /// What `fill` fails with.
    pub fn filled<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// A copy of `bytes`; `None` if they are not `N`.
    #[must_use]
    pub fn copied(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self(Box::new([0; N]));
        if bytes.len() != N {
            return None;
        }
        secret.0.copy_from_slice(bytes);
        Some(secret)
    }

    /// The bytes themselves. Each use says why it needs them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

/// A 32-byte key from `material` by HKDF-SHA256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)).
/// `salt` separates sites, `info` separates purposes: two purposes never share a key.
#[must_use]
pub fn derive(material: &[u8], salt: &[u8], info: &[u8]) -> Secret<32> {
    let mut out = [0_u8; 32];
    // 32 bytes is one block of HKDF-SHA256, far under its limit of 255: the call cannot fail.
    let _ = Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out);
    Secret::new(out)
}

/// A key of HMAC-SHA256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), its two blocks hashed
/// once: for a key that is used again and again. Wiped when dropped.
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Prepares `key`.
    #[must_use]
    pub fn new(key: &Secret<32>) -> Self {
        // HMAC fills a key up with zeros to one block: filled up already, it has one length only.
        let mut block = Zeroizing::new([0_u8; 64]);
        for (to, from) in block.iter_mut().zip(key.expose()) {
            *to = *from;
        }
        Self(Hmac::new((&*block).into()))
    }

    /// HMAC-SHA256 of `message`.
    #[must_use]
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut hmac = self.0.clone();
        hmac.update(message);
        hmac.finalize().into_bytes().into()
    }
}

/// HMAC-SHA256 of `message` under `key`.
#[must_use]
pub fn mac(key: &Secret<32>, message: &[u8]) -> [u8; 32] {
    MacKey::new(key).mac(message)
}

/// Whether `a` and `b` are the same bytes, in a time that depends on their length alone.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::hex;
    use crate::entropy::CountingEntropy;

    /// RFC 4231 §4.2, its key filled up with zeros as HMAC itself does.
    #[test]
    fn a_prepared_key_is_hmac() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let key = MacKey::new(&Secret::new(key));
        for _ in 0..2 {
            assert_eq!(
                hex(&key.mac(b"Hi There")),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            );
        }
    }

    #[test]
    fn random_secrets_are_neither_guessable_nor_boundless() {
        let entropy = CountingEntropy::default();
        for length in [16, 17, 65_536] {
            let secret = SecretBytes::random(length, &entropy).unwrap().unwrap();
            assert_eq!(secret.expose().len(), length);
            assert_ne!(secret.expose(), vec![0; length]);
        }
        for length in [0, 15, 65_537] {
            let refused = SecretBytes::random(length, &entropy).unwrap();
            assert!(refused.is_none(), "{length}");
        }
    }

    /// An HMAC has no mark of its own: it is two cores of the hash and one buffer, as the hash has them.
    #[test]
    fn a_prepared_key_is_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Sha256>();
        wiped::<<Sha256 as hmac::EagerHash>::Core>();
    }
}
