//! What a decision depends on beside its input: the moment, randomness, and the memory between
//! requests.

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::limit;
use crate::reason::Reason;
use crate::replay::{OneTimeItem, Sighting, seen_once};
use crate::store::{Origin, Store, StoreError};
use crate::token::{Claims, bind};

/// At most `max` calls in any `window` seconds, as settings and connections say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Limit {
    /// Calls.
    pub max: u32,
    /// Seconds.
    pub window: u32,
}

impl Limit {
    /// Under `key`. A limit that cannot be kept exactly is no limit: refused.
    fn of(self, key: &str) -> Result<limit::Limit, Reason> {
        u16::try_from(self.max)
            .ok()
            .and_then(|max| {
                let window = u64::from(self.window) * 1000;
                limit::Limit::new(bind("limit", &[key.as_bytes()]), max, window).ok()
            })
            .ok_or(Reason::LimitUnusable)
    }
}

/// What a decision depends on beside its input.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// Unpredictable bytes.
    pub entropy: &'a dyn Entropy,
    /// The memory between requests.
    pub store: &'a dyn Store,
}

impl World<'_> {
    /// Counts one call under `key` against `limit`.
    ///
    /// # Errors
    /// [`Reason::LimitUnusable`], or why the store gave no answer.
    pub(super) fn admit(&self, key: &str, limit: Limit) -> Result<limit::Admission, Reason> {
        self.store
            .admit(&[limit.of(key)?], self.now)
            .map_err(StoreError::reason)
    }

    /// Burns a confirmation token: succeeds for exactly one caller.
    ///
    /// # Errors
    /// [`Reason::ConfirmationUsed`], or why the store gave no answer; [`Reason::StoreRestarted`] for a
    /// token issued before the store was started anew.
    pub(super) fn spend(&self, claims: &Claims) -> Result<(), Reason> {
        let item = OneTimeItem {
            domain: "confirmation",
            id: &claims.id,
            origin: Origin::Local,
            issued: claims.issued,
            expires: claims.expires,
        };
        match seen_once(self.store, &item, self.now)? {
            Sighting::First => Ok(()),
            Sighting::Again => Err(Reason::ConfirmationUsed),
            Sighting::Expired => Err(Reason::ConfirmationExpired),
        }
    }
}
