//! Encryption that notices changes: AES-256-CBC and HMAC-SHA-512, encrypt then authenticate, as
//! `AEAD_AES_256_CBC_HMAC_SHA_512` of [RFC 7518 §5.2.5](https://www.rfc-editor.org/rfc/rfc7518#section-5.2.5)
//! (`A256CBC-HS512`) puts them together.

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use cbc::{Decryptor, Encryptor};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::{Secret, SecretBytes, same};

/// Bytes of a key: half authenticates, half encrypts.
pub const KEY: usize = 64;
/// Bytes of an initialisation vector: random, a new one for every message.
pub const IV: usize = 16;
/// Bytes of a tag.
pub const TAG: usize = 32;

const BLOCK: usize = 16;

/// A key made ready: the state of the HMAC after its key, so that a message costs two blocks less.
pub struct Key {
    mac: Hmac<Sha512>,
    encrypt: Secret<32>,
}

impl Key {
    /// RFC 7518 §5.2.2.1: the first half is the MAC key, the second the encryption key.
    #[must_use]
    pub fn new(key: &Secret<KEY>) -> Self {
        let mut encrypt = [0; 32];
        let (mac, rest) = key.expose().split_at(KEY / 2);
        encrypt.copy_from_slice(rest);
        // HMAC takes a key of any length: the first arm is always taken.
        let mac = match Hmac::new_from_slice(mac) {
            Ok(mac) => mac,
            Err(_) => Hmac::new(&Default::default()),
        };
        let key = Self {
            mac,
            encrypt: Secret::new(encrypt),
        };
        encrypt.zeroize();
        key
    }

    fn tag(&self, aad: &[u8], iv: &[u8; IV], ciphertext: &[u8]) -> [u8; TAG] {
        let mut mac = self.mac.clone();
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

    /// Ciphertext and tag of `plain`; `aad` is authenticated with it.
    #[must_use]
    pub fn seal(&self, iv: &[u8; IV], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let padded = (plain.len() / BLOCK + 1) * BLOCK;
        let mut out = Vec::with_capacity(padded + TAG);
        out.extend_from_slice(plain);
        out.resize(padded, 0);
        let cipher = Encryptor::<Aes256>::new(self.encrypt.expose().into(), iv.into());
        // The buffer has room for the padding: the call cannot fail; were it to, nothing leaves in the clear.
        if cipher
            .encrypt_padded::<Pkcs7>(&mut out, plain.len())
            .is_err()
        {
            out.zeroize();
            return out;
        }
        let tag = self.tag(aad, iv, &out);
        out.extend_from_slice(&tag);
        out
    }

    /// The plain text of `sealed`, if not a bit of it, of `iv` or of `aad` was changed. The tag is compared in
    /// constant time and before anything is decrypted: there is one way to fail.
    #[must_use]
    pub fn open(&self, iv: &[u8; IV], aad: &[u8], sealed: &[u8]) -> Option<SecretBytes> {
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG>()?;
        if !same(&self.tag(aad, iv, ciphertext), tag) {
            return None;
        }
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        let cipher = Decryptor::<Aes256>::new(self.encrypt.expose().into(), iv.into());
        let length = cipher.decrypt_padded::<Pkcs7>(&mut plain).ok()?.len();
        // Truncating leaves the padding behind in the spare capacity: it is as long as it says, no secret.
        plain.truncate(length);
        Some(SecretBytes::new(std::mem::take(&mut *plain)))
    }
}
