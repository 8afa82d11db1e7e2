//! The form of a sealed secret: `cse1.` ‖ key id, 8 hex digits ‖ `.` ‖ base64url(iv 16 ‖ ciphertext ‖ tag 32).
//!
//! Site, name and key id are authenticated with the secret, so that a value copied to another row or site does not open.

use super::aead::{self, AeadKey};
use crate::bytes::{base64url_into, from_base64url, from_hex, hex, pae};
use crate::keyring::{KeyId, SiteId};
use crate::secret::SecretBytes;

/// The longest name of a sealed secret, in bytes.
pub const MAX_NAME: usize = 191;

/// The longest secret, in bytes: 64 KiB.
pub const MAX_SECRET: usize = 64 * 1024;

const PREFIX: &str = "cse1.";

/// The longest sealed secret that is read, in characters.
const MAX_TEXT: usize = PREFIX.len() + 9 + (aead::IV + MAX_SECRET + 16 + aead::TAG).div_ceil(3) * 4;

/// A decoded sealed secret. The tag is not verified yet.
pub(super) struct SealedSecret {
    pub(super) key_id: KeyId,
    iv: [u8; aead::IV],
    sealed: Vec<u8>,
}

/// The data that is authenticated with the secret.
fn aad(site: SiteId, name: &[u8], key_id: KeyId) -> Vec<u8> {
    pae(&[
        b"countersign/vault/record/v1",
        site.as_bytes(),
        name,
        &key_id.0,
    ])
}

/// Seals `secret`.
pub(super) fn seal(
    site: SiteId,
    name: &[u8],
    key_id: KeyId,
    key: &AeadKey,
    iv: &[u8; aead::IV],
    secret: &[u8],
) -> String {
    let mut bytes = Vec::with_capacity(aead::IV + secret.len() + 16 + aead::TAG);
    bytes.extend_from_slice(iv);
    key.seal_into(&mut bytes, iv, &aad(site, name, key_id), secret);
    let mut text = String::with_capacity(PREFIX.len() + 9 + bytes.len().div_ceil(3) * 4);
    text.push_str(PREFIX);
    text.push_str(&hex(&key_id.0));
    text.push('.');
    base64url_into(&mut text, &bytes);
    text
}

/// Decodes a sealed secret. Returns `None` for any text that is not in canonical form.
pub(super) fn parse(text: &[u8]) -> Option<SealedSecret> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let rest = text.strip_prefix(PREFIX.as_bytes())?;
    let (id, rest) = rest.split_at_checked(8)?;
    let bytes = from_base64url(rest.strip_prefix(b".")?)?;
    let (iv, sealed) = bytes.split_first_chunk()?;
    let ciphertext = sealed.len().checked_sub(aead::TAG)?;
    if ciphertext == 0 || ciphertext % 16 != 0 {
        return None;
    }
    Some(SealedSecret {
        key_id: KeyId(from_hex(std::str::from_utf8(id).ok()?)?),
        iv: *iv,
        sealed: sealed.to_vec(),
    })
}

impl SealedSecret {
    /// Opens the secret; `None` if it was changed, or was sealed under another name or on another site.
    pub(super) fn open(&self, site: SiteId, name: &[u8], key: &AeadKey) -> Option<SecretBytes> {
        key.open(&self.iv, &aad(site, name, self.key_id), &self.sealed)
    }
}
