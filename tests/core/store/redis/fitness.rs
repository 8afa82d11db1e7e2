//! Servers that cannot hold the store.

use super::*;

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
    // Without a memory limit, a server evicts nothing, whatever the policy.
    let server = Server::start(&["--maxmemory-policy", "allkeys-lru"]);
    assert!(open(&server.url()).is_ok());
}

#[test]
fn an_eviction_policy_changed_later_is_noticed() {
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
fn a_server_without_memory_is_full_until_it_has_memory() {
    let server = Server::start(&["--maxmemory-policy", "noeviction"]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    let limits = [Limit::new([9; 32], 5, 60_000).unwrap()];
    server.admin(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_eq!(insert(&store, 2, now), Err(StoreError::Full));
    assert_eq!(store.admit(&limits, now).err(), Some(StoreError::Full));
    assert_eq!(store.put(b"a", b"b"), Err(StoreError::Full));
    // Existing records can still be read.
    assert_eq!(insert(&store, 1, now), Ok(false));
    server.admin(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(insert(&store, 2, now), Ok(true));
    assert!(store.admit(&limits, now).unwrap().is_admitted());
    assert_eq!(store.status().unwrap().seen, 2);
}

#[test]
fn a_server_that_cannot_replicate_is_reported() {
    let server = Server::start(&["--min-replicas-to-write", "1"]);
    assert_eq!(
        open(&server.url()).err(),
        Some(RedisFault::NotSaving.into())
    );
}

#[test]
fn a_cluster_node_without_the_keys_is_reported() {
    let server = Server::start(&["--cluster-enabled", "yes"]);
    assert_eq!(open(&server.url()).err(), Some(RedisFault::Cluster.into()));
}

#[test]
fn keys_of_other_programs_are_not_changed() {
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
