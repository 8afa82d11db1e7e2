//! The store for several web heads: Redis or Valkey.
//!
//! **One script per operation,** so that each happens at one moment for all heads, by the server's
//! clock. All keys carry one hash tag: they fall into one slot.
//!
//! **What a server may have lost.** Replication is asynchronous, and a restart may bring back an older
//! state. So the store belongs to an instance (`run_id` and `master_replid`); whoever first meets
//! another starts the store anew with a watermark, as when data was flushed or a table is gone: the
//! number of records is kept apart from the records. The scripts compare the instance with the one the
//! caller speaks to, and a server that does not know a script is asked anew what it is.
//!
//! **Clocks.** Heads have clocks of their own, so what this site issued is treated as what others did:
//! [`SKEW_MS`] after the watermark is refused too. A head whose clock is further than that from the
//! server's is refused: it would take an old thing for a good one.
//!
//! **When an answer is lost** the operation may have been done. What can be repeated without harm is, once,
//! on a new connection: a thing that works once is then burned, not done twice.

mod connection;
mod fault;
mod reply;
mod script;
mod socket;

use std::sync::atomic::{AtomicU64, Ordering};

use redis::Value;

use self::connection::{RedisConnection, RedisServer};
pub use self::fault::RedisFault;
use self::reply::ScriptOutcome;
#[doc(hidden)]
pub use self::reply::read_any;
use self::script::Script;
use super::{
    Insertion, MAX_LIMITS, MAX_VALUE_BYTES, OneTimeUse, PRUNE_BATCH, PRUNE_WHEN_FULL, Store,
    StoreError, StoreStatus, check_budgets, check_counted, check_limits, check_name, check_receipt,
    check_things, check_value,
};
use crate::clock::{SKEW_MS, Timestamp};
use crate::limit::budget::{self, Budget, MAX_AMOUNT, Measure, Spending, Standing};
use crate::limit::period::{PeriodUnit, UtcOffset};
use crate::limit::{Admission, Limit, MAX_ADMISSIONS};

/// The tables, in the order of the scripts' `KEYS`.
const TABLES: [&str; 8] = [
    "meta",
    "seen",
    "receipts",
    "limits",
    "forget",
    "values",
    "budgets",
    "budget_forget",
];

/// The largest moment that a script can count with exactly, far beyond any clock.
const LAST_MOMENT: u64 = 1 << 47;

/// A [`Store`] on a Redis (6.2 or newer) or Valkey server.
pub struct RedisStore {
    server: RedisServer,
    keys: [String; TABLES.len()],
    /// Room for things, histories of limits, values and counts of budgets, in bytes.
    rooms: [u64; 4],
    /// In tests, the moment that stands for the server's clock.
    moment: Option<AtomicU64>,
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

/// An address without user and password, for people; `None` if it cannot be read.
#[must_use]
pub fn redis_address(url: &str) -> Option<String> {
    connection::shown(url)
}

/// Whether an operation can be sent again when its answer was lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resend {
    Yes,
    No,
}

impl RedisStore {
    /// Connects to the server at `url` and finds out whether it can be the store.
    ///
    /// `url` is `redis://USER:PASSWORD@HOST:PORT/DB` or `unix:///PATH?db=DB&user=USER&pass=PASSWORD`.
    /// Keys begin with `prefix` in braces. `bytes` bounds what is stored under it, in shares as in the
    /// embedded store.
    ///
    /// # Errors
    /// [`StoreError::Redis`] with what is in the way.
    pub fn open(url: &str, prefix: &str, bytes: usize) -> Result<Self, StoreError> {
        let store = Self::new(url, prefix, bytes, None)?;
        store.status()?;
        Ok(store)
    }

    /// For tests: a store that takes the caller's clock, at first `now`, for the server's, and asks the
    /// server what it is before each operation.
    ///
    /// # Errors
    /// As [`RedisStore::open`].
    #[doc(hidden)]
    pub fn open_at(
        url: &str,
        prefix: &str,
        bytes: usize,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut store = Self::new(url, prefix, bytes, Some(AtomicU64::new(now.millis())))?;
        store.server.check_every = std::time::Duration::ZERO;
        store.status()?;
        Ok(store)
    }

    fn new(
        url: &str,
        prefix: &str,
        bytes: usize,
        moment: Option<AtomicU64>,
    ) -> Result<Self, StoreError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
        if !(1..=64).contains(&prefix.len()) || !prefix.bytes().all(plain) {
            return Err(RedisFault::Prefix.into());
        }
        let bytes = bytes as u64;
        Ok(Self {
            server: RedisServer::new(url)?,
            keys: TABLES.map(|table| format!("{{{prefix}}}:{table}")),
            rooms: [45, 25, 10, 5].map(|percent| bytes / 100 * percent),
            moment,
        })
    }

    fn see(&self, now: Timestamp) {
        if let Some(moment) = &self.moment {
            moment.store(now.millis(), Ordering::Relaxed);
        }
    }

    /// Runs a script on a fit server, for the store as it is there now.
    fn run<T>(
        &self,
        script: &Script,
        again: Resend,
        arguments: &[&[u8]],
        read: impl Fn(&[Value]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.server.connection()?;
        if again == Resend::No && connection.used && connection.check().is_err() {
            connection = self.server.connect()?;
        }
        let lost = |error| {
            let broken = [RedisFault::Broken, RedisFault::Unreachable].map(StoreError::from);
            again == Resend::Yes && broken.contains(&error)
        };
        let told = match self.attempt(&mut connection, script, arguments, &read) {
            Err(error) if connection.used && lost(error) => {
                connection = self.server.connect()?;
                self.attempt(&mut connection, script, arguments, &read)?
            }
            other => other?,
        };
        self.server.keep(connection);
        Ok(told)
    }

    fn attempt<T>(
        &self,
        connection: &mut RedisConnection,
        script: &Script,
        arguments: &[&[u8]],
        read: &impl Fn(&[Value]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let mut known = true;
        // Another process may start the store anew in between; twice at once means several servers.
        for _ in 0..4 {
            let reply = self.call(connection, script, known, arguments)?;
            match reply::script(&reply, read)? {
                ScriptOutcome::Done(answer) => return Ok(answer),
                // Behind a proxy, this may be the first sign of another server.
                ScriptOutcome::NoScript => {
                    connection.check()?;
                    known = false;
                }
                ScriptOutcome::Changed => {
                    connection.check()?;
                    let reply = self.call(connection, &script::OPEN, false, &[])?;
                    reply::script(&reply, reply::nothing)?;
                }
            }
        }
        Err(RedisFault::Unsteady.into())
    }

    fn call(
        &self,
        connection: &mut RedisConnection,
        script: &Script,
        known: bool,
        arguments: &[&[u8]],
    ) -> Result<Value, StoreError> {
        let mut command = if known {
            redis::cmd("EVALSHA")
        } else {
            redis::cmd("EVAL")
        };
        command
            .arg(if known { &script.digest } else { &script.code })
            .arg(self.keys.len())
            .arg(&self.keys)
            .arg(&connection.instance);
        match &self.moment {
            None => command.arg(""),
            Some(moment) => command.arg(moment.load(Ordering::Relaxed)),
        };
        for argument in arguments {
            command.arg(*argument);
        }
        connection.ask(&command)
    }
}

impl RedisStore {
    /// Counts or corrects, and tells the server's moment. Not sent again when the answer was lost: it
    /// would be counted twice, or told to nobody.
    fn account(
        &self,
        what: &[u8],
        budgets: &[Budget],
        amounts: [u64; 2],
        offset: UtcOffset,
    ) -> Result<(Timestamp, Vec<Standing>), StoreError> {
        let [.., room] = self.rooms;
        let [estimated, cost] = amounts;
        let mut arguments: Vec<Vec<u8>> = vec![
            text(room).into(),
            text(PRUNE_BATCH as u64).into(),
            text(PRUNE_WHEN_FULL as u64).into(),
            offset.seconds().to_string().into(),
            what.to_vec(),
            text(estimated).into(),
            text(cost).into(),
            text(MAX_AMOUNT).into(),
        ];
        for budget in budgets {
            let every: &[u8] = match budget.every() {
                PeriodUnit::Day => b"day",
                PeriodUnit::Month => b"month",
            };
            let measure: &[u8] = match budget.measure() {
                Measure::Calls => b"calls",
                Measure::Cost => b"cost",
            };
            arguments.extend([&budget.key()[..], every, measure].map(<[u8]>::to_vec));
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
        let read = |rest: &[Value]| reply::standings(rest, budgets);
        self.run(&script::SPEND, Resend::No, &arguments, read)
    }
}

/// A number as the scripts read it.
fn text(number: impl Into<u64>) -> String {
    number.into().to_string()
}

/// A moment as the scripts read it.
fn moment(moment: Timestamp) -> String {
    text(moment.millis().min(LAST_MOMENT))
}

impl Store for RedisStore {
    fn insert_together(
        &self,
        things: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        check_things(things)?;
        self.see(now);
        let [room, ..] = self.rooms;
        let mut arguments: Vec<Vec<u8>> = vec![
            moment(now).into(),
            text(SKEW_MS).into(),
            text(room).into(),
            text(PRUNE_BATCH as u64).into(),
            text(PRUNE_WHEN_FULL as u64).into(),
        ];
        for once in things {
            arguments.push(once.key.to_vec());
            arguments.push(moment(once.issued).into());
            arguments.push(moment(once.keep_until).into());
            arguments.push(once.receipt.to_vec());
        }
        let arguments: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
        let read = |rest: &[Value]| reply::insertion(rest, things.len());
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
        self.see(now);
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
        check_budgets(budgets, &[cost])?;
        self.see(now);
        let (now, standings) = self.account(b"spend", budgets, [cost, 0], offset)?;
        let refused = budget::refusal(budgets, &standings, cost, offset, now);
        Ok(Spending { standings, refused })
    }

    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        check_budgets(budgets, &[estimated, cost])?;
        check_counted(budgets)?;
        self.see(now);
        let (_, standings) = self.account(b"correct", budgets, [estimated, cost], offset)?;
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
