//! What a call or a correction does to the counts of its budgets.

use super::super::period::{Period, UtcOffset};
use super::{Budget, MAX_AMOUNT, Measure, Spending, Standing, Tally, TallyRecord, refusal};
use crate::clock::Timestamp;

/// One budget of a call, with its count.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) budget: Budget,
    pub(crate) tally: Tally,
    /// Whether the count was changed and has to be written back.
    pub(crate) changed: bool,
}

impl Account {
    /// The account of a call: the larger of what is stored and what the caller knows.
    pub(crate) fn new(
        budget: Budget,
        stored: Option<TallyRecord>,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let today = Period::at(budget.every, now, offset);
        Self::open(budget, stored, today, larger)
    }

    /// The account of a correction. What the caller knows is as old as the call: it counts only where
    /// nothing is stored of that period.
    pub(crate) fn to_correct(
        budget: Budget,
        stored: Option<TallyRecord>,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let today = Period::at(budget.every, now, offset);
        Self::open(budget, stored, today, later)
    }

    /// What `choose` makes of the stored and the known tally, both brought to the period of `today`.
    fn open(
        budget: Budget,
        stored: Option<TallyRecord>,
        today: Period,
        choose: fn(Option<Tally>, Option<Tally>) -> Option<Tally>,
    ) -> Self {
        let written = stored.map(|record| record.of(budget.every));
        let stored = written.and_then(|tally| tally.at(today));
        let known = budget.known.and_then(|tally| tally.at(today));
        let fresh = Tally {
            period: today,
            used: 0,
            told: false,
        };
        Self {
            budget,
            tally: choose(stored, known).unwrap_or(fresh),
            // What was moved has to be written: it would be moved again tomorrow, and never be over.
            changed: stored.is_some() && stored != written,
        }
    }

    pub(super) const fn standing(&self, refused: bool, announce: bool) -> Standing {
        Standing {
            tally: self.tally,
            remaining: self.budget.cap.saturating_sub(self.tally.used),
            refused,
            announce,
        }
    }
}

impl Tally {
    /// This tally in the period of `today`: none if it is over. See the module for one of the future.
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

/// Of two tallies of one budget that of the later period; of the same period, the stored one.
fn later(stored: Option<Tally>, known: Option<Tally>) -> Option<Tally> {
    let number = |tally: Option<Tally>| tally.map(|tally| tally.period.number());
    if number(known) > number(stored) {
        known
    } else {
        stored
    }
}

/// The later one too; of the same period, the larger count of both.
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

/// Counts a call that is estimated to cost so much in all accounts, or refuses it and counts it in none.
pub(crate) fn spend(
    accounts: &mut [Account],
    cost: u64,
    offset: UtcOffset,
    now: Timestamp,
) -> Spending {
    let has_room = |account: &Account| {
        let (used, cap) = (account.tally.used, account.budget.cap);
        used < cap && account.budget.measure.of(cost) <= cap - used
    };
    let admitted = accounts.iter().all(has_room);
    let mut standings = Vec::with_capacity(accounts.len());
    for account in accounts.iter_mut() {
        let refused = !has_room(account);
        let announce = refused && !account.tally.told;
        if admitted {
            account.tally.used += account.budget.measure.of(cost);
        }
        account.tally.told |= announce;
        account.changed |= admitted || announce;
        standings.push(account.standing(refused, announce));
    }
    let budgets: Vec<Budget> = accounts.iter().map(|account| account.budget).collect();
    let refused = refusal(&budgets, &standings, cost, offset, now);
    Spending { standings, refused }
}

/// Puts what a call cost in the place of what was estimated. Where its period is over, what it cost
/// more is counted in the present one, and nothing is given back.
pub(crate) fn correct(accounts: &mut [Account], estimated: u64, cost: u64) -> Vec<Standing> {
    for account in accounts.iter_mut() {
        if account.budget.measure == Measure::Calls {
            continue;
        }
        let same = account.budget.known.map(|tally| tally.period) == Some(account.tally.period);
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
