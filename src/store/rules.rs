//! Rules that every engine applies: which arguments are accepted, and which moments.

use super::error::StoreError;
use super::interface::{
    MAX_BUDGETS, MAX_LIMITS, MAX_NAME_BYTES, MAX_RECEIPT_BYTES, MAX_TOGETHER, MAX_VALUE_BYTES,
    OneTimeUse, Origin,
};
use crate::clock::{SKEW_MS, Timestamp};
use crate::limit::budget::{Budget, MAX_AMOUNT};
use crate::limit::window::{self, LimitCheck};
use crate::limit::{Admission, AdmissionHistory, Limit};

/// How many records are examined for pruning with each new one. An expired record is therefore removed after about
/// (records ÷ 16) further ones, so expired records are at most about a sixteenth of the live ones.
pub(super) const PRUNE_BATCH: usize = 16;

/// How many records are examined for pruning when there is no room.
pub(super) const PRUNE_WHEN_FULL: usize = 4096;

/// Checks the moments of [`Store::insert_together`](super::Store::insert_together) against the watermark `opened_at`
/// and the `latest` moment that the store has seen. Returns the new latest moment.
///
/// Records expire according to that latest moment, not to `now`. Since `now` is at most [`SKEW_MS`] before it, no
/// record expires while its item would still be accepted at some acceptable `now`.
pub(super) fn check_moments(
    items: &[OneTimeUse<'_>],
    opened_at: Timestamp,
    latest: Timestamp,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    if now.plus_millis(SKEW_MS) < latest {
        return Err(StoreError::ClockStepped);
    }
    let restarted = |item: &OneTimeUse<'_>| {
        let watermark = match item.origin {
            Origin::Local => opened_at,
            Origin::Remote => opened_at.plus_millis(SKEW_MS),
        };
        item.issued <= watermark
    };
    if items.iter().any(restarted) {
        return Err(StoreError::Restarted);
    }
    let latest = latest.max(now);
    if items.iter().any(|item| item.keep_until < latest) {
        return Err(StoreError::Expired);
    }
    Ok(latest)
}

/// Returns the `limits` of one call with their histories, which `read` reads.
pub(super) fn limit_checks(
    limits: &[Limit],
    mut read: impl FnMut(&[u8; 32]) -> Result<Option<AdmissionHistory>, StoreError>,
) -> Result<Vec<LimitCheck>, StoreError> {
    check_limits(limits)?;
    let mut checks: Vec<LimitCheck> = Vec::with_capacity(limits.len());
    for limit in limits {
        let history = read(limit.key())?;
        checks.push(LimitCheck::new(*limit, history));
    }
    Ok(checks)
}

/// Runs [`window::admit`] and refuses an empty list as misuse.
pub(super) fn admit(checks: &mut [LimitCheck], now: Timestamp) -> Result<Admission, StoreError> {
    window::admit(checks, now).ok_or(StoreError::Misuse)
}

/// Refuses an empty list, more than `most` elements, and two elements with the same key.
fn check_keys<T>(all: &[T], most: usize, key: impl Fn(&T) -> &[u8; 32]) -> Result<(), StoreError> {
    let twice = |(n, one): (usize, &T)| all.iter().skip(n + 1).any(|other| key(other) == key(one));
    if all.is_empty() || all.len() > most || all.iter().enumerate().any(twice) {
        return Err(StoreError::Misuse);
    }
    Ok(())
}

pub(super) fn check_items(items: &[OneTimeUse<'_>]) -> Result<(), StoreError> {
    check_keys(items, MAX_TOGETHER, |item| &item.key)?;
    items
        .iter()
        .try_for_each(|item| check_receipt(item.receipt))
}

pub(super) fn check_limits(limits: &[Limit]) -> Result<(), StoreError> {
    check_keys(limits, MAX_LIMITS, Limit::key)
}

pub(super) fn check_budgets(budgets: &[Budget], amounts: &[u64]) -> Result<(), StoreError> {
    check_keys(budgets, MAX_BUDGETS, Budget::key)?;
    check(amounts.iter().all(|amount| *amount <= MAX_AMOUNT))
}

pub(super) fn check_name(name: &[u8]) -> Result<(), StoreError> {
    check((1..=MAX_NAME_BYTES).contains(&name.len()))
}

pub(super) fn check_receipt(receipt: &[u8]) -> Result<(), StoreError> {
    check(receipt.len() <= MAX_RECEIPT_BYTES)
}

pub(super) fn check_value(value: &[u8]) -> Result<(), StoreError> {
    check(value.len() <= MAX_VALUE_BYTES)
}

/// Returns [`StoreError::Misuse`] unless the argument is `accepted`.
const fn check(accepted: bool) -> Result<(), StoreError> {
    if accepted {
        Ok(())
    } else {
        Err(StoreError::Misuse)
    }
}
