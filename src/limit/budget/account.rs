//! How a call or a correction changes the counts of its budgets.
//!
//! The script `store/redis/spend.lua` is a second implementation, since it must run inside the Redis server. The
//! conformance suite of the stores runs the same cases against both, and a differential test compares them on random
//! schedules.

use super::super::period::{Period, UtcOffset};
use super::definition::{Budget, MAX_AMOUNT, Measure, Tally};
use super::record::TallyRecord;
use super::spending::{Spending, Standing};
use crate::clock::Timestamp;

/// One budget of a call, with its count.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) budget: Budget,
    pub(crate) tally: Tally,
    /// Whether the count was changed and must be written back.
    pub(crate) changed: bool,
    /// Whether no count was stored, so that writing this one makes the store grow.
    pub(crate) fresh: bool,
}

impl Account {
    /// Returns the account of a call, with the larger of the stored tally and the one that the caller knows.
    pub(crate) fn new(
        budget: Budget,
        stored: Option<TallyRecord>,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let today = Period::at(budget.every(), now, offset);
        Self::open(budget, stored, today, larger)
    }

    /// Returns the account of a correction. The tally that the caller knows is as old as the call, so it is used only
    /// if nothing is stored for its period.
    pub(crate) fn to_correct(
        budget: Budget,
        stored: Option<TallyRecord>,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let today = Period::at(budget.every(), now, offset);
        Self::open(budget, stored, today, later)
    }

    /// Returns an account with the tally that `choose` selects of the stored and the known one, after both were brought
    /// to the period `today`.
    fn open(
        budget: Budget,
        stored: Option<TallyRecord>,
        today: Period,
        choose: fn(Option<Tally>, Option<Tally>) -> Option<Tally>,
    ) -> Self {
        let written = stored.map(|record| record.of(budget.every()));
        let stored = written.and_then(|tally| tally.at(today));
        let known = budget.known().and_then(|tally| tally.at(today));
        let unused = Tally {
            period: today,
            used: 0,
            told: false,
        };
        Self {
            budget,
            tally: choose(stored, known).unwrap_or(unused),
            // A tally that was moved to today must be written, or it would be moved again tomorrow and never end.
            changed: stored.is_some() && stored != written,
            fresh: written.is_none(),
        }
    }

    pub(super) const fn standing(&self, refused: bool, announce: bool) -> Standing {
        Standing {
            tally: self.tally,
            remaining: self.budget.cap().saturating_sub(self.tally.used),
            refused,
            announce,
        }
    }
}

impl Tally {
    /// Returns this tally in the period `today`; `None` if its own period is over. The module of the budgets describes
    /// what happens to a period in the future.
    fn at(self, today: Period) -> Option<Self> {
        let (mine, now) = (self.period.number(), today.number());
        if mine < now {
            None
        } else if mine - now <= 1 {
            Some(self)
        } else {
            Some(Self {
                period: today,
                ..self
            })
        }
    }
}

/// Returns the tally of the later period; for the same period, the stored one.
fn later(stored: Option<Tally>, known: Option<Tally>) -> Option<Tally> {
    let number = |tally: Option<Tally>| tally.map(|tally| tally.period.number());
    if number(known) > number(stored) {
        known
    } else {
        stored
    }
}

/// Returns the tally of the later period; for the same period, the larger of both counts.
fn larger(stored: Option<Tally>, known: Option<Tally>) -> Option<Tally> {
    match (stored, known) {
        (Some(stored), Some(known)) if stored.period == known.period => Some(Tally {
            used: stored.used.max(known.used),
            told: stored.told || known.told,
            ..stored
        }),
        _ => later(stored, known),
    }
}

/// Counts a call with this estimated cost under all accounts, or refuses it and counts it under none.
pub(crate) fn spend(
    accounts: &mut [Account],
    cost: u64,
    offset: UtcOffset,
    now: Timestamp,
) -> Spending {
    let has_room = |account: &Account| {
        let (used, cap) = (account.tally.used, account.budget.cap());
        used < cap && account.budget.measure().of(cost) <= cap - used
    };
    let admitted = accounts.iter().all(has_room);
    let mut standings = Vec::with_capacity(accounts.len());
    for account in accounts.iter_mut() {
        let refused = !has_room(account);
        let announce = refused && !account.tally.told;
        if admitted {
            account.tally.used += account.budget.measure().of(cost);
        }
        account.tally.told |= announce;
        account.changed |= admitted || announce;
        standings.push(account.standing(refused, announce));
    }
    let budgets: Vec<Budget> = accounts.iter().map(|account| account.budget).collect();
    Spending::new(&budgets, standings, cost, offset, now)
}

/// Replaces the estimated cost of a call by its real one. If the period of the call is over, only what it cost beyond
/// the estimate is counted, in the current period, and nothing is credited back.
pub(crate) fn correct(accounts: &mut [Account], estimated: u64, cost: u64) -> Vec<Standing> {
    for account in accounts.iter_mut() {
        if account.budget.measure() == Measure::Calls {
            continue;
        }
        let same = account.budget.known().map(|tally| tally.period) == Some(account.tally.period);
        let used = if same {
            account.tally.used.saturating_sub(estimated) + cost
        } else {
            account.tally.used + cost.saturating_sub(estimated)
        };
        account.tally.used = used.min(MAX_AMOUNT);
        account.changed = true;
    }
    let accounts = accounts.iter();
    accounts
        .map(|account| account.standing(false, false))
        .collect()
}
