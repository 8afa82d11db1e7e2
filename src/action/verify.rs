//! Checking what needs no store: form, site, key, signature, payload, time.

use super::domain::Domain;
use super::key::{ActionKeyId, Channel};
use super::layout::{self, ActionFields, ActionType, MAX_LENGTH, SnapshotId};
use crate::bytes::{sha256, sha256_pae};
use crate::clock::{SKEW_MS, Timestamp};
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::secret::same;

/// The longest lifetime that is accepted, in milliseconds: 300 seconds.
pub const MAX_LIFETIME_MS: u64 = 300_000;

/// A message whose signature, payload and times hold. That says nothing of whether it was seen before:
/// see [`Channel::receive`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAction {
    pub(super) domain: Domain,
    pub(super) fields: ActionFields,
}

impl VerifiedAction {
    /// Its id: the same when the same action is signed again.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        &self.fields.id
    }

    /// What kind it is.
    #[must_use]
    pub const fn action_type(&self) -> &ActionType {
        &self.fields.action_type
    }

    /// The site it is for, or from.
    #[must_use]
    pub const fn site(&self) -> SiteId {
        self.fields.site
    }

    /// The key that signed it.
    #[must_use]
    pub const fn key_id(&self) -> ActionKeyId {
        self.fields.key_id
    }

    /// When it was signed, by the signer's clock.
    #[must_use]
    pub const fn issued(&self) -> Timestamp {
        self.fields.issued
    }

    /// Until when it is good, before any allowance for skew.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.fields.expires
    }

    /// SHA-256 of the payload.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.fields.digest
    }

    /// The snapshot it relies on.
    #[must_use]
    pub const fn snapshot(&self) -> Option<&SnapshotId> {
        self.fields.snapshot.as_ref()
    }

    /// What it asks for, whoever signed it and when: an action that is signed again has the same.
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
    /// Verifies that `text` is a message of this channel, over exactly `payload`, and good at `now`.
    ///
    /// Order: size → domain → form → site → key id → signature → payload → lifetime → time. Whether it was
    /// seen before is not asked.
    ///
    /// # Errors
    /// The reason to refuse with, one for each step: [`Reason::ActionTooLarge`],
    /// [`Reason::ActionWrongDomain`], [`Reason::ActionMalformed`], [`Reason::ActionWrongSite`],
    /// [`Reason::ActionUnknownKey`], [`Reason::ActionForged`], [`Reason::ActionPayloadMismatch`],
    /// [`Reason::ActionLifetime`], [`Reason::ActionNotYetValid`], [`Reason::ActionExpired`].
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
        // Before the signature only because it names the cause better than "unknown key" would.
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
