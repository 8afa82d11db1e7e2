//! Servers that hang or give unexpected answers, closed connections, and forks.

use super::*;

#[test]
fn a_server_that_hangs_times_out_and_is_used_again_later() {
    let server = Server::start(&[]);
    let (store, now) = ready(&server);
    assert_eq!(insert(&store, 1, now), Ok(true));
    server.signal("-STOP");
    let hung = insert(&store, 2, now);
    server.signal("-CONT");
    assert_eq!(hung, Err(RedisFault::Timeout.into()));
    // The late answer is not taken for that of another operation.
    assert_eq!(insert(&store, 1, now), Ok(false));
    assert_eq!(insert(&store, 3, now), Ok(true));
}

#[test]
fn idle_connections_that_the_server_closed_are_replaced() {
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
    // A server that has lost its scripts receives them again.
    server.admin(&["SCRIPT", "FLUSH"]);
    store.put(b"a", b"1").unwrap();
}

#[test]
fn unexpected_answers_are_an_error() {
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
fn an_answer_without_end_is_aborted() {
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
fn a_forked_child_makes_its_own_connection() {
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
