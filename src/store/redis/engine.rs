//! Opening the shared store, and running its scripts.

use std::sync::atomic::{AtomicU64, Ordering};

use redis::Value;

use super::connection::{self, RedisConnection, RedisServer};
use super::fault::RedisFault;
use super::reply::{self, ScriptOutcome};
use super::script::{self, Script};
use crate::clock::Timestamp;
use crate::store::error::StoreError;
use crate::store::interface::Store as _;

/// The tables, in the order of `KEYS` in the scripts.
const TABLES: [&str; 9] = [
    "meta",
    "seen",
    "receipts",
    "limits",
    "forget",
    "values",
    "budgets",
    "budget_forget",
    "lasting",
];

/// A [`Store`](crate::store::Store) on a Redis server (6.2 or newer) or a Valkey server.
pub struct RedisStore {
    server: RedisServer,
    keys: [String; TABLES.len()],
    /// The greatest size of all one-time items, histories of limits, values and counts of budgets, in bytes.
    pub(super) rooms: [u64; 4],
    /// In tests, the moment that is used instead of the server's clock, in milliseconds.
    moment: Option<AtomicU64>,
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

/// Returns the address without user and password, for display; `None` if it cannot be read.
#[must_use]
pub fn redis_address(url: &str) -> Option<String> {
    connection::shown(url)
}

/// Whether an operation may be sent again after its answer was lost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Resend {
    Yes,
    No,
}

impl RedisStore {
    /// Connects to the server at `url` and checks whether it can hold the store.
    ///
    /// `url` is `redis://USER:PASSWORD@HOST:PORT/DB` or `unix:///PATH?db=DB&user=USER&pass=PASSWORD`. Keys begin with
    /// `prefix` in braces. `bytes` bounds the size of the records under it; each kind has a share, as in the embedded
    /// store.
    ///
    /// # Errors
    /// [`StoreError::Redis`] with the fault of the settings, the connection or the server.
    pub fn open(url: &str, prefix: &str, bytes: usize) -> Result<Self, StoreError> {
        let store = Self::new(url, prefix, bytes, None)?;
        store.status()?;
        Ok(store)
    }

    /// Opens a store for tests: it uses the caller's clock, at first `now`, instead of the server's, and checks the
    /// server before each operation.
    ///
    /// # Errors
    /// Those of [`RedisStore::open`].
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

    /// In tests, sets the moment that is used instead of the server's clock.
    pub(super) fn set_clock(&self, now: Timestamp) {
        if let Some(moment) = &self.moment {
            moment.store(now.millis(), Ordering::Relaxed);
        }
    }

    /// Runs a script on a server that was checked, and reads its answer by `read`. Resets the store if necessary.
    pub(super) fn run<T>(
        &self,
        script: &Script,
        resend: Resend,
        arguments: &[&[u8]],
        read: impl Fn(&[Value]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.server.connection()?;
        if resend == Resend::No && connection.used && connection.check().is_err() {
            connection = self.server.connect()?;
        }
        let lost = |error| {
            let broken = [RedisFault::Broken, RedisFault::Unreachable].map(StoreError::from);
            resend == Resend::Yes && broken.contains(&error)
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

    /// Returns whether the server writes its data to an append-only file, and so keeps them when it is restarted.
    pub(super) fn appends(&self) -> Option<bool> {
        let connection = self.server.connection().ok()?;
        let appends = connection.appends;
        self.server.keep(connection);
        appends
    }

    fn attempt<T>(
        &self,
        connection: &mut RedisConnection,
        script: &Script,
        arguments: &[&[u8]],
        read: &impl Fn(&[Value]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let mut known = true;
        // Another process may reset the store in between. If that repeats, the address leads to several servers.
        for _ in 0..4 {
            let reply = self.call(connection, script, known, arguments)?;
            match reply::script(&reply, read)? {
                ScriptOutcome::Done(answer) => return Ok(answer),
                // Behind a proxy, this may be the first sign of another instance.
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
