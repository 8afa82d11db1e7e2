//! The stored text of a vault: `csv1.` ‖ base64url(JSON) ‖ `.` ‖ base64url(MAC 32) ‖ `.` ‖ base64url(checksum 6).
//!
//! The JSON contains the site, the slots and the wrapped data keys. The MAC is HMAC-SHA256 over the text
//! before it, with a key derived from the vault key: adding or removing a slot requires a secret that opens one. It
//! is verified over the text as received. The checksum, the first bytes of the SHA-256 of all text before it, needs
//! no key: it detects a damaged text before any key is tried.
//!
//! The key of a slot is derived from its secret with HKDF-SHA512
//! ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)) and a random salt. Each slot has a fingerprint of this key,
//! from a separate derivation. It distinguishes a changed secret from a damaged text.

use super::aead::{self, AeadKey};
use super::error::VaultError;
use super::recovery::RecoveryCode;

use crate::bytes::{base64url, from_base64url, pae, sha256};
use crate::entropy::{Entropy, EntropyError};
use crate::keyring::{KeyId, SiteId, check_material};
use crate::reason::Reason;
use crate::secret::{Secret, SecretBox, derive, mac, same};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha512;

/// The greatest number of data keys in a vault: the one that seals, and older ones that still open.
pub const MAX_KEYS: usize = 8;

const PREFIX: &str = "csv1.";

/// The longest text that is read, in bytes.
const MAX_TEXT: usize = 16 * 1024;

/// The kind of a slot: where its secret comes from. A vault has at most one slot of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// WordPress's constants: `AUTH_KEY . AUTH_SALT`.
    AuthKey,
    /// A key file outside the web root.
    KeyFile,
    /// A recovery code that was shown once.
    Recovery,
}

impl SlotKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::AuthKey, Self::KeyFile, Self::Recovery];

    /// Returns the stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AuthKey => "auth_key",
            Self::KeyFile => "key_file",
            Self::Recovery => "recovery",
        }
    }

    /// Returns the kind with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == word)
    }
}

/// The secret that opens a slot. Key material with fewer than 32 bytes or with WordPress's placeholder in it is
/// refused with [`Reason::KeyUnusable`] for `AUTH_KEY`, and with [`Reason::KeyFileUnusable`] for a key file.
pub enum SlotSecret<'a> {
    /// The key material of [`SlotKind::AuthKey`].
    AuthKey(&'a [u8]),
    /// The content of the file of [`SlotKind::KeyFile`].
    KeyFile(&'a [u8]),
    /// The code of [`SlotKind::Recovery`].
    Recovery(&'a RecoveryCode),
}

impl SlotSecret<'_> {
    const fn kind(&self) -> SlotKind {
        match self {
            Self::AuthKey(_) => SlotKind::AuthKey,
            Self::KeyFile(_) => SlotKind::KeyFile,
            Self::Recovery(_) => SlotKind::Recovery,
        }
    }

    fn material(&self) -> Result<&[u8], Reason> {
        match self {
            Self::AuthKey(material) => check_material(material).map(|()| *material),
            Self::KeyFile(content) => check_material(content)
                .map(|()| *content)
                .map_err(|_| Reason::KeyFileUnusable),
            Self::Recovery(code) => Ok(code.expose()),
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    kind: SlotKind,
    salt: Blob<16>,
    fingerprint: Blob<8>,
    iv: Blob<{ aead::IV }>,
    wrapped: Blob<WRAPPED>,
}

/// The length of a wrapped key: the key, a block of padding, and the tag.
const WRAPPED: usize = aead::KEY + 16 + aead::TAG;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrappedKey {
    id: Blob<4>,
    iv: Blob<{ aead::IV }>,
    wrapped: Blob<WRAPPED>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredVault {
    site: Blob<8>,
    slots: Vec<Slot>,
    keys: Vec<WrappedKey>,
}

/// A fixed number of bytes, written as base64url in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Blob<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Blob<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url(&self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Blob<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        from_base64url(text.as_bytes())
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a value has the wrong length"))
    }
}

/// The slots of a vault, which each hold the vault key.
#[derive(Default)]
pub(super) struct Slots(Vec<Slot>);

/// Derives the wrapping key of a slot and its fingerprint.
fn slot_key(kind: SlotKind, material: &[u8], salt: &[u8; 16]) -> (AeadKey, Blob<8>) {
    let hkdf = Hkdf::<Sha512>::new(Some(salt), material);
    let mut fingerprint = [0; 8];
    let label = |what: &str| format!("countersign/vault/{what}/v1/{}", kind.code());
    let Ok(key) = SecretBox::filled(|key| {
        // The lengths are far below the limit of HKDF, so neither call can fail.
        let _ = hkdf.expand(label("slot").as_bytes(), key);
        let _ = hkdf.expand(label("fingerprint").as_bytes(), &mut fingerprint);
        Ok::<_, std::convert::Infallible>(())
    });
    (AeadKey::new(&key), Blob(fingerprint))
}

fn slot_aad(site: SiteId, kind: SlotKind) -> Vec<u8> {
    pae(&[
        b"countersign/vault/slot/v1",
        site.as_bytes(),
        kind.code().as_bytes(),
    ])
}

fn key_aad(site: SiteId, id: KeyId) -> Vec<u8> {
    pae(&[b"countersign/vault/data-key/v1", site.as_bytes(), &id.0])
}

fn fixed<const N: usize>(sealed: Vec<u8>) -> Blob<N> {
    // All wrapped keys have 64 bytes, so the sealed bytes always have this length.
    Blob(sealed.try_into().unwrap_or([0; N]))
}

fn unwrap(
    key: &AeadKey,
    iv: Blob<{ aead::IV }>,
    aad: &[u8],
    wrapped: &Blob<WRAPPED>,
) -> Option<SecretBox<{ aead::KEY }>> {
    SecretBox::copied(key.open(&iv.0, aad, &wrapped.0)?.expose())
}

impl Slots {
    pub(super) fn put(
        &mut self,
        site: SiteId,
        secret: &SlotSecret<'_>,
        vault_key: &SecretBox<{ aead::KEY }>,
        entropy: &impl Entropy,
    ) -> Result<(), VaultError> {
        let kind = secret.kind();
        let salt = entropy.bytes()?;
        let iv = entropy.bytes()?;
        let (key, fingerprint) = slot_key(kind, secret.material()?, &salt);
        let slot = Slot {
            kind,
            salt: Blob(salt),
            fingerprint,
            iv: Blob(iv),
            wrapped: fixed(key.seal(&iv, &slot_aad(site, kind), vault_key.expose())),
        };
        match self.0.iter_mut().find(|slot| slot.kind == kind) {
            Some(present) => *present = slot,
            None => self.0.push(slot),
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, kind: SlotKind) -> Result<bool, VaultError> {
        let Some(at) = self.0.iter().position(|slot| slot.kind == kind) else {
            return Ok(false);
        };
        if self.0.len() == 1 {
            return Err(VaultError::Misuse("the last slot cannot be removed"));
        }
        self.0.remove(at);
        Ok(true)
    }

    pub(super) fn kinds(&self) -> Vec<SlotKind> {
        self.0.iter().map(|slot| slot.kind).collect()
    }

    fn open(
        &self,
        site: SiteId,
        secret: &SlotSecret<'_>,
    ) -> Result<SecretBox<{ aead::KEY }>, Reason> {
        let kind = secret.kind();
        let material = secret.material()?;
        let slot = self
            .0
            .iter()
            .find(|slot| slot.kind == kind)
            .ok_or(Reason::VaultSlotMissing)?;
        let (key, fingerprint) = slot_key(kind, material, &slot.salt.0);
        if !same(&fingerprint.0, &slot.fingerprint.0) {
            return Err(Reason::VaultKeyChanged);
        }
        unwrap(&key, slot.iv, &slot_aad(site, kind), &slot.wrapped).ok_or(Reason::VaultDamaged)
    }
}

/// Derives the key of the MAC over the stored text.
fn text_key(vault_key: &SecretBox<{ aead::KEY }>) -> Secret<32> {
    derive(vault_key.expose(), &[], b"countersign/vault/text/v1")
}

/// Writes the stored text of a vault.
pub(super) fn write(
    site: SiteId,
    slots: &Slots,
    vault_key: &SecretBox<{ aead::KEY }>,
    keys: &[(KeyId, &SecretBox<{ aead::KEY }>)],
    entropy: &impl Entropy,
) -> Result<String, EntropyError> {
    let wrap = AeadKey::new(vault_key);
    let keys = keys
        .iter()
        .map(|(id, key)| {
            let iv = entropy.bytes()?;
            Ok(WrappedKey {
                id: Blob(id.0),
                iv: Blob(iv),
                wrapped: fixed(wrap.seal(&iv, &key_aad(site, *id), key.expose())),
            })
        })
        .collect::<Result<_, EntropyError>>()?;
    let stored = StoredVault {
        site: Blob(*site.as_bytes()),
        slots: slots.0.clone(),
        keys,
    };
    // It consists of strings, which always serialise. An empty result would be refused when read.
    let json = serde_json::to_vec(&stored).unwrap_or_default();
    let body = format!("{PREFIX}{}", base64url(&json));
    let tag = mac(&text_key(vault_key), body.as_bytes());
    let text = format!("{body}.{}", base64url(&tag));
    Ok(with_checksum(&text))
}

/// The slots, the vault key and the data keys of an opened vault.
pub(super) type OpenedVault = (
    Slots,
    SecretBox<{ aead::KEY }>,
    Vec<SecretBox<{ aead::KEY }>>,
);

/// Opens the stored text of a vault.
pub(super) fn read(
    site: SiteId,
    text: &[u8],
    secret: &SlotSecret<'_>,
) -> Result<OpenedVault, VaultError> {
    let (body, tag, stored) = std::str::from_utf8(text)
        .ok()
        .and_then(parse)
        .ok_or(Reason::VaultDamaged)?;
    if stored.site.0 != *site.as_bytes() {
        return Err(Reason::VaultWrongSite.into());
    }
    let slots = Slots(stored.slots);
    let vault_key = slots.open(site, secret)?;
    if !same(&mac(&text_key(&vault_key), body.as_bytes()), &tag) {
        return Err(Reason::VaultDamaged.into());
    }
    let wrap = AeadKey::new(&vault_key);
    let keys: Option<Vec<_>> = stored
        .keys
        .iter()
        .map(|key| unwrap(&wrap, key.iv, &key_aad(site, KeyId(key.id.0)), &key.wrapped))
        .collect();
    let keys = keys.ok_or(Reason::VaultDamaged)?;
    Ok((slots, vault_key, keys))
}

/// Computes the checksum, eight characters. It detects accidental changes without a key, not deliberate ones.
fn checksum(text: &str) -> String {
    let [a, b, c, d, e, f, ..] = sha256(text.as_bytes());
    base64url(&[a, b, c, d, e, f])
}

pub(super) fn with_checksum(text: &str) -> String {
    format!("{text}.{}", checksum(text))
}

/// Verifies the checksum and parses the text into the authenticated part, the MAC and the contents.
fn parse(text: &str) -> Option<(&str, [u8; 32], StoredVault)> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let (text, sum) = text.rsplit_once('.')?;
    if sum != checksum(text) {
        return None;
    }
    let (body, tag) = text.rsplit_once('.')?;
    let tag = from_base64url(tag.as_bytes())?.try_into().ok()?;
    let json = from_base64url(body.strip_prefix(PREFIX)?.as_bytes())?;
    let stored: StoredVault = serde_json::from_slice(&json).ok()?;
    let kinds = stored.slots.iter().map(|slot| slot.kind);
    let doubled = SlotKind::ALL
        .iter()
        .any(|kind| kinds.clone().filter(|other| other == kind).count() > 1);
    let valid = !doubled && (1..=MAX_KEYS).contains(&stored.keys.len());
    valid.then_some((body, tag, stored))
}
