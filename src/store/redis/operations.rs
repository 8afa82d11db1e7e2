//! The operations of the shared store. Each is one script.

use redis::Value;

use super::engine::{RedisStore, Resend};
use super::reply;
use super::script;
use super::server_info;
use crate::clock::{SKEW_MS, Timestamp};
use crate::limit::budget::{Budget, MAX_AMOUNT, Measure, Spending, Standing};
use crate::limit::period::{PeriodUnit, UtcOffset};
use crate::limit::{Admission, Limit, MAX_ADMISSIONS};
use crate::store::count::{CountChange, CountOperation};
use crate::store::error::StoreError;
use crate::store::interface::{
    Insertion, MAX_LASTING_BYTES, MAX_LIMITS, MAX_VALUE_BYTES, OneTimeUse, Store, StoreStatus,
};
use crate::store::rules::{
    PRUNE_BATCH, PRUNE_WHEN_FULL, check_items, check_limits, check_name, check_receipt, check_value,
};

/// The largest moment that is passed to a script, in milliseconds. Lua computes with doubles, which hold it exactly; no
/// clock comes near it.
const LAST_MOMENT: u64 = 1 << 47;

impl RedisStore {
    /// Runs a call and returns the server's moment and the states of the budgets. It is not sent again after the answer
    /// was lost: it would be counted twice, or its announcement would be lost.
    fn count(&self, call: &CountOperation<'_>) -> Result<(Timestamp, Vec<Standing>), StoreError> {
        let [.., room] = self.rooms;
        let (what, estimated, cost) = match call.change {
            CountChange::Spend { cost } => ("spend", cost, 0),
            CountChange::Correct { estimated, cost } => ("correct", estimated, cost),
        };
        let mut arguments: Vec<Vec<u8>> = vec![
            text(room).into(),
            text(PRUNE_BATCH as u64).into(),
            text(PRUNE_WHEN_FULL as u64).into(),
            call.offset.seconds().to_string().into(),
            what.into(),
            text(estimated).into(),
            text(cost).into(),
            text(MAX_AMOUNT).into(),
        ];
        for budget in call.budgets {
            arguments.push(budget.key().to_vec());
            arguments.push(budget.every().word().into());
            arguments.push(budget.measure().word().into());
            arguments.push(text(budget.cap()).into());
            let known = budget.known().map(|tally| {
                [
                    text(tally.period.number()),
                    text(tally.used),
                    text(u64::from(tally.told)),
                ]
            });
            arguments.extend(known.unwrap_or_default().map(String::into_bytes));
        }
        let arguments: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
        let read = |rest: &[Value]| reply::standings(rest, call.budgets);
        self.run(&script::SPEND, Resend::No, &arguments, read)
    }
}

/// Returns a number as the scripts read it.
fn text(number: impl Into<u64>) -> String {
    number.into().to_string()
}

/// Returns a moment as the scripts read it, in milliseconds.
fn moment(moment: Timestamp) -> String {
    text(moment.millis().min(LAST_MOMENT))
}

impl Store for RedisStore {
    fn insert_together(
        &self,
        items: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_items(items)?;
        self.set_clock(now);
        let [room, ..] = self.rooms;
        let mut arguments: Vec<Vec<u8>> = vec![
            moment(now).into(),
            text(SKEW_MS).into(),
            text(room).into(),
            text(PRUNE_BATCH as u64).into(),
            text(PRUNE_WHEN_FULL as u64).into(),
        ];
        for item in items {
            arguments.push(item.key.to_vec());
            arguments.push(moment(item.issued).into());
            arguments.push(moment(item.keep_until).into());
            arguments.push(item.receipt.to_vec());
        }
        let arguments: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
        let read = |rest: &[Value]| reply::insertion(rest, items.len());
        self.run(&script::INSERT_TOGETHER, Resend::Yes, &arguments, read)
    }

    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        check_receipt(receipt)?;
        let [room, ..] = self.rooms.map(text);
        let arguments: [&[u8]; 3] = [key, receipt, room.as_bytes()];
        self.run(&script::SETTLE, Resend::Yes, &arguments, reply::yes_or_no)
    }

    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError> {
        check_limits(limits)?;
        self.set_clock(now);
        let [_, room, ..] = self.rooms;
        let mut numbers = vec![
            text(room),
            text(PRUNE_BATCH as u64),
            text(PRUNE_WHEN_FULL as u64),
            text(MAX_ADMISSIONS),
        ];
        for limit in limits {
            numbers.push(text(limit.max()));
            numbers.push(text(limit.window_ms()));
        }
        let mut numbers = numbers.iter().map(String::as_bytes);
        let mut arguments: Vec<&[u8]> = Vec::with_capacity(4 + 3 * MAX_LIMITS);
        arguments.extend(numbers.by_ref().take(4));
        for limit in limits {
            arguments.push(limit.key());
            arguments.extend(numbers.by_ref().take(2));
        }
        let read = |rest: &[Value]| reply::admission(rest, limits);
        self.run(&script::ADMIT, Resend::Yes, &arguments, read)
    }

    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        let call = CountOperation::spend(budgets, cost, offset, now)?;
        self.set_clock(now);
        let (now, standings) = self.count(&call)?;
        Ok(Spending::new(budgets, standings, cost, offset, now))
    }

    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        let call = CountOperation::correct(budgets, estimated, cost, offset, now)?;
        self.set_clock(now);
        let (_, standings) = self.count(&call)?;
        Ok(standings)
    }

    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_name(name)?;
        let read = |rest: &[Value]| reply::bytes(rest, MAX_VALUE_BYTES);
        self.run(&script::GET, Resend::Yes, &[name], read)
    }

    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        check_name(name)?;
        check_value(value)?;
        let [_, _, room, _] = self.rooms.map(text);
        let arguments: [&[u8]; 5] = [name, value, room.as_bytes(), b"any", b""];
        self.run(&script::PUT, Resend::Yes, &arguments, reply::yes_or_no)?;
        Ok(())
    }

    fn replace(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        check_name(name)?;
        check_value(new)?;
        let [_, _, room, _] = self.rooms.map(text);
        let condition: &[u8] = expected.map_or(b"none", |_| b"is");
        let arguments = [
            name,
            new,
            room.as_bytes(),
            condition,
            expected.unwrap_or_default(),
        ];
        self.run(&script::PUT, Resend::No, &arguments, reply::yes_or_no)
    }

    fn remove(&self, name: &[u8]) -> Result<bool, StoreError> {
        check_name(name)?;
        self.run(&script::REMOVE, Resend::No, &[name], reply::yes_or_no)
    }

    fn lasting(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_name(name)?;
        let read = |rest: &[Value]| reply::bytes(rest, MAX_LASTING_BYTES);
        self.run(&script::LASTING_GET, Resend::Yes, &[name], read)
    }

    fn replace_lasting(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        check_name(name)?;
        if new.len() > MAX_LASTING_BYTES {
            return Err(StoreError::Misuse);
        }
        let condition: &[u8] = expected.map_or(b"none", |_| b"is");
        let arguments = [name, new, condition, expected.unwrap_or_default()];
        self.run(
            &script::LASTING_REPLACE,
            Resend::No,
            &arguments,
            reply::yes_or_no,
        )
    }

    fn keeps_data(&self) -> Option<bool> {
        self.appends()
    }

    fn status(&self) -> Result<StoreStatus, StoreError> {
        let [opened_at, seen, limits, budgets, values] =
            self.run(&script::STATUS, Resend::Yes, &[], reply::counts)?;
        Ok(StoreStatus {
            engine: "redis",
            opened_at: Timestamp::from_millis(opened_at),
            seen,
            limits,
            budgets,
            values,
        })
    }
}

/// Reads `bytes` as each answer that the store expects of a server. For the fuzzer.
#[doc(hidden)]
pub fn read_any(bytes: &[u8]) {
    let Ok(value) = redis::parse_redis_value(bytes) else {
        return;
    };
    let limits: Vec<Limit> = [1, 60, 256]
        .into_iter()
        .filter_map(|max| Limit::new([0; 32], max, 1000).ok())
        .collect();
    let _ = server_info::info(&value);
    let _ = server_info::config([&value, &value]);
    let _ = reply::script(&value, reply::nothing);
    let _ = reply::script(&value, reply::yes_or_no);
    let _ = reply::script(&value, |rest| reply::insertion(rest, 2));
    let _ = reply::script(&value, |rest| reply::bytes(rest, 1024));
    let _ = reply::script(&value, reply::counts);
    let _ = reply::script(&value, |rest| reply::admission(rest, &limits));
    let budgets: Vec<Budget> = [PeriodUnit::Day, PeriodUnit::Month]
        .into_iter()
        .filter_map(|every| Budget::new(b"", every, Measure::Cost, 9, None).ok())
        .collect();
    let _ = reply::script(&value, |rest| reply::standings(rest, &budgets));
}
