//! Seen once: of all workers that are shown the same thing, exactly one may act on it.
//!
//! To be asked last, when signature, times and rights have been found good: a nonce that is recorded
//! for an unproven request lets anyone fill the store, and burns it for its owner.

use crate::bytes::sha256_pae;
use crate::clock::{SKEW_MS, Timestamp};
use crate::decision::Decision;
use crate::reason::Reason;
use crate::store::{OneTimeUse, Origin, Store, StoreError};

/// The least time a record is kept, in milliseconds: 15 minutes.
pub const MIN_KEPT_MS: u64 = 15 * 60 * 1000;

/// A thing that works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeItem<'a> {
    /// What kind of thing, such as `action` or `confirmation`: two kinds never collide.
    pub domain: &'a str,
    /// All that identifies it within its kind. What is left out here can be varied for a replay.
    pub id: &'a [u8],
    /// Whose clock `issued` is of.
    pub origin: Origin,
    /// When it was issued, to the millisecond where its format tells.
    pub issued: Timestamp,
    /// Until when it is good, before any allowance for skew.
    pub expires: Timestamp,
}

impl OneTimeItem<'_> {
    /// The key of its record in the store, where a receipt may stand beside it.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        sha256_pae(&[self.domain.as_bytes(), self.id])
    }

    /// What the store is to record of it, with a first `receipt`. `None` if it is past its expiry and
    /// the allowance for skew, so that a record of it may be gone.
    ///
    /// It is kept until `expires` and twice [`SKEW_MS`], and for [`MIN_KEPT_MS`] at least: one skew for
    /// the allowance that expiry checks make, one for a clock that steps back.
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

/// Whether an [`OneTimeItem`] was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a second use that nobody looks at is a replay"]
pub enum Sighting {
    /// Never before, and it is recorded now: this caller alone may act on it.
    First,
    /// It was: refuse.
    Again,
    /// It is past its expiry and the allowance for skew, so its record may be gone: refuse as
    /// expired. The caller should have.
    Expired,
}

/// Records `item` as seen, and tells whether it was for the first time. See [`OneTimeItem::once`] for how long.
///
/// # Errors
/// The reason to refuse with when the store cannot promise an answer: [`Reason::StoreUnavailable`],
/// [`Reason::StoreFull`], or [`Reason::StoreRestarted`] for what was issued before the store started.
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

/// [`seen_once`] as a decision: only the first may act.
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
    fn no_second_after_expiry_lets_a_replay_through() {
        for lifetime in [1, 300, 1000] {
            let store = MemoryStore::new(at(0));
            let item = item(b"n", 31, 31 + lifetime);
            assert_eq!(seen_once(&store, &item, at(31)), Ok(Sighting::First));
            for second in 31..31 + lifetime + 1200 {
                // Other things come and go, and prune what has lapsed.
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
                // And a reading of the clock half a minute back.
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
    fn a_record_takes_its_place_for_a_quarter_of_an_hour_or_two_skews() {
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
    fn kinds_and_ids_are_apart() {
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
    fn the_stores_errors_become_reasons() {
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
