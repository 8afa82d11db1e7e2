//! Verification of everything that needs no store: form, site, key, signature, payload and time.

use super::domain::Domain;
use super::key::{ActionKeyId, Channel};
use super::layout::{self, ActionFields, ActionType, MAX_LENGTH, SnapshotId};
use crate::bytes::{sha256, sha256_pae};
use crate::clock::{SKEW_MS, Timestamp};
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::secret::same;

/// The longest lifetime of a message, in milliseconds: 300 seconds.
pub const MAX_LIFETIME_MS: u64 = 300_000;

/// An action or heartbeat with a valid signature, the signed payload and valid times. It may have been
/// received before: see [`Channel::receive`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAction {
    pub(super) domain: Domain,
    pub(super) fields: ActionFields,
}

impl VerifiedAction {
    /// Returns the id. An action that is signed again has the same one.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        &self.fields.id
    }

    /// Returns the type.
    #[must_use]
    pub const fn action_type(&self) -> &ActionType {
        &self.fields.action_type
    }

    /// Returns the site to which an action is sent, or from which a heartbeat comes.
    #[must_use]
    pub const fn site(&self) -> SiteId {
        self.fields.site
    }

    /// Returns the id of the key that signed it.
    #[must_use]
    pub const fn key_id(&self) -> ActionKeyId {
        self.fields.key_id
    }

    /// Returns the time of the signature, by the clock of the signer.
    #[must_use]
    pub const fn issued(&self) -> Timestamp {
        self.fields.issued
    }

    /// Returns the time until which it is valid, without the allowance for clock skew.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.fields.expires
    }

    /// Returns the SHA-256 of the payload.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.fields.digest
    }

    /// Returns the snapshot on which the action relies.
    #[must_use]
    pub const fn snapshot(&self) -> Option<&SnapshotId> {
        self.fields.snapshot.as_ref()
    }

    /// Returns the digest of the content: type, payload and snapshot. It does not depend on signer and
    /// time, so an action that is signed again has the same one.
    pub(super) fn content(&self) -> [u8; 32] {
        let snapshot = self.snapshot().map_or("", SnapshotId::as_str);
        sha256_pae(&[
            b"countersign/action/content/v1",
            self.action_type().as_str().as_bytes(),
            self.digest(),
            snapshot.as_bytes(),
        ])
    }
}

impl Channel {
    /// Verifies that `text` is a message of this channel with exactly this `payload`, valid at `now`. It
    /// does not check whether the message was received before.
    ///
    /// # Errors
    /// The reason of the first check that fails, in this order:
    ///
    /// * [`Reason::ActionTooLarge`]: `text` has more than [`MAX_LENGTH`] bytes.
    /// * [`Reason::ActionWrongDomain`]: the prefix is that of the other direction.
    /// * [`Reason::ActionMalformed`]: `text` does not have the layout of a message.
    /// * [`Reason::ActionWrongSite`]: it is for another site.
    /// * [`Reason::ActionUnknownKey`]: the channel has no key with this id.
    /// * [`Reason::ActionForged`]: the signature is wrong.
    /// * [`Reason::ActionPayloadMismatch`]: another payload was signed.
    /// * [`Reason::ActionLifetime`]: the lifetime is not within 1 ms to [`MAX_LIFETIME_MS`].
    /// * [`Reason::ActionNotYetValid`]: it was signed more than 30 seconds in the future.
    /// * [`Reason::ActionExpired`]: it expired more than 30 seconds ago.
    pub fn check(
        &self,
        text: &[u8],
        payload: &[u8],
        now: Timestamp,
    ) -> Result<VerifiedAction, Reason> {
        if text.len() > MAX_LENGTH {
            return Err(Reason::ActionTooLarge);
        }
        if layout::peek_domain(text).is_some_and(|domain| domain != self.domain) {
            return Err(Reason::ActionWrongDomain);
        }
        let parts = layout::decode(self.domain, text).ok_or(Reason::ActionMalformed)?;
        let fields = parts.fields;
        // Checked before the signature because it names the cause better than "unknown key" does.
        if fields.site != self.site {
            return Err(Reason::ActionWrongSite);
        }
        let key = self.key(fields.key_id).ok_or(Reason::ActionUnknownKey)?;
        if !key.holds(&parts.signed, &parts.signature) {
            return Err(Reason::ActionForged);
        }
        if !same(&sha256(payload), &fields.digest) {
            return Err(Reason::ActionPayloadMismatch);
        }
        if !(1..=MAX_LIFETIME_MS).contains(&fields.expires.millis_since(fields.issued)) {
            return Err(Reason::ActionLifetime);
        }
        if fields.issued > now.plus_millis(SKEW_MS) {
            return Err(Reason::ActionNotYetValid);
        }
        if now > fields.expires.plus_millis(SKEW_MS) {
            return Err(Reason::ActionExpired);
        }
        Ok(VerifiedAction {
            domain: self.domain,
            fields,
        })
    }
}
