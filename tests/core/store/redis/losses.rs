//! Servers that have lost data: the store is reset.

use super::*;

#[test]
fn a_restarted_server_resets_the_store() {
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
    assert_reset(&store, before, before.plus_seconds(60));
}

#[test]
fn a_server_restarted_with_saved_data_resets_the_store() {
    let mut server = Server::start(&[]);
    let (store, before) = ready(&server);
    store.put(b"name", b"value").unwrap();
    server.admin(&["SAVE"]);
    // This record is not in the saved data.
    assert_eq!(insert(&store, 1, before), Ok(true));
    server.stop();
    server.again();
    assert_reset(&store, before, before.plus_seconds(60));
}

#[test]
fn lost_tables_reset_the_store() {
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
        assert_reset(&store, before, before.plus_seconds(60));
    }
}

#[test]
fn a_promoted_replica_resets_the_store() {
    let mut primary = Server::start(&[]);
    let replica = Server::start(&["--port", "0", "--replica-read-only", "yes"]);
    // The replica connects over loopback, on a port that was free a moment ago.
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
    // A replica is refused.
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
    // Now the address leads to the other server.
    std::fs::remove_file(primary.socket()).unwrap();
    std::os::unix::fs::symlink(replica.socket(), primary.socket()).unwrap();
    assert_reset(&store, before, before.plus_seconds(60));
}

#[test]
fn a_primary_that_became_a_replica_is_refused() {
    let server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.admin(&["REPLICAOF", "127.0.0.1", "1"]);
    assert_eq!(insert(&store, 2, now), Err(RedisFault::Replica.into()));
    // A new client is refused too.
    let real = open(&server.url());
    assert_eq!(real.err(), Some(RedisFault::Replica.into()));
}

#[test]
fn a_clock_behind_the_store_does_not_move_the_watermark_back() {
    let mut server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.admin(&["SAVE"]);
    server.stop();
    server.again();
    // The clock of the server is an hour behind the latest moment in the store.
    let early = Timestamp::from_millis(now.millis() - 3_600_000);
    let store = server.store(BYTES, early);
    assert_eq!(store.status().unwrap().opened_at, now);
    assert_eq!(insert(&store, 1, early), Err(StoreError::ClockStepped));
}
