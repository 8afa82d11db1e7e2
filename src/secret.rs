//! Secret bytes, and computations with them.
//!
//! A [`Secret`] cannot be printed, cloned or compared by `==`, and it is overwritten with zeros when dropped. Its
//! bytes can be read only by [`Secret::expose`], for which a reviewer can search.

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
    /// Returns a secret of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes. They must not be copied to memory that is not wiped.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

/// Secret bytes of any length, such as the secrets in a vault. They cannot be printed, cloned or compared by `==`,
/// and are overwritten with zeros when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// The lengths that [`SecretBytes::random`] accepts: 16 bytes cannot be guessed, and a vault encrypts at most
    /// 65,536.
    pub const RANDOM_LENGTHS: std::ops::RangeInclusive<usize> = 16..=65_536;

    /// Returns a secret of these bytes without copying them.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns `length` unpredictable bytes; `None` for a length outside [`SecretBytes::RANDOM_LENGTHS`].
    ///
    /// # Errors
    /// [`EntropyError`] if the source of randomness fails.
    pub fn random(length: usize, entropy: &dyn Entropy) -> Result<Option<Self>, EntropyError> {
        if !Self::RANDOM_LENGTHS.contains(&length) {
            return Ok(None);
        }
        let mut secret = Self(vec![0; length]);
        entropy.fill(&mut secret.0)?;
        Ok(Some(secret))
    }

    /// Returns the bytes. They must not be copied to memory that is not wiped.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// `N` secret bytes on the heap, for keys that exist as long as a PHP object. Moving the value does not copy the bytes.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBox<const N: usize>(Box<[u8; N]>);

impl<const N: usize> SecretBox<N> {
    /// Returns a secret whose bytes `fill` writes in place.
    ///
    /// # Errors
    /// The error of `fill`.
    pub fn filled<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Returns a secret with a copy of `bytes`; `None` unless there are exactly `N`.
    #[must_use]
    pub fn copied(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self(Box::new([0; N]));
        if bytes.len() != N {
            return None;
        }
        secret.0.copy_from_slice(bytes);
        Some(secret)
    }

    /// Returns the bytes. They must not be copied to memory that is not wiped.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

/// Derives a key of 32 bytes from `material` by HKDF-SHA256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)). A
/// different `salt` (for each site) or `info` (for each purpose) results in an independent key.
#[must_use]
pub fn derive(material: &[u8], salt: &[u8], info: &[u8]) -> Secret<32> {
    let mut out = [0_u8; 32];
    // The call fails only for more than 255 blocks of 32 bytes, and this is one block.
    let _ = Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out);
    Secret::new(out)
}

/// A prepared key of HMAC-SHA256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) for repeated use: its inner and
/// outer block are hashed only once. It is overwritten with zeros when dropped.
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Prepares `key`.
    #[must_use]
    pub fn new(key: &Secret<32>) -> Self {
        // HMAC pads a key with zeros to the length of a block. A key of that length needs no error path.
        let mut block = Zeroizing::new([0_u8; 64]);
        for (to, from) in block.iter_mut().zip(key.expose()) {
            *to = *from;
        }
        Self(Hmac::new((&*block).into()))
    }

    /// Returns the HMAC-SHA256 of `message`.
    #[must_use]
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut hmac = self.0.clone();
        hmac.update(message);
        hmac.finalize().into_bytes().into()
    }
}

/// Returns the HMAC-SHA256 of `message` under `key`.
#[must_use]
pub fn mac(key: &Secret<32>, message: &[u8]) -> [u8; 32] {
    MacKey::new(key).mac(message)
}

/// Returns whether `a` and `b` are equal. The time depends only on their lengths.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::hex;
    use crate::entropy::CountingEntropy;

    /// [RFC 4231 §4.2](https://www.rfc-editor.org/rfc/rfc4231#section-4.2). Its key is padded with zeros, as HMAC does.
    #[test]
    fn a_prepared_key_computes_hmac() {
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
    fn random_secrets_have_16_to_65536_bytes() {
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

    /// The type of an HMAC does not implement `ZeroizeOnDrop` itself, but consists of two cores and a buffer of the
    /// hash, which do.
    #[test]
    fn a_prepared_key_is_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Sha256>();
        wiped::<<Sha256 as hmac::EagerHash>::Core>();
    }
}
