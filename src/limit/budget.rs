//! Budgets: a cap on the calls of a calendar day or month, or on what they cost.
//!
//! A call is counted before it is made, with what it is estimated to cost, in all its budgets or in
//! none: [`Store::spend`](crate::store::Store::spend). When it is done, what it really cost takes the
//! place of the estimate: [`Store::correct`](crate::store::Store::correct). So racing calls never count
//! more than the cap; only a call that cost more than was estimated can pass it, and stops the budget.
//!
//! **What survives a restart.** A store may be started anew, empty. Whoever keeps the [`Tally`] of each
//! answer in a durable place and brings it with the next call loses nothing: the larger count holds.
//!
//! **A period never reopens.** An offset that shifts back by an hour at midnight, or a clock that is a
//! little behind, is met with the period that was begun. A clock that was wrong by more than a period is
//! not believed for longer than it lasts: its count is moved to the period of now, and kept.
//!
//! Amounts are whole: calls, or millionths of a unit of money.

use super::period::{Every, MAX_OFFSET, Period, UtcOffset};
use crate::bytes::{pae, sha256};
use crate::clock::Timestamp;
use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// The largest cap, cost and count: a billion units of money in millionths.
pub const MAX_AMOUNT: u64 = 1_000_000_000_000_000;

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Each call as one.
    Calls,
    /// Each call as what it costs.
    Cost,
}

impl Measure {
    /// The reason to refuse with when such a budget is used up.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Calls => Reason::BudgetCallsSpent,
            Self::Cost => Reason::BudgetCostSpent,
        }
    }

    /// The measure that is called `calls` or `cost`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "calls" => Some(Self::Calls),
            "cost" => Some(Self::Cost),
            _ => None,
        }
    }

    const fn of(self, cost: u64) -> u64 {
        match self {
            Self::Calls => 1,
            Self::Cost => cost,
        }
    }
}

/// Where a budget stands: what a caller keeps, and brings with the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The period that is counted.
    pub period: Period,
    /// What was counted in it.
    pub used: u64,
    /// Whether a refusal of this period was already told.
    pub told: bool,
}

/// A budget that means nothing: see [`Budget::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// An amount is larger than [`MAX_AMOUNT`].
    #[error("an amount is at most 1,000,000,000,000,000")]
    Amount,
    /// The tally is of a day and the budget of months, or the other way round.
    #[error("the tally is of another kind of period than the budget")]
    Period,
}

/// At most so much in a calendar day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    key: [u8; 32],
    every: Every,
    measure: Measure,
    cap: u64,
    known: Option<Tally>,
}

impl Budget {
    /// A budget of `cap` for what `name` names, per day or month. A cap of 0 lets nothing through.
    ///
    /// The count belongs to name, period and measure; the cap may differ from call to call. `known` is
    /// the newest tally that the caller has kept.
    ///
    /// # Errors
    /// [`BudgetError`] for an amount that is too large, or a tally of another kind of period.
    pub fn new(
        name: &[u8],
        every: Every,
        measure: Measure,
        cap: u64,
        known: Option<Tally>,
    ) -> Result<Self, BudgetError> {
        if cap > MAX_AMOUNT || known.is_some_and(|tally| tally.used > MAX_AMOUNT) {
            return Err(BudgetError::Amount);
        }
        if known.is_some_and(|tally| tally.period.every() != every) {
            return Err(BudgetError::Period);
        }
        let kind: &[u8] = match (every, measure) {
            (Every::Day, Measure::Calls) => b"day calls",
            (Every::Day, Measure::Cost) => b"day cost",
            (Every::Month, Measure::Calls) => b"month calls",
            (Every::Month, Measure::Cost) => b"month cost",
        };
        Ok(Self {
            key: sha256(&pae(&[b"budget", kind, name])),
            every,
            measure,
            cap,
            known,
        })
    }

    /// The same budget, with a newer tally of it.
    #[must_use]
    pub const fn with_known(mut self, tally: Tally) -> Self {
        self.known = Some(tally);
        self
    }

    /// What is counted: a digest of name, period and measure.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The period's kind.
    #[must_use]
    pub const fn every(&self) -> Every {
        self.every
    }

    /// What is counted of a call.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// The most that is counted in a period.
    #[must_use]
    pub const fn cap(&self) -> u64 {
        self.cap
    }

    /// What the caller knew.
    #[must_use]
    pub const fn known(&self) -> Option<Tally> {
        self.known
    }
}

/// One budget after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands: to be kept.
    pub tally: Tally,
    /// How much is left.
    pub remaining: u64,
    /// Whether it had no room for the call.
    pub refused: bool,
    /// True for the first refusal of a budget in a period, and for no other: to be told to people.
    pub announce: bool,
}

/// What a call met.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a budget that nobody looks at limits nothing"]
pub struct Spending {
    /// The budgets, in the order they were given.
    pub standings: Vec<Standing>,
    /// Why the call may not be made; `None` if it was counted.
    pub refused: Option<Refusal>,
}

impl Spending {
    /// The answer to a call of `budgets`.
    pub fn decision(&self, budgets: &[Budget]) -> Decision {
        let Some(refusal) = self.refused else {
            return Decision::Allow;
        };
        let measure = budgets.get(refusal.index).map(Budget::measure);
        Decision::Deny(Denial {
            reason: measure.unwrap_or(Measure::Calls).reason(),
            retry_after: refusal.retry_after,
        })
    }

    /// The `budgets` of this call with where they stand, as [`Store::correct`](crate::store::Store::correct)
    /// takes them.
    #[must_use]
    pub fn counted(&self, budgets: &[Budget]) -> Vec<Budget> {
        let pairs = budgets.iter().zip(&self.standings);
        pairs
            .map(|(budget, standing)| budget.with_known(standing.tally))
            .collect()
    }
}

/// Why a call was refused, and counted nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the given budgets: of those without room, the one that has none for the longest.
    pub index: usize,
    /// Seconds until its next period begins, rounded up, at least 1; `None` if the call would not fit
    /// into an empty one either.
    pub retry_after: Option<u32>,
}

/// The refusal that `standings` of a call that cost so much amount to.
pub(crate) fn refusal(
    budgets: &[Budget],
    standings: &[Standing],
    cost: u64,
    offset: UtcOffset,
    now: Timestamp,
) -> Option<Refusal> {
    let refusing = budgets.iter().zip(standings).enumerate();
    let waits = refusing.filter(|(_, (_, standing))| standing.refused);
    let (wait, index) = waits
        .map(|(index, (budget, standing))| {
            let amount = budget.measure.of(cost);
            let ever = budget.cap > 0 && amount <= budget.cap;
            let wait = standing.tally.period.ends(offset).millis_since(now);
            (if ever { wait } else { u64::MAX }, index)
        })
        // Of several as long, the first.
        .max_by_key(|(wait, index)| (*wait, std::cmp::Reverse(*index)))?;
    let seconds = u32::try_from(wait.div_ceil(1000)).unwrap_or(u32::MAX);
    Some(Refusal {
        index,
        retry_after: (wait != u64::MAX).then_some(seconds.max(1)),
    })
}

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
        stored: Option<Record>,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let today = Period::at(budget.every, now, offset);
        let (stored, moved) = brought(stored, budget.every, today);
        let known = budget.known.and_then(|tally| tally.at(today));
        Self::of(budget, larger(stored, known), today, moved)
    }

    /// The account of a correction. What the caller knows is as old as the call: it counts only where
    /// nothing is stored of that period.
    pub(crate) fn to_correct(
        budget: Budget,
        stored: Option<Record>,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Self {
        let today = Period::at(budget.every, now, offset);
        let (stored, moved) = brought(stored, budget.every, today);
        let known = budget.known.and_then(|tally| tally.at(today));
        let covered = |known: &Tally| {
            stored.is_some_and(|stored| stored.period.number() >= known.period.number())
        };
        let known = known.filter(|known| !covered(known));
        Self::of(budget, larger(stored, known), today, moved)
    }

    fn of(budget: Budget, tally: Option<Tally>, today: Period, moved: bool) -> Self {
        let fresh = Tally {
            period: today,
            used: 0,
            told: false,
        };
        Self {
            budget,
            tally: tally.unwrap_or(fresh),
            changed: moved,
        }
    }

    const fn standing(&self, refused: bool, announce: bool) -> Standing {
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

/// What is stored, in the period of `today`; and whether it was moved there, which has to be written: it
/// would be moved again tomorrow, and never be over.
fn brought(stored: Option<Record>, every: Every, today: Period) -> (Option<Tally>, bool) {
    let tally = stored.map(|record| record.of(every));
    let brought = tally.and_then(|tally| tally.at(today));
    (brought, brought.is_some() && brought != tally)
}

/// Of two tallies of one budget the later; of the same period, the larger count of both.
fn larger(a: Option<Tally>, b: Option<Tally>) -> Option<Tally> {
    let (Some(a), Some(b)) = (a, b) else {
        return a.or(b);
    };
    Some(match a.period.number().cmp(&b.period.number()) {
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Equal => Tally {
            used: a.used.max(b.used),
            told: a.told || b.told,
            ..a
        },
    })
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

/// A tally as it is stored, whose kind of period is part of its key.
///
/// Bytes (integers big-endian): moment from which it may be forgotten, u64 · period, u32 · count, u64 ·
/// 1 if it was told, else 0, u8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    number: u32,
    used: u64,
    told: bool,
}

impl Record {
    /// Reads the bytes of [`Record::bytes_of`].
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (_forget, rest) = bytes.split_first_chunk::<8>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let (used, rest) = rest.split_first_chunk::<8>()?;
        let used = u64::from_be_bytes(*used);
        let told = match rest {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        (used <= MAX_AMOUNT).then_some(Self {
            number: u32::from_be_bytes(*number),
            used,
            told,
        })
    }

    /// The bytes of a tally, to be forgotten when its period is over in every zone.
    pub(crate) fn bytes_of(tally: &Tally) -> Vec<u8> {
        let end = tally.period.ends(UtcOffset::default());
        let forget = end.plus_seconds(u64::from(MAX_OFFSET.unsigned_abs()));
        let mut out = Vec::with_capacity(21);
        out.extend_from_slice(&forget.millis().to_be_bytes());
        out.extend_from_slice(&tally.period.number().to_be_bytes());
        out.extend_from_slice(&tally.used.to_be_bytes());
        out.push(u8::from(tally.told));
        out
    }

    /// Whether a record of these bytes can no longer matter at `now`; so is what cannot be read.
    pub(crate) fn is_forgotten(bytes: &[u8], now: Timestamp) -> bool {
        bytes
            .first_chunk::<8>()
            .is_none_or(|forget| u64::from_be_bytes(*forget) <= now.millis())
    }

    fn of(self, every: Every) -> Tally {
        Tally {
            period: Period::from_number(every, self.number),
            used: self.used,
            told: self.told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;
    /// 2027-01-15, midnight in Greenwich.
    const START: u64 = 20_833 * DAY;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(START + ms)
    }

    fn budget(measure: Measure, cap: u64) -> Budget {
        Budget::new(b"name", Every::Day, measure, cap, None).unwrap()
    }

    fn tally(day: u32, used: u64) -> Tally {
        Tally {
            period: Period::from_number(Every::Day, 20_833 + day),
            used,
            told: false,
        }
    }

    fn read(bytes: &Option<Vec<u8>>) -> Option<Record> {
        bytes
            .as_deref()
            .map(|bytes| Record::from_bytes(bytes).unwrap())
    }

    /// A call of one budget, through the bytes as a store would do it.
    fn call(bytes: &mut Option<Vec<u8>>, budget: Budget, cost: u64, now: u64) -> Standing {
        let zone = UtcOffset::default();
        let mut accounts = [Account::new(budget, read(bytes), zone, at(now))];
        let spending = spend(&mut accounts, cost, zone, at(now));
        if accounts[0].changed {
            *bytes = Some(Record::bytes_of(&accounts[0].tally));
        }
        spending.standings[0]
    }

    /// A correction of one, likewise.
    fn settle(
        bytes: &mut Option<Vec<u8>>,
        budget: Budget,
        amounts: [u64; 2],
        now: u64,
    ) -> Standing {
        let stored = read(bytes);
        let zone = UtcOffset::default();
        let mut accounts = [Account::to_correct(budget, stored, zone, at(now))];
        let standings = correct(&mut accounts, amounts[0], amounts[1]);
        if accounts[0].changed {
            *bytes = Some(Record::bytes_of(&accounts[0].tally));
        }
        standings[0]
    }

    struct Random(u64);
    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) % bound
        }
    }

    /// Against a log of all that was ever counted, each with the day it was counted for.
    #[test]
    fn twenty_thousand_schedules_agree_with_a_log() {
        for schedule in 1..=20_000_u64 {
            let mut random = Random(schedule.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let measure = [Measure::Calls, Measure::Cost][usize::from(schedule % 2 == 0)];
            let (mut cap, mut now, mut bytes) = (random.below(12), 50 * DAY, None);
            let mut log: Vec<(u64, u64)> = Vec::new();
            let mut told: Option<u64> = None;
            for step in 0..20 {
                match random.below(10) {
                    0 => now -= random.below(3 * DAY),
                    1 => now += random.below(3 * DAY),
                    2 => cap = random.below(12),
                    _ => now += random.below(DAY / 5),
                }
                let today = now / DAY;
                // What is of a day after tomorrow is of a clock that was wrong: of today, then.
                for day in log.iter_mut().map(|(day, _)| day).chain(told.as_mut()) {
                    if *day > today + 1 {
                        *day = today;
                    }
                }
                let days = log.iter().map(|(day, _)| *day).chain(told);
                let day = days.max().map_or(today, |day| day.max(today));
                let used: u64 = log
                    .iter()
                    .filter(|(of, _)| *of == day)
                    .map(|(_, n)| n)
                    .sum();
                let cost = random.below(5);
                let amount = if measure == Measure::Calls { 1 } else { cost };
                let fits = used < cap && used + amount <= cap;
                let announce = !fits && told != Some(day);
                if fits {
                    log.push((day, amount));
                } else if announce {
                    told = Some(day);
                }
                if fits || announce {
                    // A period that has begun ends those before it, whatever the clock says later.
                    log.retain(|(of, _)| *of == day);
                    told = told.filter(|of| *of == day);
                }
                let standing = call(&mut bytes, budget(measure, cap), cost, now);
                let place = format!("schedule {schedule}, step {step}");
                assert_eq!(standing.refused, !fits, "{place}");
                assert_eq!(standing.announce, announce, "{place}");
                assert_eq!(standing.tally.told, told == Some(day), "{place}");
                let used = used + if fits { amount } else { 0 };
                assert_eq!(standing.tally.used, used, "{place}");
                assert_eq!(standing.remaining, cap.saturating_sub(used), "{place}");
                let number = u64::from(standing.tally.period.number());
                assert_eq!(number, 20_833 + day, "{place}");
            }
        }
    }

    #[test]
    fn of_stored_and_known_the_later_and_the_larger_counts() {
        let one = budget(Measure::Cost, 100);
        for (stored, known, now, day, used) in [
            (None, tally(0, 7), 0, 0, 8),
            (Some(tally(0, 5)), tally(0, 7), 0, 0, 8),
            (Some(tally(0, 7)), tally(0, 5), 0, 0, 8),
            (Some(tally(0, 7)), tally(1, 5), 0, 1, 6),
            (Some(tally(1, 5)), tally(0, 7), 0, 1, 6),
            (Some(tally(0, 7)), tally(0, 7), DAY, 1, 1),
            (Some(tally(2, 5)), tally(0, 7), 0, 0, 8),
            (Some(tally(0, 5)), tally(2, 7), 0, 0, 8),
            (Some(tally(2, 5)), tally(9, 7), DAY, 2, 6),
        ] {
            let mut bytes = stored.as_ref().map(Record::bytes_of);
            let standing = call(&mut bytes, one.with_known(known), 1, now);
            let place = format!("{stored:?} {known:?} {now}");
            assert_eq!(standing.tally, tally(day, used), "{place}");
        }
        let told = Tally {
            told: true,
            ..tally(0, 100)
        };
        for (stored, known) in [(told, tally(0, 100)), (tally(0, 100), told)] {
            let mut bytes = Some(Record::bytes_of(&stored));
            let standing = call(&mut bytes, one.with_known(known), 1, 0);
            assert!(standing.refused && !standing.announce && standing.tally.told);
        }
    }

    #[test]
    fn a_correction_is_of_its_period() {
        let one = budget(Measure::Cost, 100);
        for (stored, known, now, day, used) in [
            // What is stored is newer than what the call knew.
            (Some(tally(0, 15)), tally(0, 20), 0, 0, 8),
            (Some(tally(0, 30)), tally(0, 20), 0, 0, 23),
            (None, tally(0, 20), 0, 0, 13),
            // What is stored is of before.
            (Some(tally(0, 50)), tally(1, 20), 0, 1, 13),
            // The period is over: it cost less, so nothing.
            (Some(tally(1, 30)), tally(0, 20), DAY, 1, 30),
            (Some(tally(1, 30)), tally(0, 20), 0, 1, 30),
            (None, tally(0, 20), DAY, 1, 0),
            // Never below nothing.
            (Some(tally(0, 4)), tally(0, 20), 0, 0, 3),
        ] {
            let mut bytes = stored.as_ref().map(Record::bytes_of);
            let standing = settle(&mut bytes, one.with_known(known), [10, 3], now);
            let place = format!("{stored:?} {known:?} {now}");
            assert_eq!(standing.tally, tally(day, used), "{place}");
            assert!(!standing.refused && !standing.announce);
            assert_eq!(read(&bytes).unwrap().of(Every::Day), tally(day, used));
        }
        let mut bytes = Some(Record::bytes_of(&tally(1, 30)));
        let more = settle(&mut bytes, one.with_known(tally(0, 20)), [10, 14], DAY);
        assert_eq!(more.tally, tally(1, 34));
        let calls = budget(Measure::Calls, 5).with_known(tally(0, 2));
        let mut bytes = None;
        let left = settle(&mut bytes, calls, [10, 14], 0);
        assert_eq!((left.tally, left.remaining, bytes), (tally(0, 2), 3, None));
        let mut bytes = None;
        let most = settle(&mut bytes, one.with_known(tally(0, 9)), [0, MAX_AMOUNT], 0);
        assert_eq!((most.tally.used, most.remaining), (MAX_AMOUNT, 0));
    }

    #[test]
    fn a_refused_call_writes_only_that_it_was_told() {
        let mut bytes = None;
        let one = budget(Measure::Calls, 1);
        assert!(!call(&mut bytes, one, 0, 0).refused);
        let counted = bytes.clone();
        assert!(call(&mut bytes, one, 0, 1).announce);
        assert_ne!(bytes, counted);
        let told = bytes.clone();
        // Even what the caller knew is not taken over by a call that is refused.
        assert!(call(&mut bytes, one.with_known(tally(0, 9)), 0, 2).refused);
        assert_eq!(bytes, told);
    }

    #[test]
    fn one_budget_without_room_leaves_all_unchanged() {
        let zone = UtcOffset::default();
        for caps in [[9, 1], [1, 9], [1, 1]] {
            let account = |cap| Account::new(budget(Measure::Cost, cap), None, zone, at(0));
            let mut accounts = caps.map(account);
            let spending = spend(&mut accounts, 2, zone, at(0));
            assert!(spending.refused.is_some());
            for (cap, (account, standing)) in
                caps.iter().zip(accounts.iter().zip(&spending.standings))
            {
                let refused = *cap < 2;
                assert_eq!((standing.refused, standing.announce), (refused, refused));
                assert_eq!((account.tally.used, standing.tally.used), (0, 0));
                assert_eq!(account.changed, refused);
            }
        }
    }

    #[test]
    fn the_wait_is_until_the_last_period_that_refuses_ends() {
        let day = budget(Measure::Cost, 5);
        let month = Budget::new(b"m", Every::Month, Measure::Calls, 5, None).unwrap();
        let ends = [
            DAY / 1000,      // of the day
            17 * DAY / 1000, // of the month
        ];
        let standing = |budget: &Budget, refused| {
            let zone = UtcOffset::default();
            Account::new(*budget, None, zone, at(0)).standing(refused, false)
        };
        let told = |budgets: &[Budget], refused: &[bool], cost, now| {
            let pairs = budgets.iter().zip(refused);
            let standings: Vec<Standing> = pairs.map(|(one, no)| standing(one, *no)).collect();
            let refusal = refusal(budgets, &standings, cost, UtcOffset::default(), at(now));
            refusal.map(|refusal| (refusal.index, refusal.retry_after.map(u64::from)))
        };
        let (both, yes, no) = ([day, month], true, false);
        assert_eq!(told(&both, &[no, no], 1, 0), None);
        assert_eq!(told(&both, &[yes, no], 1, 0), Some((0, Some(ends[0]))));
        assert_eq!(told(&both, &[yes, yes], 1, 0), Some((1, Some(ends[1]))));
        assert_eq!(
            told(&[month, day], &[yes, yes], 1, 0),
            Some((0, Some(ends[1])))
        );
        assert_eq!(
            told(&[day, day], &[yes, yes], 1, 0),
            Some((0, Some(ends[0])))
        );
        // Rounded up, and at least a second.
        assert_eq!(told(&both, &[yes, no], 1, 1), Some((0, Some(ends[0]))));
        assert_eq!(
            told(&both, &[yes, no], 1, 1000),
            Some((0, Some(ends[0] - 1)))
        );
        assert_eq!(told(&both, &[yes, no], 1, DAY), Some((0, Some(1))));
        // Five fit into an empty day, six never, and the month counts calls.
        assert_eq!(told(&both, &[yes, yes], 5, 0), Some((1, Some(ends[1]))));
        assert_eq!(told(&both, &[yes, yes], 6, 0), Some((0, None)));
        let nothing = budget(Measure::Cost, 0);
        assert_eq!(told(&[month, nothing], &[yes, yes], 0, 0), Some((1, None)));
    }

    #[test]
    fn bytes_go_both_ways_and_nothing_else_is_read() {
        for told in [false, true] {
            let tally = Tally {
                told,
                ..tally(3, MAX_AMOUNT)
            };
            let bytes = Record::bytes_of(&tally);
            assert_eq!(Record::from_bytes(&bytes).unwrap().of(Every::Day), tally);
            // Over in every zone: 14 hours after it is over in Greenwich.
            let end = 4 * DAY + 14 * 3_600_000;
            assert!(!Record::is_forgotten(&bytes, at(end - 1)));
            assert!(Record::is_forgotten(&bytes, at(end)));
            for length in 0..bytes.len() {
                assert_eq!(Record::from_bytes(&bytes[..length]), None, "{length}");
            }
            let longer = [&bytes[..], &[0]].concat();
            assert_eq!(Record::from_bytes(&longer), None);
            let mut strange = bytes.clone();
            strange[20] = 2;
            assert_eq!(Record::from_bytes(&strange), None);
            let mut larger = bytes.clone();
            larger[19] += 1;
            assert_eq!(Record::from_bytes(&larger), None);
        }
        assert!(Record::is_forgotten(b"", at(0)));
    }

    #[test]
    fn the_answer_names_what_is_used_up() {
        let budgets = [budget(Measure::Calls, 1), budget(Measure::Cost, 1)];
        let answer = |refused: Option<usize>| {
            let refused = refused.map(|index| Refusal {
                index,
                retry_after: Some(7),
            });
            let standings = Vec::new();
            Spending { standings, refused }.decision(&budgets)
        };
        assert_eq!(answer(None), Decision::Allow);
        for (index, reason) in [(0, Reason::BudgetCallsSpent), (1, Reason::BudgetCostSpent)] {
            let denial = Denial {
                reason,
                retry_after: Some(7),
            };
            assert_eq!(answer(Some(index)), Decision::Deny(denial));
        }
    }
}
