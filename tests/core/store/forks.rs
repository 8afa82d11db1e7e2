//! Forked children that use a store which their parent opened.
//!
//! Each test runs in a process of its own (the test [`child`]), because a fork copies only the calling thread.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::child_process::{
    base, data_file, in_a_fork, insert, make, once, open, pair, store_files,
};
use crate::support::role;
use countersign::clock::Timestamp;
use countersign::limit::Limit;
use countersign::store::{
    DEFAULT_MAP_BYTES, HostIdentity, Insertion, LmdbStore, Store, StoreError, open_shared,
};

/// The test that child processes run. Without a role it does nothing.
#[test]
fn child() {
    let Some(role) = role::current() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    match role.as_str() {
        "handles" => handles(dir.path(), now),
        "race" => race(dir.path(), now),
        "killed" => killed(dir.path(), now),
        "locks" => locks(dir.path(), now),
        "replaced" => replaced(dir.path(), now),
        "busy" => busy(dir.path(), now),
        "closed" => closed(dir.path(), now),
        "left" => left(dir.path(), now),
        #[cfg(feature = "redis")]
        "server" => server(now),
        other => panic!("no role {other}"),
    }
}

/// Runs a role in a process of its own, which must end within two minutes without a failure or a signal.
fn run(role: &str) {
    let file = tempfile::tempfile().unwrap();
    let mut process = role::command(
        &std::env::current_exe().unwrap(),
        module_path!(),
        "child",
        role,
    )
    .stdin(Stdio::null())
    .stdout(file.try_clone().unwrap())
    .stderr(file.try_clone().unwrap())
    .process_group(0)
    .spawn()
    .unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    let status = loop {
        match process.try_wait().unwrap() {
            None if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
            status => break status,
        }
    };
    if status.is_none() {
        // The children of the process are in its group.
        let group = format!("-{}", process.id());
        let killed = Command::new("kill").args(["-9", "--", &group]).status();
        assert!(killed.unwrap().success());
        process.wait().unwrap();
    }
    if !status.is_some_and(|status| status.success()) {
        let mut said = String::new();
        let mut file = file;
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_string(&mut said).unwrap();
        panic!("{status:?}\n{said}");
    }
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < end, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Returns the path of a folder, which is made.
fn made(dir: &Path, name: &str) -> PathBuf {
    let folder = dir.join(name);
    make(&folder);
    folder
}

fn shared(folder: &Path, now: Timestamp) -> Arc<LmdbStore> {
    open_shared(folder, DEFAULT_MAP_BYTES, now).unwrap()
}

#[test]
fn handles_of_the_parent_work_in_children_and_grandchildren() {
    run("handles");
}

fn handles(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let folder = made(dir, "store");
    let store = shared(&folder, start);
    store.put(b"name", b"value").unwrap();
    assert_eq!(insert(&*store, 1, now), Ok(true));
    let inherited = Arc::clone(&store);
    let elsewhere = made(dir, "elsewhere");
    assert!(in_a_fork(move || {
        // The first operation of the child does not say what time it is.
        assert_eq!(inherited.get(b"name"), Ok(Some(b"value".to_vec())));
        assert_eq!(insert(&*inherited, 1, now), Ok(false));
        assert_eq!(insert(&*inherited, 2, now), Ok(true));
        assert!(Arc::ptr_eq(&inherited, &shared(&folder, now)));
        let other = shared(&elsewhere, start);
        assert_eq!(insert(&*other, 1, now), Ok(true));
        let grandchild = Arc::clone(&inherited);
        assert!(in_a_fork(move || {
            assert_eq!(insert(&*grandchild, 2, now), Ok(false));
            assert_eq!(insert(&*grandchild, 3, now), Ok(true));
            assert_eq!(insert(&*other, 1, now), Ok(false));
            true
        }));
        insert(&*inherited, 3, now) == Ok(false)
    }));
    for (n, first) in [(1, false), (2, false), (3, false), (4, true)] {
        assert_eq!(insert(&*store, n, now), Ok(first), "{n}");
    }
    assert_eq!(
        insert(&*shared(&made(dir, "elsewhere"), now), 1, now),
        Ok(false)
    );
}

const ITEMS: u64 = 2000;

#[test]
fn parent_and_eight_children_share_items_and_limits() {
    run("race");
}

fn race(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let store = shared(&made(dir, "store"), start);
    assert!(store.status().is_ok());
    let limits = [Limit::new([7; 32], 60, 60_000).unwrap()];
    // Half of the processes go backwards. Otherwise the first one may stay ahead of all others.
    let contest = move |store: &LmdbStore, number: u64| {
        let order = |n| if number % 2 == 1 { ITEMS - 1 - n } else { n };
        let firsts = (0..ITEMS).filter(|n| insert(store, order(*n), now).unwrap());
        let firsts = firsts.count();
        let admitted = (0..60).filter(|_| store.admit(&limits, now).unwrap().is_admitted());
        format!("{firsts} {}", admitted.count())
    };
    let said: Vec<String> = std::thread::scope(|scope| {
        let children: Vec<_> = (1..=8_u64)
            .map(|number| {
                let (store, dir) = (Arc::clone(&store), dir.to_path_buf());
                let answer = dir.join(format!("answer-{number}"));
                let told = answer.clone();
                let child = scope.spawn(move || {
                    in_a_fork(move || {
                        fs::write(dir.join(format!("ready-{number}")), b"").unwrap();
                        until("the start", || dir.join("go").exists());
                        fs::write(&answer, contest(&store, number)).unwrap();
                        true
                    })
                });
                (child, told)
            })
            .collect();
        // The parent uses the store only after all children were forked.
        until("eight children", || {
            (1..=8).all(|number| dir.join(format!("ready-{number}")).exists())
        });
        fs::write(dir.join("go"), b"").unwrap();
        let own = contest(&store, 0);
        let others = children.into_iter().map(|(child, told)| {
            assert!(child.join().unwrap());
            fs::read_to_string(told).unwrap()
        });
        std::iter::once(own).chain(others).collect()
    });
    let count = |column: usize| -> Vec<u64> {
        said.iter()
            .map(|text| text.split(' ').nth(column).unwrap().parse().unwrap())
            .collect()
    };
    assert_eq!(count(0).iter().sum::<u64>(), ITEMS, "{said:?}");
    assert_eq!(count(1).iter().sum::<u64>(), 60, "{said:?}");
    assert!(
        count(0).iter().filter(|n| **n > 0).count() > 1,
        "no race: {said:?}"
    );
}

#[test]
fn children_that_are_killed_lose_nothing_and_leave_the_parent_alone() {
    run("killed");
}

fn killed(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let folder = made(dir, "store");
    let store = shared(&folder, start);
    let mut next = 0_u64;
    for round in 0..60_u64 {
        let told = dir.join(format!("told-{round}"));
        let lines = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let (inherited, file) = (Arc::clone(&store), told.clone());
        let child = std::thread::spawn(move || {
            fork_to_be_killed(move || {
                let mut told = fs::File::create(&file).unwrap();
                writeln!(told, "{}", std::process::id()).unwrap();
                for n in next.. {
                    let insertion = inherited.insert_together(&pair(n, now), now);
                    assert_eq!(insertion, Ok(Insertion::First), "{n}");
                    writeln!(told, "{n}").unwrap();
                }
            })
        });
        // After the fork, the parent uses the store while the child writes.
        until("the child", || lines(&told).ends_with('\n'));
        let enough = usize::try_from(2 + round % 7).unwrap();
        until("records of the child", || {
            store.get(b"name").unwrap();
            lines(&told).lines().count() >= enough
        });
        let text = lines(&told);
        let pid = text.lines().next().unwrap();
        assert!(
            Command::new("kill")
                .args(["-9", pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.join().unwrap(), Some(9));
        let text = lines(&told);
        let acknowledged = text.matches('\n').count() as u64 - 1;
        for n in next..next + acknowledged {
            for once in pair(n, now) {
                assert_eq!(store.insert_once(&once, now), Ok(false), "{n} was lost");
            }
        }
        next += acknowledged;
        // One more pair may have been written but not told. Either both of its records exist or none.
        let [one, other] = pair(next, now).map(|once| store.insert_once(&once, now).unwrap());
        assert_eq!(one, other, "half of {next}");
        next += 1;
    }
    assert_eq!(store_files(&folder).len(), 2);
}

/// Runs `work` in a forked child, and returns the signal that ended it.
fn fork_to_be_killed(work: impl Fn() + Send + Sync + 'static) -> Option<i32> {
    let mut command = Command::new("/nonexistent");
    let work = move || {
        work();
        Ok(())
    };
    // SAFETY: as in `in_a_fork`.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(work);
    }
    // The child closes the pipe by which it would report a failure, so the program counts as started.
    command.spawn().ok()?.wait().unwrap().signal()
}

#[test]
fn a_child_leaves_the_locks_of_its_parent_alone() {
    run("locks");
}

/// Returns the POSIX locks that this process holds on the lock file of LMDB: see proc_locks(5).
fn posix_locks(folder: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt as _;
    let inode = fs::metadata(&store_files(folder)[1]).unwrap().ino();
    let text = fs::read_to_string("/proc/locks").unwrap();
    let mut locks: Vec<String> = text
        .lines()
        .map(|line| line.split_ascii_whitespace().skip(1).collect::<Vec<_>>())
        .filter(|words| {
            words.first() == Some(&"POSIX")
                && words.get(3) == Some(&std::process::id().to_string().as_str())
                && words
                    .get(4)
                    .is_some_and(|file| file.ends_with(&format!(":{inode}")))
        })
        .map(|words| words.join(" "))
        .collect();
    locks.sort();
    locks
}

fn locks(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let folder = made(dir, "store");
    let store = shared(&folder, start);
    assert!(store.status().is_ok());
    let before = posix_locks(&folder);
    assert_eq!(before.len(), 2, "one of the environment, one of the reader");
    for n in 0..8 {
        let (inherited, path) = (Arc::clone(&store), folder.clone());
        assert!(in_a_fork(move || {
            assert!(inherited.status().is_ok());
            assert_eq!(insert(&*inherited, n, now), Ok(true));
            posix_locks(&path).len() == 2
        }));
        assert_eq!(posix_locks(&folder), before);
    }
    assert_eq!(store.status().unwrap().seen, 8);
}

#[test]
fn a_child_notices_that_the_store_was_reset_before_its_first_use() {
    run("replaced");
}

fn replaced(dir: &Path, start: Timestamp) {
    let folder = made(dir, "store");
    let store = shared(&folder, start);
    let inherited = Arc::clone(&store);
    let now = start.plus_seconds(5);
    assert!(in_a_fork(move || {
        fs::remove_file(data_file(&folder)).unwrap();
        fs::remove_file(folder.join("current")).unwrap();
        assert_eq!(inherited.get(b"name"), Err(StoreError::Replaced));
        let old = inherited.insert_once(&once(1, start), now);
        assert_eq!(old, Err(StoreError::Restarted));
        assert_eq!(insert(&*inherited, 1, now.plus_millis(1)), Ok(true));
        true
    }));
    // The parent follows to the store that its child started.
    assert_eq!(insert(&*store, 1, now.plus_millis(1)), Ok(false));
}

#[test]
fn a_fork_while_another_thread_uses_the_store_works_or_is_refused() {
    run("busy");
}

fn busy(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let store = shared(&made(dir, "store"), start);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let user = scope.spawn(|| {
            let mut n = 1000;
            while !done.load(Ordering::Acquire) {
                assert_eq!(insert(&*store, n, now), Ok(true));
                n += 1;
            }
        });
        for n in 0..6 {
            let inherited = Arc::clone(&store);
            assert!(in_a_fork(move || {
                matches!(
                    insert(&*inherited, n, now),
                    Ok(true) | Err(StoreError::Forked)
                )
            }));
        }
        done.store(true, Ordering::Release);
        user.join().unwrap();
    });
    let inherited = Arc::clone(&store);
    assert!(in_a_fork(move || insert(&*inherited, 6, now) == Ok(true)));
    assert_eq!(insert(&*store, 6, now), Ok(false));
}

#[test]
fn a_child_that_only_closes_a_store_leaves_the_parent_alone() {
    run("closed");
}

fn closed(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let folder: PathBuf = made(dir, "store");
    let store = Arc::new(Mutex::new(Some(open(&folder, start).unwrap())));
    let with = |n| insert(store.lock().unwrap().as_ref().unwrap(), n, now);
    assert_eq!(with(1), Ok(true));
    let before = posix_locks(&folder);
    let (inherited, path) = (Arc::clone(&store), folder.clone());
    assert!(in_a_fork(move || {
        drop(inherited.lock().unwrap().take());
        // It can then open the store as any other process.
        insert(&open(&path, now).unwrap(), 1, now) == Ok(false)
    }));
    assert_eq!(with(1), Ok(false));
    assert_eq!(with(2), Ok(true));
    assert_eq!(posix_locks(&folder), before);
    assert_eq!(before.len(), 1, "that of the environment");
}

#[test]
fn a_child_keeps_other_machines_out_after_its_parent_closed_the_store() {
    run("left");
}

fn left(dir: &Path, start: Timestamp) {
    let now = start.plus_millis(1);
    let folder = made(dir, "store");
    let store = Arc::new(Mutex::new(Some(open(&folder, start).unwrap())));
    let inherited = Arc::clone(&store);
    let (ready, end) = (dir.join("ready"), dir.join("end"));
    let (tell, wait) = (ready.clone(), end.clone());
    let child = std::thread::spawn(move || {
        in_a_fork(move || {
            let store = inherited.lock().unwrap();
            assert_eq!(insert(store.as_ref().unwrap(), 1, now), Ok(true));
            fs::write(&tell, b"").unwrap();
            until("the end", || wait.exists());
            insert(store.as_ref().unwrap(), 1, now) == Ok(false)
        })
    });
    until("the child", || ready.exists());
    drop(store.lock().unwrap().take());
    let elsewhere = || {
        let there = HostIdentity::new("boot-1", "machine-2");
        LmdbStore::open(&folder, there, DEFAULT_MAP_BYTES, now.plus_seconds(5)).err()
    };
    assert_eq!(elsewhere(), Some(StoreError::FolderInUse));
    fs::write(end, b"").unwrap();
    assert!(child.join().unwrap());
    until("the child has ended", || elsewhere().is_none());
}

/// A child must not use a connection of its parent: both would read each other's answers.
#[cfg(feature = "redis")]
#[test]
fn children_use_a_redis_store_on_connections_of_their_own() {
    run("server");
}

#[cfg(feature = "redis")]
fn server(start: Timestamp) {
    let now = start.plus_millis(countersign::clock::SKEW_MS + 1);
    let server = super::redis_server::Server::start(&[]);
    let store = Arc::new(server.store(DEFAULT_MAP_BYTES, start));
    assert_eq!(insert(&*store, 1, now), Ok(true));
    let ids = || {
        let redis::Value::BulkString(list) = server.admin(&["CLIENT", "LIST"]) else {
            panic!()
        };
        let list = String::from_utf8(list).unwrap();
        let ids: Vec<String> = list
            .lines()
            .filter(|line| !line.contains("cmd=client"))
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        ids
    };
    let before = ids();
    assert_eq!(before.len(), 1, "{before:?}");
    for n in 0..4 {
        let inherited = Arc::clone(&store);
        assert!(in_a_fork(move || {
            assert_eq!(insert(&*inherited, 1, now), Ok(false));
            assert_eq!(insert(&*inherited, 10 + n, now), Ok(true));
            let grandchild = Arc::clone(&inherited);
            in_a_fork(move || insert(&*grandchild, 10 + n, now) == Ok(false))
        }));
        // The parent goes on with the connection that it had.
        assert_eq!(insert(&*store, 10 + n, now), Ok(false));
        assert_eq!(insert(&*store, 20 + n, now), Ok(true));
        until("the connections of the children are closed", || {
            ids() == before
        });
    }
}
