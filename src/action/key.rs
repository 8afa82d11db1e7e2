//! Keys of actions: which there are, what they are called, and the ring of those that are live.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::domain::Domain;
use crate::bytes::{hex, sha256_pae};
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::secret::{MacKey, Secret, SecretBytes, derive, same};

/// The least number of bytes of a shared secret.
pub const MIN_SECRET: usize = 32;

/// ReadyKey a signature is made and checked. The key has it; a message never says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC-SHA256 with a secret that both sides hold.
    HmacSha256,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)): who holds the public key alone
    /// can verify and not sign.
    Ed25519,
}

impl Algorithm {
    /// Its name, which is part of every fingerprint and derivation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// Names a key and its algorithm, without telling anything of a secret one: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActionKeyId([u8; 16]);

impl ActionKeyId {
    /// From the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    fn first_of(bytes: &[u8; 32]) -> Self {
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self(id)
    }
}

impl std::fmt::Display for ActionKeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Why bytes are not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionKeyError {
    /// Too few bytes.
    #[error("a shared secret must have at least 32 bytes")]
    ShortSecret,
    /// Not 32 bytes.
    #[error("an Ed25519 seed or public key must have exactly 32 bytes")]
    Length,
    /// Not a point of the curve, or one under which a signature proves nothing.
    #[error("these bytes are not a sound Ed25519 public key")]
    Weak,
    /// Nothing to verify or sign with.
    #[error("at least one key is needed")]
    Empty,
}

impl ActionKeyError {
    /// The stable reason.
    #[must_use]
    pub const fn reason(self) -> Reason {
        Reason::ActionKeyUnusable
    }
}

/// A key for signed actions or heartbeats. Neither printed, cloned nor compared by `==`; a secret one
/// is wiped when dropped.
pub struct ActionKey {
    id: ActionKeyId,
    material: ActionKeyMaterial,
}

enum ActionKeyMaterial {
    Shared(SecretBytes),
    Private(Box<SigningKey>),
    Public(VerifyingKey),
}

impl ActionKey {
    /// HMAC-SHA256 with the `secret` that operator and site share. What signs is derived from it, for
    /// each site and direction apart.
    ///
    /// # Errors
    /// [`ActionKeyError::ShortSecret`] for under [`MIN_SECRET`] bytes.
    pub fn hmac(secret: &[u8]) -> Result<Self, ActionKeyError> {
        if secret.len() < MIN_SECRET {
            return Err(ActionKeyError::ShortSecret);
        }
        let name = derive(secret, &[], b"countersign/action/key-id/v1/hmac-sha256");
        Ok(Self {
            id: ActionKeyId::first_of(name.expose()),
            material: ActionKeyMaterial::Shared(SecretBytes::new(secret.to_vec())),
        })
    }

    /// Ed25519 from its 32-byte seed: signs and verifies.
    ///
    /// # Errors
    /// [`ActionKeyError::Length`].
    pub fn ed25519(seed: &[u8]) -> Result<Self, ActionKeyError> {
        let seed = Secret::new(seed.try_into().map_err(|_| ActionKeyError::Length)?);
        let key = SigningKey::from_bytes(seed.expose());
        Ok(Self {
            id: public_id(&key.verifying_key()),
            material: ActionKeyMaterial::Private(Box::new(key)),
        })
    }

    /// Ed25519 from the 32-byte public key: verifies only.
    ///
    /// # Errors
    /// [`ActionKeyError::Length`]; [`ActionKeyError::Weak`] for a key of small order, under which one signature
    /// may hold for many messages.
    pub fn ed25519_public(public: &[u8]) -> Result<Self, ActionKeyError> {
        let public = public.try_into().map_err(|_| ActionKeyError::Length)?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| ActionKeyError::Weak)?;
        if key.is_weak() {
            return Err(ActionKeyError::Weak);
        }
        Ok(Self {
            id: public_id(&key),
            material: ActionKeyMaterial::Public(key),
        })
    }

    /// Its fingerprint.
    #[must_use]
    pub const fn id(&self) -> ActionKeyId {
        self.id
    }

    /// Its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            ActionKeyMaterial::Shared(_) => Algorithm::HmacSha256,
            ActionKeyMaterial::Private(_) | ActionKeyMaterial::Public(_) => Algorithm::Ed25519,
        }
    }

    /// Whether it can sign.
    #[must_use]
    pub const fn can_sign(&self) -> bool {
        !matches!(self.material, ActionKeyMaterial::Public(_))
    }

    /// The public half, which anybody may have; `None` for a shared secret.
    #[must_use]
    pub fn public(&self) -> Option<[u8; 32]> {
        match &self.material {
            ActionKeyMaterial::Shared(_) => None,
            ActionKeyMaterial::Private(key) => Some(key.verifying_key().to_bytes()),
            ActionKeyMaterial::Public(key) => Some(key.to_bytes()),
        }
    }

    /// The seed of an Ed25519 key that signs, to be sealed and kept.
    #[must_use]
    pub fn seed(&self) -> Option<SecretBytes> {
        match &self.material {
            ActionKeyMaterial::Private(key) => Some(SecretBytes::new(key.as_bytes().to_vec())),
            ActionKeyMaterial::Shared(_) | ActionKeyMaterial::Public(_) => None,
        }
    }
}

fn public_id(key: &VerifyingKey) -> ActionKeyId {
    ActionKeyId::first_of(&sha256_pae(&[
        b"countersign/action/key-id/v1/ed25519",
        key.as_bytes(),
    ]))
}

/// One direction between an operator and one site, and the keys that are live in it. While keys are
/// being changed there are several: all verify, the first that can signs.
pub struct Channel {
    pub(super) domain: Domain,
    pub(super) site: SiteId,
    keys: Vec<ChannelKey>,
}

/// A key, made ready for its channel.
pub(super) struct ChannelKey {
    pub(super) id: ActionKeyId,
    how: ReadyKey,
}

enum ReadyKey {
    Mac(MacKey),
    Private(Box<SigningKey>),
    Public(VerifyingKey),
}

impl Channel {
    /// The channel of `domain` with `site`, over `keys`.
    ///
    /// # Errors
    /// [`ActionKeyError::Empty`] with no key.
    pub fn new(domain: Domain, site: SiteId, keys: &[&ActionKey]) -> Result<Self, ActionKeyError> {
        if keys.is_empty() {
            return Err(ActionKeyError::Empty);
        }
        let ready = |key: &&ActionKey| ChannelKey {
            id: key.id,
            how: match &key.material {
                ActionKeyMaterial::Shared(secret) => {
                    let info = format!("{}/hmac-sha256", domain.label());
                    let key = derive(secret.expose(), site.as_bytes(), info.as_bytes());
                    ReadyKey::Mac(MacKey::new(&key))
                }
                ActionKeyMaterial::Private(key) => ReadyKey::Private(key.clone()),
                ActionKeyMaterial::Public(key) => ReadyKey::Public(*key),
            },
        };
        Ok(Self {
            domain,
            site,
            keys: keys.iter().map(ready).collect(),
        })
    }

    /// Who speaks to whom in it.
    #[must_use]
    pub const fn domain(&self) -> Domain {
        self.domain
    }

    /// The live key of this id.
    pub(super) fn key(&self, id: ActionKeyId) -> Option<&ChannelKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The key that signs.
    pub(super) fn signer(&self) -> Option<&ChannelKey> {
        self.keys
            .iter()
            .find(|key| !matches!(key.how, ReadyKey::Public(_)))
    }
}

impl ChannelKey {
    /// The signature over `message`; `None` of a public key.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.how {
            ReadyKey::Mac(key) => Some(key.mac(message).to_vec()),
            ReadyKey::Private(key) => Some(key.sign(message).to_bytes().to_vec()),
            ReadyKey::Public(_) => None,
        }
    }

    /// Whether `signature` is this key's over `message`: in constant time for HMAC, strictly for
    /// Ed25519, so that each message has one signature that holds.
    pub(super) fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        let strict = |key: &VerifyingKey| {
            Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
        };
        match &self.how {
            ReadyKey::Mac(key) => same(&key.mac(message), signature),
            ReadyKey::Private(key) => strict(&key.verifying_key()),
            ReadyKey::Public(key) => strict(key),
        }
    }
}
