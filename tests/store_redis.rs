//! The shared store in all that can happen to a Redis server and to the way there.
#![cfg(feature = "redis")]
// The exceptions that tests have in `clippy.toml` do not reach the helpers of an integration test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod process_support;
mod redis_support;

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use countersign::bytes::sha256;
use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::limit::Limit;
use countersign::limit::budget::{Budget, Measure, Tally};
use countersign::limit::period::{Every, UtcOffset};
use countersign::reason::Reason;
use countersign::store::{
    DEFAULT_MAP_BYTES, MemoryStore, Once, Origin, RedisFault, RedisStore, SKEW_MS, Store,
    StoreError, read_any_redis_reply,
};
use process_support::{base, in_a_fork, insert, once};
use redis_support::{PREFIX, Server};

const BYTES: usize = DEFAULT_MAP_BYTES;

/// A store that takes things issued at the moment given.
fn ready(server: &Server) -> (RedisStore, Timestamp) {
    let start = base();
    (server.store(BYTES, start), start.plus_millis(SKEW_MS + 1))
}

fn open(url: &str) -> Result<RedisStore, StoreError> {
    RedisStore::open(url, PREFIX, BYTES)
}

/// That thing 1, used before, is refused, and a new one is taken once the skew is over.
fn started_anew(store: &dyn Store, before: Timestamp, now: Timestamp) {
    let again = store.insert_once(&once(1, before), now);
    assert_eq!(again, Err(StoreError::Restarted));
    let signed = Once {
        origin: Origin::Remote,
        ..once(1, now)
    };
    assert_eq!(store.insert_once(&signed, now), Err(StoreError::Restarted));
    assert_eq!(store.get(b"name"), Ok(None));
    assert_eq!(store.status().unwrap().opened_at, now);
    let later = now.plus_millis(SKEW_MS + 1);
    assert_eq!(insert(store, 1, later), Ok(true));
}

// ---- The same answers -----------------------------------------------------------------------

/// A small generator, so that a failing schedule is found again by its number.
struct Random(u64);
impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

#[test]
fn the_script_decides_as_the_core_does() {
    let server = Server::start(&[]);
    let start = base();
    let redis = server.store(BYTES, start);
    for schedule in 1..=300_u64 {
        let mut random = Random(schedule.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let memory = MemoryStore::new(start);
        let count = 1 + random.below(3);
        let deep = random.below(8) == 0;
        let mut limits: Vec<(u64, u64)> = (0..count)
            .map(|_| (1 + random.below(6), 1 + random.below(10_000)))
            .collect();
        let mut now = start.plus_seconds(100_000).millis();
        for step in 0..if deep { 300 } else { 20 } {
            let at = usize::try_from(random.below(count)).unwrap();
            match random.below(16) {
                0 => now -= random.below(15_000),
                1 => now += random.below(25_000),
                2 => limits[at].0 = 1 + random.below(if deep { 256 } else { 6 }),
                3 => limits[at].1 = 1 + random.below(15_000),
                4 => {}
                _ if deep => now += random.below(20),
                _ => now += random.below(limits[at].1 / 2 + 2),
            }
            let limits: Vec<Limit> = limits
                .iter()
                .zip(0_u64..)
                .map(|((max, window), n)| {
                    let key = sha256(&(schedule * 10 + n).to_be_bytes());
                    Limit::new(key, u16::try_from(*max).unwrap(), *window).unwrap()
                })
                .collect();
            let now = Timestamp::from_millis(now);
            let (expected, got) = (memory.admit(&limits, now), redis.admit(&limits, now));
            assert_eq!(got, expected, "schedule {schedule}, step {step}");
        }
    }
}

#[test]
fn the_script_counts_budgets_as_the_core_does() {
    let server = Server::start(&[]);
    let start = base();
    let redis = server.store(BYTES, start);
    let kinds = [
        (Every::Day, Measure::Calls),
        (Every::Day, Measure::Cost),
        (Every::Month, Measure::Calls),
        (Every::Month, Measure::Cost),
    ];
    let hour = 3_600_000_u64;
    for schedule in 1..=300_u64 {
        let mut random = Random(schedule.wrapping_mul(0xd134_2543_de82_ef95));
        let memory = MemoryStore::new(start);
        let mut now = start.plus_seconds(100_000_000).millis() + random.below(9000) * hour;
        let mut zone = 0_i32;
        let mut kept: [Option<Tally>; 4] = [None; 4];
        let mut counted: Option<(Vec<Budget>, u64)> = None;
        for step in 0..30 {
            match random.below(12) {
                0 => now -= random.below(30) * hour,
                1 => now += random.below(90 * 24) * hour,
                2 => now -= random.below(60 * 24) * hour,
                3 => zone = i32::try_from(random.below(29)).unwrap() * 3600 - 50_400,
                _ => now += random.below(5 * hour),
            }
            let mut budgets = Vec::new();
            for (kind, kept) in kinds.iter().zip(&kept) {
                if random.below(4) > 0 {
                    let known = kept.filter(|_| random.below(3) == 0).map(|tally| Tally {
                        used: tally.used + random.below(3),
                        ..tally
                    });
                    let cap = random.below(40);
                    let name = schedule.to_be_bytes();
                    budgets.push(Budget::new(&name, kind.0, kind.1, cap, known).unwrap());
                }
            }
            let (zone, now) = (UtcOffset::new(zone).unwrap(), Timestamp::from_millis(now));
            let place = format!("schedule {schedule}, step {step}");
            if let Some((budgets, estimated)) = counted.take_if(|_| random.below(3) == 0) {
                let cost = random.below(20);
                let expected = memory.correct(&budgets, estimated, cost, zone, now);
                let got = redis.correct(&budgets, estimated, cost, zone, now);
                assert!(expected.is_ok());
                assert_eq!(got, expected, "{place}");
                continue;
            }
            let cost = random.below(12);
            let expected = memory.spend(&budgets, cost, zone, now);
            assert_eq!(redis.spend(&budgets, cost, zone, now), expected, "{place}");
            let Ok(expected) = expected else { continue };
            let mut now_known = Vec::new();
            for (budget, standing) in budgets.iter().zip(&expected.standings) {
                let kind = (budget.every(), budget.measure());
                kept[kinds.iter().position(|one| *one == kind).unwrap()] = Some(standing.tally);
                now_known.push(budget.with_known(standing.tally));
            }
            if expected.refused.is_none() {
                counted = Some((now_known, cost));
            }
        }
    }
}

#[test]
fn the_servers_own_clock_is_used() {
    let server = Server::start(&[]);
    let store = open(&server.url()).unwrap();
    let limits = [Limit::new([1; 32], 1, 60_000).unwrap()];
    // Whatever the caller believes.
    for (now, admitted) in [(0, true), (u64::MAX / 2, false), (1, false)] {
        let decided = store.admit(&limits, Timestamp::from_millis(now)).unwrap();
        assert_eq!(decided.is_admitted(), admitted, "{now}");
    }
    let opened = store.status().unwrap().opened_at;
    let real = SystemClock.now();
    assert!(opened <= real && real.millis_since(opened) < 60_000);
}

#[test]
fn a_head_whose_clock_is_apart_is_refused() {
    let server = Server::start(&[]);
    let store = open(&server.url()).unwrap();
    let real = SystemClock.now();
    let wrong = SKEW_MS + 10_000;
    for now in [
        real.plus_millis(wrong),
        Timestamp::from_millis(real.millis() - wrong),
    ] {
        let thing = Once {
            issued: real.plus_seconds(3600),
            ..once(1, real.plus_seconds(3600))
        };
        assert_eq!(
            store.insert_once(&thing, now),
            Err(RedisFault::ClocksApart.into())
        );
    }
    assert_eq!(insert(&store, 1, real), Err(StoreError::Restarted));
    let thing = once(1, real.plus_seconds(3600));
    assert_eq!(store.insert_once(&thing, real), Ok(true));
    assert_eq!(store.insert_once(&thing, real), Ok(false));
}

// ---- What a server loses --------------------------------------------------------------------

#[test]
fn a_restart_starts_it_anew_without_a_new_client() {
    let mut server = Server::start(&[]);
    let (store, before) = ready(&server);
    assert_eq!(insert(&store, 1, before), Ok(true));
    store.put(b"name", b"value").unwrap();
    server.stop();
    for _ in 0..3 {
        let refused = insert(&store, 2, before).unwrap_err();
        assert_eq!(refused, RedisFault::Unreachable.into());
        assert_eq!(refused.reason(), Reason::StoreUnavailable);
    }
    server.again();
    started_anew(&store, before, before.plus_seconds(60));
}

#[test]
fn a_restart_with_what_was_saved_starts_it_anew_too() {
    let mut server = Server::start(&[]);
    let (store, before) = ready(&server);
    store.put(b"name", b"value").unwrap();
    server.admin(&["SAVE"]);
    // This one is not in what was saved.
    assert_eq!(insert(&store, 1, before), Ok(true));
    server.stop();
    server.again();
    started_anew(&store, before, before.plus_seconds(60));
}

#[test]
fn lost_tables_start_it_anew() {
    for command in [
        &["FLUSHALL"][..],
        &["DEL", "{test}:meta"],
        &["DEL", "{test}:seen"],
        &["ZREMRANGEBYRANK", "{test}:seen", "0", "0"],
        &["SWAPDB", "0", "1"],
        &["HDEL", "{test}:meta", "latest", "instance"],
    ] {
        let server = Server::start(&[]);
        let (store, before) = ready(&server);
        assert_eq!(insert(&store, 1, before), Ok(true));
        assert_eq!(insert(&store, 2, before), Ok(true));
        store.put(b"name", b"value").unwrap();
        server.admin(command);
        started_anew(&store, before, before.plus_seconds(60));
    }
}

#[test]
fn a_promoted_replica_starts_it_anew() {
    let mut primary = Server::start(&[]);
    let replica = Server::start(&["--port", "0", "--replica-read-only", "yes"]);
    // Over loopback, on a port that was free a moment ago.
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port().to_string()
    };
    primary.admin(&["CONFIG", "SET", "port", &port]);
    replica.admin(&["REPLICAOF", "127.0.0.1", &port]);
    let info = |server: &Server| match server.admin(&["INFO", "replication"]) {
        redis::Value::BulkString(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    let began = std::time::Instant::now();
    while !info(&replica).contains("master_link_status:up") {
        assert!(began.elapsed().as_secs() < 30, "no replication");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // A replica is none to begin with.
    assert_eq!(open(&replica.url()).err(), Some(RedisFault::Replica.into()));
    let (store, before) = ready(&primary);
    assert_eq!(insert(&store, 1, before), Ok(true));
    store.put(b"name", b"value").unwrap();
    let offset = |server: &Server| {
        let info = info(server);
        let line = info
            .lines()
            .find_map(|l| l.strip_prefix("master_repl_offset:"));
        line.unwrap().to_owned()
    };
    while offset(&replica) != offset(&primary) {
        assert!(began.elapsed().as_secs() < 30, "no replication");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    primary.stop();
    replica.admin(&["REPLICAOF", "NO", "ONE"]);
    // The address leads to the other server now.
    std::fs::remove_file(primary.socket()).unwrap();
    std::os::unix::fs::symlink(replica.socket(), primary.socket()).unwrap();
    started_anew(&store, before, before.plus_seconds(60));
}

#[test]
fn a_primary_made_a_replica_under_a_running_client_is_refused() {
    let server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.admin(&["REPLICAOF", "127.0.0.1", "1"]);
    assert_eq!(insert(&store, 2, now), Err(RedisFault::Replica.into()));
    // Also one that has not asked since.
    let real = open(&server.url());
    assert_eq!(real.err(), Some(RedisFault::Replica.into()));
}

#[test]
fn a_watermark_is_never_in_the_past() {
    let mut server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.admin(&["SAVE"]);
    server.stop();
    server.again();
    // The server's clock is an hour behind what the store has seen.
    let early = Timestamp::from_millis(now.millis() - 3_600_000);
    let store = server.store(BYTES, early);
    assert_eq!(store.status().unwrap().opened_at, now);
    assert_eq!(insert(&store, 1, early), Err(StoreError::ClockStepped));
}

// ---- A server that cannot be the store -----------------------------------------------------

#[test]
fn a_server_that_may_evict_is_refused() {
    for policy in [
        "allkeys-lru",
        "allkeys-random",
        "volatile-lru",
        "volatile-ttl",
    ] {
        let server = Server::start(&["--maxmemory", "50mb", "--maxmemory-policy", policy]);
        assert_eq!(open(&server.url()).err(), Some(RedisFault::Evicts.into()));
    }
    // Without a limit no policy ever applies.
    let server = Server::start(&["--maxmemory-policy", "allkeys-lru"]);
    assert!(open(&server.url()).is_ok());
}

#[test]
fn a_policy_changed_under_a_running_client_is_noticed() {
    let server = Server::start(&["--maxmemory", "50mb", "--maxmemory-policy", "noeviction"]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.admin(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    assert_eq!(insert(&store, 2, now), Err(RedisFault::Evicts.into()));
    server.admin(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    assert_eq!(insert(&store, 1, now), Ok(false));
    assert_eq!(insert(&store, 2, now), Ok(true));
}

#[test]
fn a_server_without_memory_is_full_and_recovers() {
    let server = Server::start(&["--maxmemory-policy", "noeviction"]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    let limits = [Limit::new([9; 32], 5, 60_000).unwrap()];
    server.admin(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_eq!(insert(&store, 2, now), Err(StoreError::Full));
    assert_eq!(store.admit(&limits, now).err(), Some(StoreError::Full));
    assert_eq!(store.put(b"a", b"b"), Err(StoreError::Full));
    // What is there can be asked for.
    assert_eq!(insert(&store, 1, now), Ok(false));
    server.admin(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(insert(&store, 2, now), Ok(true));
    assert!(store.admit(&limits, now).unwrap().is_admitted());
    assert_eq!(store.status().unwrap().seen, 2);
}

#[test]
fn a_server_that_cannot_save_is_told_from_others() {
    let server = Server::start(&["--min-replicas-to-write", "1"]);
    assert_eq!(
        open(&server.url()).err(),
        Some(RedisFault::NotSaving.into())
    );
}

#[test]
fn a_cluster_without_the_keys_is_told_from_others() {
    let server = Server::start(&["--cluster-enabled", "yes"]);
    assert_eq!(open(&server.url()).err(), Some(RedisFault::Cluster.into()));
}

#[test]
fn keys_of_others_are_left_alone() {
    let server = Server::start(&[]);
    server.admin(&["SET", "{test}:meta", "theirs"]);
    assert_eq!(open(&server.url()).err(), Some(RedisFault::Foreign.into()));
    let other = RedisStore::open(&server.url(), "other", BYTES).unwrap();
    other.put(b"a", b"1").unwrap();
    assert_eq!(
        server.admin(&["GET", "{test}:meta"]),
        redis::Value::BulkString(b"theirs".to_vec())
    );
    for prefix in ["", "a}b", "a b", &"x".repeat(65)] {
        let refused = RedisStore::open(&server.url(), prefix, BYTES).err();
        assert_eq!(refused, Some(RedisFault::Prefix.into()), "{prefix:?}");
    }
}

// ---- Credentials ---------------------------------------------------------------------------

#[test]
fn wrong_credentials_databases_and_addresses_are_named_without_secrets() {
    let server = Server::start(&["--requirepass", "right-one"]);
    let with = |query: &str| format!("{}?{query}", server.url());
    let cases = [
        (server.url(), RedisFault::Credentials),
        (with("pass=wrong-one"), RedisFault::Credentials),
        (with("user=nobody&pass=right-one"), RedisFault::Credentials),
        (with("pass=right-one&db=16"), RedisFault::Database),
        (with("pass=right-one&db=x"), RedisFault::Address),
        (
            format!("{}x?pass=right-one", server.url()),
            RedisFault::Unreachable,
        ),
        (
            "redis://:right-one@127.0.0.1:1".into(),
            RedisFault::Unreachable,
        ),
        ("rediss://:right-one@127.0.0.1".into(), RedisFault::Tls),
        ("https://right-one@127.0.0.1".into(), RedisFault::Address),
        (String::new(), RedisFault::Address),
    ];
    for (url, fault) in cases {
        let error = open(&url).unwrap_err();
        assert_eq!(error, fault.into(), "{url}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("-one") && !text.contains("127."), "{text}");
    }
    let store = open(&with("pass=right-one&db=15")).unwrap();
    assert!(!format!("{store:?}").contains("right"));
}

/// The commands that the documentation tells to allow.
const LEAST: &[&str] = &[
    "~{test}:*",
    "-@all",
    "+info",
    "+select",
    "+eval",
    "+evalsha",
    "+time",
    "+exists",
    "+hget",
    "+hset",
    "+hdel",
    "+hmget",
    "+hlen",
    "+hstrlen",
    "+hincrby",
    "+zadd",
    "+zcard",
    "+zrem",
    "+zscore",
    "+zrangebyscore",
    "+unlink",
];

#[test]
fn the_least_permissions_are_enough_and_each_is_needed() {
    let server = Server::start(&[]);
    let all_of_it = |user: &str| -> Result<(), StoreError> {
        let start = base();
        let url = format!("{}?user={user}&pass=p&db=1", server.url());
        let store = RedisStore::open_at(&url, PREFIX, 1 << 20, start)?;
        let now = start.plus_millis(SKEW_MS + 1);
        for n in 0..3 {
            assert!(insert(&store, n, now)?);
        }
        assert!(store.settle(&once(1, now).key, b"done")?);
        assert!(store.settle(&once(1, now).key, b"")?);
        let limit = |n, window| [Limit::new([n; 32], 5, window).unwrap()];
        let _ = store.admit(&limit(1, 1), now)?;
        // Two hours later all of it lapses.
        let later = now.plus_seconds(7200);
        let _ = store.admit(&limit(2, 1), later)?;
        // And days later a budget.
        for (name, moment) in [(b"a", now), (b"b", now.plus_seconds(400_000))] {
            let budget = Budget::new(name, Every::Day, Measure::Calls, 5, None).unwrap();
            let _ = store.spend(&[budget], 1, UtcOffset::default(), moment)?;
        }
        assert!(insert(&store, 4, later)?);
        store.put(b"a", b"b")?;
        store.get(b"a")?;
        assert!(store.remove(b"a")?);
        store.status()?;
        // And by the server's clock.
        let url = format!("{}?user={user}&pass=p&db=2", server.url());
        let store = RedisStore::open(&url, PREFIX, 1 << 20)?;
        let _ = store.admit(&limit(1, 1), now)?;
        Ok(())
    };
    let user = |name: &str, without: Option<&str>| {
        let mut command = vec!["ACL", "SETUSER", name, "reset", "on", ">p"];
        command.extend(LEAST.iter().filter(|rule| Some(**rule) != without));
        server.admin(&command);
    };
    user("least", None);
    assert_eq!(all_of_it("least"), Ok(()));
    for rule in LEAST.iter().filter(|rule| **rule != "-@all") {
        server.admin(&["FLUSHALL"]);
        server.admin(&["SCRIPT", "FLUSH"]);
        let name = format!(
            "without-{}",
            rule.trim_matches(['+', '~', '*', ':', '{', '}'])
        );
        user(&name, Some(rule));
        let refused = all_of_it(&name).unwrap_err();
        assert_eq!(refused, RedisFault::Permission.into(), "{rule}");
    }
    // The policy may also be read by CONFIG, where INFO leaves it out: see `reply`.
    user("least", None);
    server.admin(&["ACL", "DELUSER", "least"]);
    assert_eq!(all_of_it("least"), Err(RedisFault::Credentials.into()));
}

// ---- Silence, nonsense, forks ---------------------------------------------------------------

#[test]
fn a_server_that_hangs_is_given_up_and_used_again() {
    let server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.signal("-STOP");
    let hung = insert(&store, 2, now);
    server.signal("-CONT");
    assert_eq!(hung, Err(RedisFault::Timeout.into()));
    // Never with the answer to another question.
    assert_eq!(insert(&store, 1, now), Ok(false));
    assert_eq!(insert(&store, 3, now), Ok(true));
}

#[test]
fn idle_connections_that_the_server_closed_are_made_again() {
    let server = Server::start(&[]);
    let store = open(&server.url()).unwrap();
    for _ in 0..3 {
        store.put(b"a", b"1").unwrap();
        server.admin(&["CLIENT", "KILL", "TYPE", "normal"]);
        assert_eq!(store.get(b"a"), Ok(Some(b"1".to_vec())));
        server.admin(&["CLIENT", "KILL", "TYPE", "normal"]);
        assert_eq!(store.replace(b"a", Some(b"1"), b"2"), Ok(true));
        server.admin(&["CLIENT", "KILL", "TYPE", "normal"]);
        assert_eq!(store.remove(b"a"), Ok(true));
    }
    // A server that forgot its scripts is told them again.
    server.admin(&["SCRIPT", "FLUSH"]);
    store.put(b"a", b"1").unwrap();
}

#[test]
fn a_server_that_talks_nonsense_gets_an_error() {
    let nonsense: [&[u8]; 14] = [
        b"",
        b"\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"+OK\r\n",
        b":1\r\n",
        b"$-1\r\n",
        b"*-1\r\n",
        b"$3\r\nab",
        b"*99999999999\r\n",
        b"$9223372036854775807\r\nx",
        b"-ERR no\r\n",
        b"-\xff\xfe\r\n",
        b"$12\r\nrun_id:../..\r\n",
        b"%1\r\n+a\r\n",
    ];
    for answer in nonsense {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        });
        let refused = open(&format!("unix://{}", path.display())).unwrap_err();
        assert_eq!(refused.reason(), Reason::StoreUnavailable, "{refused}");
        answering.join().unwrap();
        read_any_redis_reply(answer);
    }
}

#[test]
fn a_server_that_never_comes_to_an_end_is_given_up() {
    for drip in [&b"a"[..], &[b'a'; 64 << 10]] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut more = stream.write_all(b"+");
            while more.is_ok() {
                more = stream.write_all(drip);
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        let refused = open(&format!("unix://{}", path.display())).unwrap_err();
        assert_eq!(refused.reason(), Reason::StoreUnavailable, "{refused}");
        answering.join().unwrap();
    }
}

#[test]
fn a_forked_child_makes_a_connection_of_its_own() {
    let server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    let store = Arc::new(store);
    let inherited = Arc::clone(&store);
    let forked = in_a_fork(move || {
        (2..50).all(|n| {
            insert(&*inherited, 1, now) == Ok(false) && insert(&*inherited, n, now) == Ok(true)
        })
    });
    assert!(forked);
    for n in 1..50 {
        assert_eq!(insert(&*store, n, now), Ok(false), "{n}");
    }
}
