//! Credentials, and the permissions that the user needs.

use super::*;

#[test]
fn errors_of_credentials_databases_and_addresses_contain_no_secret() {
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

/// The rules that `docs/hosts.md` tells administrators to grant.
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
fn the_documented_permissions_suffice_and_each_is_needed() {
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
        // Two hours later all records expire and are pruned.
        let later = now.plus_seconds(7200);
        let _ = store.admit(&limit(2, 1), later)?;
        // Days later, a count of a budget is pruned.
        for (name, moment) in [(b"a", now), (b"b", now.plus_seconds(400_000))] {
            let budget = Budget::new(name, PeriodUnit::Day, Measure::Calls, 5, None).unwrap();
            let _ = store.spend(&[budget], 1, UtcOffset::default(), moment)?;
        }
        assert!(insert(&store, 4, later)?);
        store.put(b"a", b"b")?;
        store.get(b"a")?;
        assert!(store.remove(b"a")?);
        store.status()?;
        // The same with the clock of the server.
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
    // The eviction policy may also be read by CONFIG if INFO does not contain it: see the unit tests of `server_info`.
    user("least", None);
    server.admin(&["ACL", "DELUSER", "least"]);
    assert_eq!(all_of_it("least"), Err(RedisFault::Credentials.into()));
}
