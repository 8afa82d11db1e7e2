//! Replay protection: of all workers that receive the same one-time item, exactly one may act on it.
//!
//! The use must be recorded last, after signature, times and permissions were checked. Otherwise unauthenticated
//! requests could fill the store, or use up an item in place of its owner.
//!
//! ```
//! use countersign::clock::Timestamp;
//! use countersign::replay::{OneTimeItem, Sighting, seen_once};
//! use countersign::store::{MemoryStore, Origin};
//!
//! let start = Timestamp::from_seconds(1_800_000_000);
//! let store = MemoryStore::new(start);
//! let now = start.plus_seconds(60);
//! let nonce = OneTimeItem {
//!     domain: "action",
//!     id: b"8f14e45f",
//!     origin: Origin::Remote,
//!     issued: now,
//!     expires: now.plus_seconds(300),
//! };
//! assert_eq!(seen_once(&store, &nonce, now), Ok(Sighting::First));
//! assert_eq!(seen_once(&store, &nonce, now), Ok(Sighting::Again));
//! ```

use crate::bytes::sha256_pae;
use crate::clock::{SKEW_MS, Timestamp};
use crate::decision::Decision;
use crate::reason::Reason;
use crate::store::{OneTimeUse, Origin, Store, StoreError};

/// The shortest time for which a record is kept, in milliseconds: 15 minutes.
pub const MIN_KEPT_MS: u64 = 15 * 60 * 1000;

/// An item that may be used once, such as a nonce or a confirmation token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeItem<'a> {
    /// The kind of the item, such as `action` or `confirmation`. Items of two kinds never collide.
    pub domain: &'a str,
    /// Everything that identifies the item within its kind. A property that is left out could be changed for a replay.
    pub id: &'a [u8],
    /// The machine by whose clock `issued` was set.
    pub origin: Origin,
    /// When the item was issued, to the millisecond if its format allows.
    pub issued: Timestamp,
    /// When the item expires, without the tolerance between clocks.
    pub expires: Timestamp,
}

impl OneTimeItem<'_> {
    /// Returns the key of its record in the store.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        sha256_pae(&[self.domain.as_bytes(), self.id])
    }

    /// Returns the use to record in the store, with a first `receipt`. Returns `None` if the item expired more than
    /// [`SKEW_MS`] ago, since its record may already be gone.
    ///
    /// The record is kept until `expires` plus twice [`SKEW_MS`], and at least for [`MIN_KEPT_MS`]. One [`SKEW_MS`]
    /// is the tolerance of the expiry checks, the other covers a clock that is set back.
    #[must_use]
    pub fn once<'r>(&self, receipt: &'r [u8], now: Timestamp) -> Option<OneTimeUse<'r>> {
        (now <= self.expires.plus_millis(SKEW_MS)).then(|| OneTimeUse {
            key: self.key(),
            origin: self.origin,
            issued: self.issued,
            keep_until: self
                .expires
                .plus_millis(2 * SKEW_MS)
                .max(now.plus_millis(MIN_KEPT_MS)),
            receipt,
        })
    }
}

/// Whether a [`OneTimeItem`] was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "an item is replayed if the answer is ignored"]
pub enum Sighting {
    /// The item was not used before, and its use is recorded now. Only this caller may act on it.
    First,
    /// The item was used before: refuse the request.
    Again,
    /// The item expired more than [`SKEW_MS`] ago, so its record may be gone: refuse the request as expired. The caller
    /// should have checked that before.
    Expired,
}

/// Records the use of `item` and returns whether it is the first. [`OneTimeItem::once`] describes how long the record
/// is kept.
///
/// # Errors
/// The reason for a refusal if the store does not answer: [`Reason::StoreUnavailable`], [`Reason::StoreFull`], or
/// [`Reason::StoreRestarted`] for an item that was issued before the store was reset.
pub fn seen_once(
    store: &dyn Store,
    item: &OneTimeItem<'_>,
    now: Timestamp,
) -> Result<Sighting, Reason> {
    let Some(once) = item.once(&[], now) else {
        return Ok(Sighting::Expired);
    };
    match store.insert_once(&once, now).map_err(StoreError::reason)? {
        true => Ok(Sighting::First),
        false => Ok(Sighting::Again),
    }
}

/// Returns [`seen_once`] as a decision: only the first use is allowed.
pub fn decide(store: &dyn Store, item: &OneTimeItem<'_>, now: Timestamp) -> Decision {
    match seen_once(store, item, now) {
        Ok(Sighting::First) => Decision::Allow,
        Ok(Sighting::Again) => Reason::TokenUsed.into(),
        Ok(Sighting::Expired) => Reason::TokenExpired.into(),
        Err(reason) => reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    const START: u64 = 1_000_000;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(START + seconds)
    }

    fn item(id: &[u8], issued: u64, expires: u64) -> OneTimeItem<'_> {
        OneTimeItem {
            domain: "action",
            id,
            origin: Origin::Remote,
            issued: at(issued),
            expires: at(expires),
        }
    }

    #[test]
    fn no_replay_is_accepted_at_any_second_after_expiry() {
        for lifetime in [1, 300, 1000] {
            let store = MemoryStore::new(at(0));
            let item = item(b"n", 31, 31 + lifetime);
            assert_eq!(seen_once(&store, &item, at(31)), Ok(Sighting::First));
            for second in 31..31 + lifetime + 1200 {
                // Other items are used, which prunes records that have expired.
                let id = second.to_be_bytes();
                let other = super::OneTimeItem {
                    id: &id,
                    issued: at(second),
                    expires: at(second),
                    ..item
                };
                let _ = seen_once(&store, &other, at(second)).unwrap();
                let expected = if second <= 31 + lifetime + 30 {
                    Sighting::Again
                } else {
                    Sighting::Expired
                };
                assert_eq!(
                    seen_once(&store, &item, at(second)),
                    Ok(expected),
                    "{second}"
                );
                // The clock is set back by half a minute.
                let back = at(second - 30).max(at(31));
                assert_ne!(
                    seen_once(&store, &item, back),
                    Ok(Sighting::First),
                    "{second}"
                );
            }
        }
    }

    #[test]
    fn a_record_is_kept_for_15_minutes_or_until_expiry_and_twice_the_tolerance() {
        for (lifetime, kept) in [(1, 900), (840, 900), (841, 901), (3600, 3660)] {
            let store = MemoryStore::with_capacity(at(0), 1);
            let first = item(b"n", 31, 31 + lifetime);
            assert_eq!(seen_once(&store, &first, at(31)), Ok(Sighting::First));
            let last = 31 + kept;
            let other = item(b"o", last, last + 1);
            assert_eq!(
                seen_once(&store, &other, at(last)),
                Err(Reason::StoreFull),
                "{lifetime}"
            );
            let after = seen_once(&store, &other, at(last + 1));
            assert_eq!(after, Ok(Sighting::First), "{lifetime}");
        }
    }

    #[test]
    fn items_differ_by_kind_and_id() {
        let store = MemoryStore::new(at(0));
        let item = item(b"bc", 31, 100);
        assert_eq!(seen_once(&store, &item, at(31)), Ok(Sighting::First));
        for (domain, id) in [("action", &b"b"[..]), ("actionb", b"c"), ("", b"actionbc")] {
            let other = OneTimeItem { domain, id, ..item };
            assert_eq!(
                seen_once(&store, &other, at(31)),
                Ok(Sighting::First),
                "{domain}"
            );
        }
    }

    #[test]
    fn errors_of_the_store_are_reported_as_reasons() {
        let store = MemoryStore::with_capacity(at(0), 1);
        let restarted = seen_once(&store, &item(b"a", 30, 100), at(31));
        assert_eq!(restarted, Err(Reason::StoreRestarted));
        assert_eq!(
            seen_once(&store, &item(b"b", 31, 100), at(31)),
            Ok(Sighting::First)
        );
        assert_eq!(
            seen_once(&store, &item(b"c", 31, 100), at(31)),
            Err(Reason::StoreFull)
        );
        let later = OneTimeItem {
            issued: at(2000),
            expires: at(2100),
            ..item(b"d", 0, 0)
        };
        assert_eq!(seen_once(&store, &later, at(2000)), Ok(Sighting::First));
        assert_eq!(
            seen_once(&store, &later, at(1969)),
            Err(Reason::StoreUnavailable)
        );
    }
}
