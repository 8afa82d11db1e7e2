//! Authenticated encryption with `A256CBC-HS512`: AES-256-CBC, then HMAC-SHA-512 over the ciphertext, combined as
//! `AEAD_AES_256_CBC_HMAC_SHA_512` of [RFC 7518 §5.2.5](https://www.rfc-editor.org/rfc/rfc7518#section-5.2.5).

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _};
use cbc::{Decryptor, Encryptor};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::{SecretBox, SecretBytes, same};

/// The length of a key in bytes: the first half authenticates, the second half encrypts.
pub const KEY: usize = 64;
/// The length of an initialisation vector in bytes. It must be random and new for every message.
pub const IV: usize = 16;
/// The length of a tag in bytes.
pub const TAG: usize = 32;

const BLOCK: usize = 16;

/// A prepared key: the round keys of AES, and the state of the HMAC after its key was processed, which saves hashing
/// two blocks for each message. Both are on the heap, so that moving the key makes no copy, and are wiped when dropped.
pub struct AeadKey {
    mac: Box<Hmac<Sha512>>,
    cipher: Box<Aes256>,
}

impl AeadKey {
    /// Prepares the key with these bytes.
    #[must_use]
    pub fn new(key: &SecretBox<KEY>) -> Self {
        let key = Self::prepared(key);
        wipe_stack();
        key
    }

    /// Splits the key into MAC key and encryption key (RFC 7518 §5.2.2.1). This is a function of its own, so that its
    /// stack frame can be wiped after it has returned.
    #[inline(never)]
    fn prepared(key: &SecretBox<KEY>) -> Self {
        let (mac, encrypt) = key.expose().split_at(KEY / 2);
        // Padded with zeros to a block of SHA-512, as HMAC does with a shorter key.
        let mut block = Zeroizing::new([0; 128]);
        block.iter_mut().zip(mac).for_each(|(to, from)| *to = *from);
        let mut half = Zeroizing::new([0; KEY / 2]);
        half.iter_mut()
            .zip(encrypt)
            .for_each(|(to, from)| *to = *from);
        Self {
            mac: Box::new(Hmac::new((&*block).into())),
            cipher: Box::new(Aes256::new((&*half).into())),
        }
    }

    /// The tag of RFC 7518 §5.2.2.1: the first half of the HMAC.
    fn tag(&self, aad: &[u8], iv: &[u8; IV], ciphertext: &[u8]) -> [u8; TAG] {
        let mut mac = Hmac::clone(&self.mac);
        mac.update(aad);
        mac.update(iv);
        mac.update(ciphertext);
        mac.update(&(aad.len() as u64).wrapping_mul(8).to_be_bytes());
        let mut tag = [0; TAG];
        for (to, from) in tag.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        tag
    }

    /// Encrypts `plain` and returns ciphertext and tag. `aad` is authenticated with it.
    #[must_use]
    pub fn seal(&self, iv: &[u8; IV], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity((plain.len() / BLOCK + 1) * BLOCK + TAG);
        self.seal_into(&mut out, iv, aad, plain);
        out
    }

    /// Encrypts as [`AeadKey::seal`] does, and appends the result to `out`.
    pub(super) fn seal_into(&self, out: &mut Vec<u8>, iv: &[u8; IV], aad: &[u8], plain: &[u8]) {
        let start = out.len();
        out.extend_from_slice(plain);
        out.resize(start + (plain.len() / BLOCK + 1) * BLOCK, 0);
        let text = out.get_mut(start..).unwrap_or_default();
        let cipher = Encryptor::<&Aes256>::inner_iv_init(&self.cipher, iv.into());
        // There is room for the padding, so the call cannot fail. If it did, the plain text would be wiped.
        if cipher.encrypt_padded::<Pkcs7>(text, plain.len()).is_err() {
            text.zeroize();
            return;
        }
        let tag = self.tag(aad, iv, text);
        out.extend_from_slice(&tag);
    }

    /// Decrypts `sealed`. Returns `None` if `sealed`, `iv` or `aad` was changed. The tag is compared in constant time
    /// before anything is decrypted, so that failures cannot be distinguished.
    #[must_use]
    pub fn open(&self, iv: &[u8; IV], aad: &[u8], sealed: &[u8]) -> Option<SecretBytes> {
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG>()?;
        if !same(&self.tag(aad, iv, ciphertext), tag) {
            return None;
        }
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        let cipher = Decryptor::<&Aes256>::inner_iv_init(&self.cipher, iv.into());
        let length = cipher.decrypt_padded::<Pkcs7>(&mut plain).ok()?.len();
        // The text is decrypted in place, so there is no other copy. The padding is wiped here.
        if let Some(padding) = plain.get_mut(length..) {
            padding.zeroize();
        }
        plain.truncate(length);
        Some(SecretBytes::new(std::mem::take(&mut *plain)))
    }
}

/// Overwrites the stack below: the round keys were there before they were moved to the heap.
#[inline(never)]
fn wipe_stack() {
    let mut below = [0_u64; 1024];
    below.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes every bit of all inputs, and their lengths.
    #[test]
    fn every_flipped_bit_of_iv_ciphertext_tag_aad_and_key_is_refused() {
        let bytes = [5; KEY];
        let key = AeadKey::new(&SecretBox::copied(&bytes).unwrap());
        let (iv, aad) = ([9; IV], b"what the record is".to_vec());
        let sealed = key.seal(&iv, &aad, b"a secret of some length");
        let opens = |key: &AeadKey, iv: &[u8], aad: &[u8], sealed: &[u8]| {
            key.open(iv.try_into().unwrap(), aad, sealed).is_some()
        };
        let flipped = |good: &[u8], at: usize| {
            let mut bad = good.to_vec();
            bad[at / 8] ^= 1 << (at % 8);
            bad
        };
        assert!(opens(&key, &iv, &aad, &sealed));
        for at in 0..sealed.len() * 8 {
            assert!(!opens(&key, &iv, &aad, &flipped(&sealed, at)));
        }
        for at in 0..iv.len() * 8 {
            assert!(!opens(&key, &flipped(&iv, at), &aad, &sealed));
        }
        for at in 0..aad.len() * 8 {
            assert!(!opens(&key, &iv, &flipped(&aad, at), &sealed));
        }
        for at in 0..bytes.len() * 8 {
            let other = AeadKey::new(&SecretBox::copied(&flipped(&bytes, at)).unwrap());
            // The tag does not depend on the encryption half of the key (RFC 7518), so decryption may succeed
            // with another result.
            let plain = other.open(&iv, &aad, &sealed);
            assert!(plain.is_none_or(|plain| plain.expose() != b"a secret of some length"));
        }
        for cut in 0..sealed.len() {
            assert!(!opens(&key, &iv, &aad, &sealed[..cut]));
        }
        for aad in [&b"what the record i"[..], b"", b"what the record is "] {
            assert!(!opens(&key, &iv, aad, &sealed));
        }
    }
}
