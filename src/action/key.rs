//! The keys of actions and heartbeats, their ids, and the channel that holds the live ones.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::domain::Domain;
use crate::bytes::{hex, sha256_pae};
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::secret::{MacKey, Secret, SecretBytes, derive, same};

/// The least number of bytes of a shared secret.
pub const MIN_SECRET: usize = 32;

/// The algorithm of a signature. It belongs to the key; a message does not name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC-SHA256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) with a secret that both sides
    /// hold.
    HmacSha256,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)). The public key alone can verify but
    /// not sign.
    Ed25519,
}

impl Algorithm {
    /// Returns the name, which is part of every fingerprint and derivation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// The fingerprint of a key and its algorithm: 16 bytes, written as 32 lower-case hex digits. It reveals
/// nothing about a secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActionKeyId([u8; 16]);

impl ActionKeyId {
    /// Returns the id with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
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

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionKeyError {
    /// A shared secret has fewer than [`MIN_SECRET`] bytes.
    #[error("a shared secret must have at least 32 bytes")]
    ShortSecret,
    /// An Ed25519 seed or public key does not have 32 bytes.
    #[error("an Ed25519 seed or public key must have exactly 32 bytes")]
    Length,
    /// A public key is not a point of the curve, or is of small order. A signature under such a key
    /// proves nothing.
    #[error("these bytes are not a valid Ed25519 public key")]
    Weak,
    /// A channel was given no key.
    #[error("at least one key is needed")]
    Empty,
}

impl ActionKeyError {
    /// Returns the stable reason.
    #[must_use]
    pub const fn reason(self) -> Reason {
        Reason::ActionKeyUnusable
    }
}

/// A key for signed actions or heartbeats. It cannot be printed, cloned or compared with `==`, and a
/// secret key is wiped when it is dropped.
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
    /// Creates an HMAC-SHA256 key from the `secret` that operator and site share. Each [`Channel`] derives
    /// its own MAC key from the secret, for its site and direction
    /// (HKDF-SHA256, [RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)).
    ///
    /// # Errors
    /// [`ActionKeyError::ShortSecret`] if the secret has fewer than [`MIN_SECRET`] bytes.
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

    /// Creates an Ed25519 key from its 32-byte seed. It signs and verifies.
    ///
    /// # Errors
    /// [`ActionKeyError::Length`] if `seed` does not have 32 bytes.
    pub fn ed25519(seed: &[u8]) -> Result<Self, ActionKeyError> {
        let seed = Secret::new(seed.try_into().map_err(|_| ActionKeyError::Length)?);
        let key = SigningKey::from_bytes(seed.expose());
        Ok(Self {
            id: public_id(&key.verifying_key()),
            material: ActionKeyMaterial::Private(Box::new(key)),
        })
    }

    /// Creates an Ed25519 key from the 32-byte public key. It verifies only.
    ///
    /// # Errors
    /// [`ActionKeyError::Length`] if `public` does not have 32 bytes, and [`ActionKeyError::Weak`] if it is
    /// not a point of the curve or is of small order. Under such a key, one signature may be valid for many
    /// messages.
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

    /// Returns the fingerprint.
    #[must_use]
    pub const fn id(&self) -> ActionKeyId {
        self.id
    }

    /// Returns the algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            ActionKeyMaterial::Shared(_) => Algorithm::HmacSha256,
            ActionKeyMaterial::Private(_) | ActionKeyMaterial::Public(_) => Algorithm::Ed25519,
        }
    }

    /// Whether the key can sign.
    #[must_use]
    pub const fn can_sign(&self) -> bool {
        !matches!(self.material, ActionKeyMaterial::Public(_))
    }

    /// Returns the public key, 32 bytes; `None` for a shared secret.
    #[must_use]
    pub fn public(&self) -> Option<[u8; 32]> {
        match &self.material {
            ActionKeyMaterial::Shared(_) => None,
            ActionKeyMaterial::Private(key) => Some(key.verifying_key().to_bytes()),
            ActionKeyMaterial::Public(key) => Some(key.to_bytes()),
        }
    }

    /// Returns the 32-byte seed of an Ed25519 key that signs, so that it can be sealed and stored; `None` for
    /// other keys.
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

/// One direction between an operator and a site, with its live keys. There are several while keys are
/// being changed: all of them verify, and the first one that can sign signs.
pub struct Channel {
    pub(super) domain: Domain,
    pub(super) site: SiteId,
    keys: Vec<ChannelKey>,
}

/// A key prepared for its channel.
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
    /// Creates the channel of `domain` between the operator and `site`.
    ///
    /// # Errors
    /// [`ActionKeyError::Empty`] if `keys` is empty.
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

    /// Returns the direction of the channel.
    #[must_use]
    pub const fn domain(&self) -> Domain {
        self.domain
    }

    /// Returns the live key with this id.
    pub(super) fn key(&self, id: ActionKeyId) -> Option<&ChannelKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Returns the first key that can sign.
    pub(super) fn signer(&self) -> Option<&ChannelKey> {
        self.keys
            .iter()
            .find(|key| !matches!(key.how, ReadyKey::Public(_)))
    }
}

impl ChannelKey {
    /// Returns the signature of `message`; `None` if this is a public key.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.how {
            ReadyKey::Mac(key) => Some(key.mac(message).to_vec()),
            ReadyKey::Private(key) => Some(key.sign(message).to_bytes().to_vec()),
            ReadyKey::Public(_) => None,
        }
    }

    /// Whether `signature` is valid for `message`. An HMAC is compared in constant time. Ed25519 is
    /// verified strictly, so that a signature cannot be changed into another valid one.
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
