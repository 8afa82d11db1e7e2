//! The shared store when the Redis server or the connection to it fails or changes.

mod answers;
mod connections;
mod credentials;
mod fitness;
mod losses;

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use super::child_process::{base, in_a_fork, insert, once};
use super::redis_server::{PREFIX, Server};
use countersign::bytes::sha256;
use countersign::clock::{Clock as _, SKEW_MS, SystemClock, Timestamp};
use countersign::limit::Limit;
use countersign::limit::budget::{Budget, Measure, Tally};
use countersign::limit::period::{PeriodUnit, UtcOffset};
use countersign::reason::Reason;
use countersign::store::{
    DEFAULT_MAP_BYTES, MemoryStore, OneTimeUse, Origin, RedisFault, RedisStore, Store, StoreError,
    read_any_redis_reply,
};

const BYTES: usize = DEFAULT_MAP_BYTES;

/// Returns a store, and a moment at which it accepts new items.
fn ready(server: &Server) -> (RedisStore, Timestamp) {
    let start = base();
    (server.store(BYTES, start), start.plus_millis(SKEW_MS + 1))
}

fn open(url: &str) -> Result<RedisStore, StoreError> {
    RedisStore::open(url, PREFIX, BYTES)
}

/// Asserts that item 1, which was used before, is refused, and that a new item is accepted after the clock tolerance.
fn assert_reset(store: &dyn Store, before: Timestamp, now: Timestamp) {
    let again = store.insert_once(&once(1, before), now);
    assert_eq!(again, Err(StoreError::Restarted));
    let signed = OneTimeUse {
        origin: Origin::Remote,
        ..once(1, now)
    };
    assert_eq!(store.insert_once(&signed, now), Err(StoreError::Restarted));
    assert_eq!(store.get(b"name"), Ok(None));
    assert_eq!(store.status().unwrap().opened_at, now);
    let later = now.plus_millis(SKEW_MS + 1);
    assert_eq!(insert(store, 1, later), Ok(true));
}
