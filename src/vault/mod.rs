//! The vault: secrets at rest, sealed so that whoever has the database has nothing.
//!
//! A random **vault key** is made once and never stored as it is. Each **slot** holds it wrapped under something
//! else that opens the vault: WordPress's `AUTH_KEY`, a key file outside the web root, a recovery code. So the salts
//! can be changed without touching what is sealed, as in LUKS. Under the vault key lie the **data keys**, which seal
//! the records; they have ids, and an old one goes on opening until it is retired.
//!
//! Whatever cannot be opened is a [`Reason`] of its own, never a default, never the ciphertext.

pub mod aead;
mod error;
#[cfg(not(target_family = "wasm"))]
pub mod key_file;
pub mod recovery;
pub mod salts;
mod sealed;
mod slots;

pub use error::VaultError;
pub use sealed::{MAX_NAME, MAX_SECRET};
pub use slots::{MAX_KEYS, SlotKind, SlotSecret};

use crate::entropy::{Entropy, EntropyError};
use crate::keyring::{KeyId, SiteId};
use crate::reason::Reason;
use crate::secret::{SecretBox, SecretBytes, derive};
use aead::AeadKey;
use slots::Slots;

/// A data key and its name.
struct DataKey {
    id: KeyId,
    /// Kept to be wrapped again when the record of slots is written.
    bytes: SecretBox<{ aead::KEY }>,
    key: AeadKey,
}

impl DataKey {
    fn new(bytes: SecretBox<{ aead::KEY }>) -> Self {
        let name = derive(bytes.expose(), &[], b"countersign/vault/key-id/v1");
        let [a, b, c, d, ..] = *name.expose();
        Self {
            id: KeyId([a, b, c, d]),
            key: AeadKey::new(&bytes),
            bytes,
        }
    }

    fn random(entropy: &impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self::new(SecretBox::filled(|key| entropy.fill(key))?))
    }
}

/// An opened vault of one site.
pub struct Vault {
    site: SiteId,
    vault_key: SecretBox<{ aead::KEY }>,
    slots: Slots,
    /// The first one seals.
    keys: Vec<DataKey>,
}

impl Vault {
    /// A new, empty vault of `site` with one slot, which `opener` opens.
    ///
    /// # Errors
    /// What the opener is refused with, see [`SlotSecret`]; no randomness.
    pub fn create(
        site: SiteId,
        opener: &SlotSecret<'_>,
        entropy: &impl Entropy,
    ) -> Result<Self, VaultError> {
        let vault_key = SecretBox::filled(|key| entropy.fill(key))?;
        let mut slots = Slots::default();
        slots.put(site, opener, &vault_key, entropy)?;
        Ok(Self {
            site,
            vault_key,
            slots,
            keys: vec![DataKey::random(entropy)?],
        })
    }

    /// Opens the vault that `text` describes, as [`Vault::to_text`] gave it.
    ///
    /// # Errors
    /// * [`Reason::VaultKeyChanged`]: the text is whole, but none of its slots is of this key.
    /// * [`Reason::VaultDamaged`]: the text was cut or changed.
    /// * [`Reason::VaultWrongSite`]: it is another site's.
    /// * [`Reason::VaultSlotMissing`]: it has no slot of the opener's kind.
    /// * what the opener is refused with, see [`SlotSecret`].
    pub fn open(site: SiteId, text: &[u8], opener: &SlotSecret<'_>) -> Result<Self, VaultError> {
        let (slots, vault_key, keys) = slots::read(site, text, opener)?;
        Ok(Self {
            site,
            vault_key,
            slots,
            keys: keys.into_iter().map(DataKey::new).collect(),
        })
    }

    /// What is stored of the vault: its slots and its wrapped data keys, one line of ASCII. It is no secret, but
    /// losing it loses everything sealed: keep it beside the records.
    ///
    /// # Errors
    /// No randomness.
    pub fn to_text(&self, entropy: &impl Entropy) -> Result<String, VaultError> {
        let keys: Vec<_> = self.keys.iter().map(|key| (key.id, &key.bytes)).collect();
        Ok(slots::write(
            self.site,
            &self.slots,
            &self.vault_key,
            &keys,
            entropy,
        )?)
    }

    /// Adds a slot, or wraps the one of this kind anew: how a changed `AUTH_KEY` is followed.
    ///
    /// # Errors
    /// What the opener is refused with, see [`SlotSecret`]; no randomness.
    pub fn put_slot(
        &mut self,
        opener: &SlotSecret<'_>,
        entropy: &impl Entropy,
    ) -> Result<(), VaultError> {
        self.slots.put(self.site, opener, &self.vault_key, entropy)
    }

    /// Removes the slot of `kind`; false if there is none.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] for the last one: nobody could open the vault again.
    pub fn remove_slot(&mut self, kind: SlotKind) -> Result<bool, VaultError> {
        self.slots.remove(kind)
    }

    /// The kinds of slots there are.
    #[must_use]
    pub fn slot_kinds(&self) -> Vec<SlotKind> {
        self.slots.kinds()
    }

    /// Makes a new data key, which seals from now on; the others go on opening.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] when there are [`MAX_KEYS`] already; no randomness.
    pub fn rotate(&mut self, entropy: &impl Entropy) -> Result<KeyId, VaultError> {
        if self.keys.len() >= MAX_KEYS {
            return Err(VaultError::Misuse(
                "the vault holds its most keys: retire old ones first",
            ));
        }
        let key = DataKey::random(entropy)?;
        let id = key.id;
        self.keys.insert(0, key);
        Ok(id)
    }

    /// Forgets an old data key: what is still sealed with it is lost. False if there is none of that id.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] for the key that seals.
    pub fn retire(&mut self, id: KeyId) -> Result<bool, VaultError> {
        match self.keys.iter().position(|key| key.id == id) {
            None => Ok(false),
            Some(0) => Err(VaultError::Misuse(
                "the key that seals cannot be retired: rotate first",
            )),
            Some(at) => {
                self.keys.remove(at);
                Ok(true)
            }
        }
    }

    /// The ids of the data keys; the first one seals.
    #[must_use]
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keys.iter().map(|key| key.id).collect()
    }

    /// Seals `secret` as the record `name`: under another name, or on another site, it does not open.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] for an empty or overlong name ([`MAX_NAME`]) or secret ([`MAX_SECRET`]); no randomness.
    pub fn seal(
        &self,
        name: &[u8],
        secret: &[u8],
        entropy: &impl Entropy,
    ) -> Result<String, VaultError> {
        check_name(name)?;
        if secret.len() > MAX_SECRET {
            return Err(VaultError::Misuse("a secret is at most 65,536 bytes"));
        }
        let key = self.keys.first().ok_or(Reason::VaultDamaged)?;
        let iv = entropy.bytes()?;
        Ok(sealed::seal(self.site, name, key.id, &key.key, &iv, secret))
    }

    /// Opens the record `name`.
    ///
    /// # Errors
    /// [`Reason::SecretMalformed`]: not the form this crate seals in, as after a cut; [`Reason::SecretUnknownKey`]:
    /// sealed with a key this vault does not hold; [`Reason::SecretDamaged`]: changed since, or of another record or
    /// site. Misuse as for [`Vault::seal`].
    pub fn unseal(&self, name: &[u8], sealed: &[u8]) -> Result<SecretBytes, VaultError> {
        check_name(name)?;
        let record = sealed::parse(sealed).ok_or(Reason::SecretMalformed)?;
        let key = self.key(record.key_id).ok_or(Reason::SecretUnknownKey)?;
        Ok(record
            .open(self.site, name, &key.key)
            .ok_or(Reason::SecretDamaged)?)
    }

    /// Opens the record `name` and seals it under the key that seals now; one that is already so comes back as it is.
    ///
    /// # Errors
    /// As [`Vault::unseal`] and [`Vault::seal`].
    pub fn reseal(
        &self,
        name: &[u8],
        sealed: &[u8],
        entropy: &impl Entropy,
    ) -> Result<String, VaultError> {
        let secret = self.unseal(name, sealed)?;
        if self.is_current(sealed) {
            // It opened, so it is ASCII.
            let text = String::from_utf8(sealed.to_vec());
            return text.map_err(|_| Reason::SecretMalformed.into());
        }
        self.seal(name, secret.expose(), entropy)
    }

    /// Whether `sealed` names the key that seals now. Says nothing of whether it opens.
    #[must_use]
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        let current = self.keys.first().map(|key| key.id);
        sealed::parse(sealed).is_some_and(|record| Some(record.key_id) == current)
    }

    fn key(&self, id: KeyId) -> Option<&DataKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

fn check_name(name: &[u8]) -> Result<(), VaultError> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(VaultError::Misuse("a record's name is 1 to 191 bytes"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
