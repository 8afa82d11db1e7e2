//! The vault: secrets at rest, encrypted so that the database alone reveals none of them.
//!
//! A vault has a random **vault key**, which is never stored in the clear. Each **slot** holds the vault key,
//! wrapped under a key that is derived from something outside the database: WordPress's `AUTH_KEY`, a key file
//! outside the web root, or a recovery code. As in LUKS, one of these can be changed without touching the sealed
//! secrets. The vault key wraps the **data keys**, which seal the secrets. Each data key has an id, and an old one
//! opens secrets until it is retired.
//!
//! A secret that cannot be opened is refused with a [`Reason`]. There is no default value.
//!
//! ```
//! use countersign::entropy::SystemEntropy;
//! use countersign::keyring::SiteId;
//! use countersign::reason::Reason;
//! use countersign::vault::{SlotSecret, Vault, VaultError};
//!
//! let (site, auth_key) = (SiteId::new([1; 8]), [b'k'; 64]);
//! let vault = Vault::create(site, &SlotSecret::AuthKey(&auth_key), &SystemEntropy)?;
//! let stored = vault.to_text(&SystemEntropy)?;
//! let sealed = vault.seal(b"connector/7", b"secret", &SystemEntropy)?;
//!
//! // Later, from the stored text:
//! let vault = Vault::open(site, stored.as_bytes(), &SlotSecret::AuthKey(&auth_key))?;
//! assert_eq!(vault.unseal(b"connector/7", sealed.as_bytes())?.expose(), b"secret");
//!
//! // A sealed secret does not open under another name.
//! let refused = vault.unseal(b"connector/8", sealed.as_bytes()).err();
//! assert_eq!(refused, Some(VaultError::Refused(Reason::SecretDamaged)));
//! # Ok::<(), VaultError>(())
//! ```

pub mod aead;
mod error;
#[cfg(has_os)]
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

/// A data key and its id.
struct DataKey {
    id: KeyId,
    /// Kept so that it can be wrapped when the vault is stored.
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

/// The opened vault of one site.
pub struct Vault {
    site: SiteId,
    vault_key: SecretBox<{ aead::KEY }>,
    slots: Slots,
    /// The first key seals; the others only open.
    keys: Vec<DataKey>,
}

impl Vault {
    /// Creates an empty vault of `site` with one slot, which `secret` opens.
    ///
    /// # Errors
    /// The reason for which `secret` is refused: see [`SlotSecret`]. [`VaultError::Entropy`] if the operating system
    /// provides no random bytes.
    pub fn create(
        site: SiteId,
        secret: &SlotSecret<'_>,
        entropy: &impl Entropy,
    ) -> Result<Self, VaultError> {
        let vault_key = SecretBox::filled(|key| entropy.fill(key))?;
        let mut slots = Slots::default();
        slots.put(site, secret, &vault_key, entropy)?;
        Ok(Self {
            site,
            vault_key,
            slots,
            keys: vec![DataKey::random(entropy)?],
        })
    }

    /// Opens the vault that `text` stores, a result of [`Vault::to_text`].
    ///
    /// # Errors
    /// * [`Reason::VaultKeyChanged`]: the text is intact, but its slot was made with another secret.
    /// * [`Reason::VaultDamaged`]: the text was truncated or changed.
    /// * [`Reason::VaultWrongSite`]: it is the vault of another site.
    /// * [`Reason::VaultSlotMissing`]: it has no slot of this kind.
    /// * The reason for which `secret` is refused: see [`SlotSecret`].
    pub fn open(site: SiteId, text: &[u8], secret: &SlotSecret<'_>) -> Result<Self, VaultError> {
        let (slots, vault_key, keys) = slots::read(site, text, secret)?;
        Ok(Self {
            site,
            vault_key,
            slots,
            keys: keys.into_iter().map(DataKey::new).collect(),
        })
    }

    /// Returns the text to store: the slots and the wrapped data keys, one line of ASCII of at most 16 KiB. It is
    /// not secret, but without it all sealed secrets are lost. Store it together with them.
    ///
    /// # Errors
    /// [`VaultError::Entropy`] if the operating system provides no random bytes.
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

    /// Adds a slot that `secret` opens, or replaces the slot of its kind, as after a change of `AUTH_KEY`.
    ///
    /// # Errors
    /// The reason for which `secret` is refused: see [`SlotSecret`]. [`VaultError::Entropy`] if the operating system
    /// provides no random bytes.
    pub fn put_slot(
        &mut self,
        secret: &SlotSecret<'_>,
        entropy: &impl Entropy,
    ) -> Result<(), VaultError> {
        self.slots.put(self.site, secret, &self.vault_key, entropy)
    }

    /// Removes the slot of `kind`. Returns false if there is none.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] for the last slot, without which the vault could not be opened again.
    pub fn remove_slot(&mut self, kind: SlotKind) -> Result<bool, VaultError> {
        self.slots.remove(kind)
    }

    /// Returns the kinds of the slots.
    #[must_use]
    pub fn slot_kinds(&self) -> Vec<SlotKind> {
        self.slots.kinds()
    }

    /// Adds a new data key, which seals from now on, and returns its id. The other keys still open.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] if there are [`MAX_KEYS`] keys already, and [`VaultError::Entropy`] if the
    /// operating system provides no random bytes.
    pub fn rotate(&mut self, entropy: &impl Entropy) -> Result<KeyId, VaultError> {
        if self.keys.len() >= MAX_KEYS {
            return Err(VaultError::Misuse(
                "the vault has 8 keys, which is the limit: retire an old one first",
            ));
        }
        let key = DataKey::random(entropy)?;
        let id = key.id;
        self.keys.insert(0, key);
        Ok(id)
    }

    /// Removes an old data key. Secrets that are still sealed with it are lost. Returns false if there is no key
    /// with this id.
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

    /// Returns the ids of the data keys. The first key seals.
    #[must_use]
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keys.iter().map(|key| key.id).collect()
    }

    /// Seals `secret` under `name`, and returns one line of ASCII. It opens only under the same name and on the
    /// same site.
    ///
    /// # Errors
    /// [`VaultError::Misuse`] if the name is empty or longer than [`MAX_NAME`] or the secret is longer than
    /// [`MAX_SECRET`], and [`VaultError::Entropy`] if the operating system provides no random bytes.
    pub fn seal(
        &self,
        name: &[u8],
        secret: &[u8],
        entropy: &impl Entropy,
    ) -> Result<String, VaultError> {
        check_name(name)?;
        if secret.len() > MAX_SECRET {
            return Err(VaultError::Misuse(
                "a secret must have at most 65,536 bytes",
            ));
        }
        let key = self.keys.first().ok_or(Reason::VaultDamaged)?;
        let iv = entropy.bytes()?;
        Ok(sealed::seal(self.site, name, key.id, &key.key, &iv, secret))
    }

    /// Opens `sealed`, a secret that was sealed under `name`.
    ///
    /// # Errors
    /// * [`Reason::SecretMalformed`]: the text is not a sealed secret; it may have been truncated.
    /// * [`Reason::SecretUnknownKey`]: it is sealed with a key that this vault does not hold.
    /// * [`Reason::SecretDamaged`]: it was changed, or was sealed under another name or on another site.
    /// * [`VaultError::Misuse`]: the name is empty or longer than [`MAX_NAME`].
    pub fn unseal(&self, name: &[u8], sealed: &[u8]) -> Result<SecretBytes, VaultError> {
        check_name(name)?;
        let record = sealed::parse(sealed).ok_or(Reason::SecretMalformed)?;
        let key = self.key(record.key_id).ok_or(Reason::SecretUnknownKey)?;
        Ok(record
            .open(self.site, name, &key.key)
            .ok_or(Reason::SecretDamaged)?)
    }

    /// Opens `sealed` and seals it again with the newest key. A secret that is already sealed with this key is
    /// returned unchanged.
    ///
    /// # Errors
    /// Those of [`Vault::unseal`] and [`Vault::seal`].
    pub fn reseal(
        &self,
        name: &[u8],
        sealed: &[u8],
        entropy: &impl Entropy,
    ) -> Result<String, VaultError> {
        let secret = self.unseal(name, sealed)?;
        if self.is_current(sealed) {
            // `sealed` was opened, so it is ASCII.
            let text = String::from_utf8(sealed.to_vec());
            return text.map_err(|_| Reason::SecretMalformed.into());
        }
        self.seal(name, secret.expose(), entropy)
    }

    /// Whether `sealed` names the newest key. It may still be impossible to open.
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
        return Err(VaultError::Misuse(
            "the name of a sealed secret must have 1 to 191 bytes",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
