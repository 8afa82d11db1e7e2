//! Measures the operations of the stores: `cargo bench --bench store`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use std::time::Instant;

use countersign::bytes::sha256;
use countersign::clock::{Clock as _, SystemClock};
use countersign::limit::Limit;
use countersign::store::{
    DEFAULT_MAP_BYTES, HostIdentity, Insertion, LmdbStore, MemoryStore, OneTimeUse, Origin, Store,
};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

const PRELOADED: u64 = 100_000;
const RUNS: u64 = 50_000;

/// Measures `work` and returns the median in microseconds.
fn time(what: &str, work: impl FnMut(u64)) -> f64 {
    time_runs(what, RUNS, work)
}

fn time_runs(what: &str, runs: u64, work: impl FnMut(u64)) -> f64 {
    time_after(what, runs, || (), work)
}

/// Measures `work` like [`time_runs`]. `before` runs before each measurement and is not included.
fn time_after(what: &str, runs: u64, mut before: impl FnMut(), mut work: impl FnMut(u64)) -> f64 {
    let mut took: Vec<_> = (0..runs)
        .map(|n| {
            before();
            let start = Instant::now();
            work(n);
            start.elapsed().as_nanos()
        })
        .collect();
    took.sort_unstable();
    let at = |share: usize| took[took.len() * share / 1000] as f64 / 1000.0;
    println!(
        "{what:32} p50 {:7.2} µs   p99 {:7.2} µs   p99.9 {:8.2} µs",
        at(500),
        at(990),
        at(999)
    );
    at(500)
}

fn measure(name: &str, store: &dyn Store) {
    let clock = SystemClock;
    let once = |n: u64| {
        let issued = clock.now().plus_seconds(1);
        OneTimeUse {
            key: sha256(&n.to_be_bytes()),
            origin: Origin::Local,
            issued,
            keep_until: issued.plus_seconds(900),
            receipt: &[],
        }
    };
    for n in 0..PRELOADED {
        assert!(store.insert_once(&once(n), clock.now()).unwrap());
    }
    time(&format!("{name} insert_once, first"), |n| {
        assert!(
            store
                .insert_once(&once(PRELOADED + n), clock.now())
                .unwrap()
        );
    });
    time(&format!("{name} insert_once, again"), |n| {
        assert!(!store.insert_once(&once(n), clock.now()).unwrap());
    });
    // Two items, like a signed action and its nonce.
    let pair = |n: u64| [2 * n, 2 * n + 1].map(|n| once(2 * PRELOADED + n));
    time(&format!("{name} insert_together, two first"), |n| {
        let insertion = store.insert_together(&pair(n), clock.now()).unwrap();
        assert_eq!(insertion, Insertion::First);
    });
    time(&format!("{name} insert_together, two again"), |n| {
        let insertion = store.insert_together(&pair(n), clock.now()).unwrap();
        assert_ne!(insertion, Insertion::First);
    });
    let limit = |n: u64, max, window| Limit::new(sha256(&n.to_be_bytes()), max, window).unwrap();
    time(&format!("{name} admit, one of 60"), |n| {
        let _ = store.admit(&[limit(n % 1000, 60, 1)], clock.now()).unwrap();
    });
    time(&format!("{name} admit, three of 256"), |n| {
        let limits = [
            limit(n % 100, 256, 1),
            limit(7000, 256, 1),
            limit(7001, 256, 1),
        ];
        let _ = store.admit(&limits, clock.now()).unwrap();
    });
    time(&format!("{name} admit, refused"), |_| {
        let _ = store
            .admit(&[limit(9000, 60, 86_400_000)], clock.now())
            .unwrap();
    });
    store.put(b"name", &[7; 2000]).unwrap();
    time(&format!("{name} get, 2 KB"), |_| {
        store.get(b"name").unwrap().unwrap();
    });
    time(&format!("{name} put, 2 KB"), |_| {
        store.put(b"name", &[7; 2000]).unwrap()
    });
}

/// Returns a function that touches 16 MiB of other memory, as the rest of a request evicts data from the caches of the
/// processor.
fn busy() -> impl FnMut() {
    let mut memory = vec![1_u8; 16 << 20];
    move || {
        for byte in memory.iter_mut().step_by(64) {
            *byte = byte.wrapping_add(1);
        }
        std::hint::black_box(&mut memory);
    }
}

/// Measures a check among a thousand and among a million live items, both in a tight loop and with cold caches as in a
/// request. The goal is a factor of at most 1.5.
fn grow() {
    let now = SystemClock.now();
    let mut medians = Vec::new();
    for count in [1_000_u64, 1_000_000] {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let identity = HostIdentity::of_host().unwrap();
        let store = LmdbStore::open(dir.path(), identity, 256 << 20, now).unwrap();
        let once = |n: u64| OneTimeUse {
            key: sha256(&n.to_be_bytes()),
            origin: Origin::Local,
            issued: now.plus_seconds(1),
            keep_until: now.plus_seconds(3600),
            receipt: &[],
        };
        let mut random = Xoshiro256PlusPlus::seed_from_u64(count);
        let filling = Instant::now();
        for n in 0..count {
            assert!(store.insert_once(&once(n), now).unwrap());
        }
        println!("lmdb filled with {count} in {:?}", filling.elapsed());
        // Few compared with a thousand, so that the size of the store hardly changes.
        let first = time_runs(&format!("lmdb first, of {count}"), 200, |n| {
            assert!(store.insert_once(&once(count + n), now).unwrap());
        });
        let again = time(&format!("lmdb again, of {count}"), |_| {
            let seen = once(random.random_range(0..count));
            assert!(!store.insert_once(&seen, now).unwrap());
        });
        let first_cold = time_after(&format!("  cold caches, of {count}"), 200, busy(), |n| {
            assert!(store.insert_once(&once(count + 200 + n), now).unwrap());
        });
        let again_cold = time_after(&format!("  cold caches, of {count}"), 1000, busy(), |_| {
            let seen = once(random.random_range(0..count));
            assert!(!store.insert_once(&seen, now).unwrap());
        });
        medians.push([first, again, first_cold, again_cold]);
    }
    let [few, many] = medians[..] else {
        return;
    };
    let [first, again, first_cold, again_cold] =
        std::array::from_fn::<f64, 4, _>(|n| many[n] / few[n]);
    println!(
        "a million compared with a thousand: first {first:.2} times, again {again:.2} times; with cold caches {first_cold:.2} and {again_cold:.2}"
    );
}

fn main() {
    grow();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let identity = HostIdentity::of_host().unwrap();
    let start = Instant::now();
    let now = SystemClock.now();
    let store = LmdbStore::open(dir.path(), identity.clone(), DEFAULT_MAP_BYTES, now).unwrap();
    println!("start {:?}", start.elapsed());
    drop(store);
    let start = Instant::now();
    let store = LmdbStore::open(dir.path(), identity, DEFAULT_MAP_BYTES, now).unwrap();
    println!("open {:?}", start.elapsed());
    measure("lmdb", &store);
    measure("memory", &MemoryStore::new(now));
}
