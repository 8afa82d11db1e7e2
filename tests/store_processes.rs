//! The embedded store between real processes: races, kills, forks, reboots and exchanged files.
//!
//! A test starts this binary again with `COUNTERSIGN_TEST_ROLE` set; the test `role` then does the
//! child's part. Parent and child keep step by pipes.

// The exceptions that tests have in `clippy.toml` do not reach the helpers of an integration test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use countersign::bytes::sha256;
use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::limit::Limit;
use countersign::store::{
    DEFAULT_MAP_BYTES, Identity, LmdbStore, Once, Origin, SKEW_MS, Store as _, StoreError,
    open_shared,
};

/// A moment that no file's time of change lies after, so that a test's own clock is the latest.
fn base() -> Timestamp {
    SystemClock.now().plus_seconds(3600)
}

fn identity() -> Identity {
    Identity::new("boot-1", "machine-1")
}

fn open(folder: &Path, now: Timestamp) -> Result<LmdbStore, StoreError> {
    LmdbStore::open(folder, identity(), DEFAULT_MAP_BYTES, now)
}

/// A thing of this site, issued now and good for an hour.
fn once(n: u64, now: Timestamp) -> Once {
    Once {
        key: sha256(&n.to_be_bytes()),
        origin: Origin::Local,
        issued: now,
        keep_until: now.plus_seconds(3600),
    }
}

fn insert(store: &LmdbStore, n: u64, now: Timestamp) -> Result<bool, StoreError> {
    store.insert_once(&once(n, now), now)
}

// ---- Children -------------------------------------------------------------------------------

/// The child's part of a test; nothing when the tests are run.
#[test]
fn role() {
    let Ok(role) = std::env::var("COUNTERSIGN_TEST_ROLE") else {
        return;
    };
    let folder = PathBuf::from(std::env::var_os("COUNTERSIGN_TEST_FOLDER").unwrap());
    let now: u64 = std::env::var("COUNTERSIGN_TEST_NOW")
        .unwrap()
        .parse()
        .unwrap();
    let now = Timestamp::from_millis(now);
    // The harness of libtest prints to the same pipe: the parent reads lines with our mark.
    let mut out = std::io::stdout().lock();
    let mut say = |text: String| {
        out.write_all(format!("\n@{text}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    };
    let start = || std::io::stdin().read_exact(&mut [0]).unwrap();
    match role.as_str() {
        // Processes that open the store at the same moment agree on its watermark.
        "open" => {
            for round in 0.. {
                let folder = folder.join(round.to_string());
                say("ready".to_owned());
                start();
                let store = open(&folder, now).unwrap();
                let opened_at = store.status().unwrap().opened_at.millis();
                let first = insert(&store, 1, now.plus_seconds(1)).unwrap();
                say(format!("{opened_at} {first}"));
            }
        }
        "race" => {
            let store = open(&folder, now).unwrap();
            start();
            let firsts = (0..3000).filter(|n| insert(&store, *n, now).unwrap());
            say(firsts.count().to_string());
        }
        "limit" => {
            let store = open(&folder, now).unwrap();
            let limits = [Limit::new([7; 32], 60, 60_000).unwrap()];
            start();
            let admitted = (0..500).filter(|_| store.admit(&limits, now).unwrap().is_admitted());
            say(admitted.count().to_string());
        }
        "write" => {
            let store = open(&folder, now).unwrap();
            let from = std::env::var("COUNTERSIGN_TEST_FROM")
                .unwrap()
                .parse()
                .unwrap();
            for n in from..u64::MAX {
                assert_eq!(insert(&store, n, now), Ok(true), "{n}");
                say(n.to_string());
            }
        }
        "shared" => {
            let store = open_shared(&folder, now).unwrap();
            let same = open_shared(&folder.join("."), now).unwrap();
            assert!(std::sync::Arc::ptr_eq(&store, &same));
            let later = now.plus_millis(1);
            let elsewhere = folder.join("elsewhere");
            let forked = in_a_fork(move || {
                matches!(
                    store.insert_once(&once(1, later), later),
                    Err(StoreError::Forked)
                ) && matches!(store.get(b"a"), Err(StoreError::Forked))
                    && matches!(open_shared(&elsewhere, later), Err(StoreError::Forked))
            });
            say(format!(
                "{forked} {}",
                same.insert_once(&once(1, later), later).unwrap()
            ));
        }
        // Amid a read, with the means of LMDB itself: a read of the store ends too soon to be hit.
        "read" => {
            let mut options = heed::EnvOpenOptions::new().read_txn_without_tls();
            // SAFETY: as the store opens it; this process opens it nowhere else.
            #[allow(unsafe_code)]
            let env = unsafe {
                options.flags(heed::EnvFlags::NO_SUB_DIR).map_size(1 << 20);
                options.open(data_file(&folder)).unwrap()
            };
            let _reading = env.read_txn().unwrap();
            say("reading".to_owned());
            start();
        }
        other => panic!("no role {other}"),
    }
}

/// A process that plays `role`.
struct Player {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Player {
    fn start(role: &str, folder: &Path, now: Timestamp, from: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "role", "--nocapture", "--test-threads=1"])
            .env("COUNTERSIGN_TEST_ROLE", role)
            .env("COUNTERSIGN_TEST_FOLDER", folder)
            .env("COUNTERSIGN_TEST_NOW", now.millis().to_string())
            .env("COUNTERSIGN_TEST_FROM", from.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn go(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }

    /// What it says next; `None` when it is gone.
    fn hear(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 || !line.ends_with('\n') {
                return None;
            }
            if let Some(text) = line.strip_prefix('@') {
                return Some(text.trim_end().to_owned());
            }
        }
    }

    fn end(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

/// Eight of them, let go at once; what each says.
fn eight(role: &str, folder: &Path, now: Timestamp) -> Vec<String> {
    let mut players: Vec<_> = (0..8)
        .map(|n| Player::start(role, folder, now.plus_millis(n), 0))
        .collect();
    players.iter_mut().for_each(Player::go);
    let said = players
        .iter_mut()
        .map(|player| player.hear().unwrap())
        .collect();
    players.into_iter().for_each(Player::end);
    said
}

fn sum(said: &[String]) -> u64 {
    said.iter().map(|text| text.parse::<u64>().unwrap()).sum()
}

/// Whether `check` holds in a child made by `fork`, without `exec`.
fn in_a_fork(check: impl Fn() -> bool + Send + Sync + 'static) -> bool {
    use std::os::unix::process::CommandExt as _;
    const YES: i32 = 77;
    let mut command = Command::new("/nonexistent");
    let answer = move || {
        Err(std::io::Error::from_raw_os_error(if check() {
            YES
        } else {
            78
        }))
    };
    // SAFETY: the child runs Rust code between fork and exec, which is what is under test. Other
    // threads of the parent are idle: no lock it needs is held.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(answer);
    }
    command.spawn().unwrap_err().raw_os_error() == Some(YES)
}

// ---- Races ----------------------------------------------------------------------------------

#[test]
fn of_eight_processes_exactly_one_is_first() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    open(dir.path(), now).unwrap();
    let said = eight("race", dir.path(), now.plus_millis(1));
    assert_eq!(sum(&said), 3000, "{said:?}");
    assert!(
        said.iter().filter(|n| *n != "0").count() > 1,
        "no race: {said:?}"
    );
}

#[test]
fn eight_processes_keep_one_limit() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    open(dir.path(), now).unwrap();
    let said = eight("limit", dir.path(), now.plus_millis(1));
    assert_eq!(sum(&said), 60, "{said:?}");
}

#[test]
fn eight_first_openers_agree() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let mut players: Vec<_> = (0..8)
        .map(|n| Player::start("open", dir.path(), now.plus_millis(n), 0))
        .collect();
    for round in 0..20 {
        for player in &mut players {
            assert_eq!(player.hear().as_deref(), Some("ready"));
        }
        players.iter_mut().for_each(Player::go);
        let said: Vec<_> = players
            .iter_mut()
            .map(|player| player.hear().unwrap())
            .collect();
        let marks: Vec<_> = said
            .iter()
            .map(|text| text.split_once(' ').unwrap())
            .collect();
        assert!(
            marks.iter().all(|(opened, _)| *opened == marks[0].0),
            "{said:?}"
        );
        assert_eq!(
            marks.iter().filter(|(_, first)| *first == "true").count(),
            1,
            "{said:?}"
        );
        assert_eq!(store_files(&dir.path().join(round.to_string())).len(), 2);
    }
    for mut player in players {
        player.child.kill().unwrap();
        player.child.wait().unwrap();
    }
}

// ---- Kills ----------------------------------------------------------------------------------

#[test]
fn three_hundred_kills_lose_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let opened = open(dir.path(), now).unwrap();
    let now = now.plus_millis(1);
    let mut next = 0_u64;
    for round in 0..300_u64 {
        let mut player = Player::start("write", dir.path(), now, next);
        // Killed while it writes on: after a few, a different number each time.
        for _ in 0..=round % 7 {
            assert_eq!(player.hear(), Some(next.to_string()));
            next += 1;
        }
        player.child.kill().unwrap();
        player.child.wait().unwrap();
        while let Some(said) = player.hear() {
            assert_eq!(said, next.to_string());
            next += 1;
        }
        // One more may have been written and not told: as it was, it stays.
        let untold = insert(&opened, next, now);
        assert!(untold.is_ok(), "{untold:?}");
        next += 1;
    }
    for n in 0..next {
        assert_eq!(insert(&opened, n, now), Ok(false), "{n} of {next} was lost");
    }
    drop(opened);
    let again = open(dir.path(), now).unwrap();
    assert_eq!(insert(&again, next - 1, now), Ok(false));
}

#[test]
fn a_killed_reader_does_not_fill_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let store = LmdbStore::open(dir.path(), identity(), 1 << 20, now).unwrap();
    let mut reader = Player::start("read", dir.path(), now, 0);
    assert_eq!(reader.hear().as_deref(), Some("reading"));
    let limits = [Limit::new([7; 32], 256, 1).unwrap()];
    let calls = |from, count| {
        (from..from + count).find_map(|n| store.admit(&limits, now.plus_millis(n)).err())
    };
    // While it lives, the pages it may read are kept, and the file fills.
    assert_eq!(calls(0, 5000), Some(StoreError::Full));
    reader.child.kill().unwrap();
    reader.child.wait().unwrap();
    assert_eq!(calls(5000, 5000), None);
}

// ---- Forks ----------------------------------------------------------------------------------

#[test]
fn a_forked_child_is_refused_and_harms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut player = Player::start("shared", dir.path(), base(), 0);
    assert_eq!(player.hear().as_deref(), Some("true true"));
    player.end();
}

#[test]
fn a_store_dropped_in_a_forked_child_stays_open_in_the_parent() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let store = std::sync::Mutex::new(Some(open(dir.path(), now).unwrap()));
    let store = std::sync::Arc::new(store);
    let inherited = std::sync::Arc::clone(&store);
    assert!(in_a_fork(move || inherited
        .lock()
        .unwrap()
        .take()
        .is_some()));
    let store = store.lock().unwrap().take().unwrap();
    assert_eq!(insert(&store, 1, now.plus_millis(1)), Ok(true));
    let said = eight("race", dir.path(), now.plus_millis(1));
    assert_eq!(sum(&said), 2999, "{said:?}");
}

// ---- The watermark --------------------------------------------------------------------------

/// LMDB's files in a folder.
fn store_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("store-")
        })
        .collect();
    files.sort();
    files
}

fn data_file(folder: &Path) -> PathBuf {
    let files = store_files(folder);
    assert_eq!(files.len(), 2, "{files:?}");
    files[0].clone()
}

/// A store with thing 1 used, closed again; and when it was used.
fn used(folder: &Path) -> Timestamp {
    let start = base();
    let now = start.plus_millis(10);
    let store = open(folder, start).unwrap();
    assert_eq!(insert(&store, 1, now), Ok(true));
    store.put(b"name", b"value").unwrap();
    assert_eq!(insert(&store, 1, now), Ok(false));
    now
}

/// That the store was started anew at `now`, and refuses what was used before.
fn started_anew(store: &LmdbStore, before: Timestamp, now: Timestamp) {
    assert_eq!(store.status().unwrap().opened_at, now);
    let again = store.insert_once(&once(1, before), now.plus_millis(1));
    assert_eq!(again, Err(StoreError::Restarted));
    let signed = Once {
        origin: Origin::Remote,
        issued: now.plus_millis(SKEW_MS),
        ..once(1, now)
    };
    let again = store.insert_once(&signed, now.plus_millis(1));
    assert_eq!(again, Err(StoreError::Restarted));
    assert_eq!(store.get(b"name"), Ok(None));
    assert_eq!(insert(store, 2, now.plus_millis(1)), Ok(true));
}

#[test]
fn a_store_that_is_opened_again_remembers() {
    let dir = tempfile::tempdir().unwrap();
    let before = used(dir.path());
    let store = open(dir.path(), before.plus_seconds(5)).unwrap();
    assert_eq!(
        store.insert_once(&once(1, before), before.plus_seconds(5)),
        Ok(false)
    );
    assert_eq!(store.get(b"name"), Ok(Some(b"value".to_vec())));
    assert_eq!(store.status().unwrap().opened_at.plus_millis(10), before);
    // Also of the clock.
    drop(store);
    assert_eq!(
        insert(
            &open(dir.path(), before).unwrap(),
            3,
            before.plus_seconds(60)
        ),
        Ok(true)
    );
    let store = open(dir.path(), before).unwrap();
    assert_eq!(
        insert(&store, 4, before.plus_seconds(29)),
        Err(StoreError::ClockStepped)
    );
    assert_eq!(insert(&store, 4, before.plus_seconds(30)), Ok(true));
}

#[test]
fn a_reboot_and_a_clone_start_it_anew() {
    for identity in [
        Identity::new("boot-2", "machine-1"),
        Identity::new("boot-1", "machine-2"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let before = used(dir.path());
        let now = before.plus_seconds(5);
        let store = LmdbStore::open(dir.path(), identity, DEFAULT_MAP_BYTES, now).unwrap();
        started_anew(&store, before, now);
        assert_eq!(store_files(dir.path()).len(), 2, "the old files are gone");
    }
}

#[test]
fn a_clock_that_starts_over_with_the_machine_puts_no_watermark_in_the_past() {
    let dir = tempfile::tempdir().unwrap();
    let real = SystemClock.now();
    drop(open(dir.path(), real).unwrap());
    let old = Timestamp::from_seconds(1000);
    let identity = Identity::new("boot-2", "machine-1");
    let store = LmdbStore::open(dir.path(), identity, DEFAULT_MAP_BYTES, old).unwrap();
    assert!(store.status().unwrap().opened_at >= real);
    assert_eq!(insert(&store, 1, old), Err(StoreError::ClockStepped));
}

#[test]
fn a_restored_file_starts_it_anew() {
    let dir = tempfile::tempdir().unwrap();
    let backup = tempfile::tempdir().unwrap();
    let before = used(dir.path());
    for name in ["data", "lock file"] {
        let files = store_files(dir.path());
        let file = &files[usize::from(name == "lock file")];
        // As tar, rsync and cp --remove-destination do: a copy in another inode.
        let copy = backup.path().join("copy");
        fs::copy(file, &copy).unwrap();
        fs::rename(&copy, file).unwrap();
        let now = before.plus_seconds(5 + name.len() as u64 * 10);
        started_anew(&open(dir.path(), now).unwrap(), before, now);
    }
}

#[test]
fn a_folder_restored_under_a_running_process_starts_it_anew_there() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("store");
    let start = base();
    let store = open(&folder, start).unwrap();
    let copy = dir.path().join("copy");
    let backup = |from: &Path, to: &Path| {
        let copied = Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to)
            .status()
            .unwrap();
        assert!(copied.success());
    };
    backup(&folder, &copy);
    let before = start.plus_millis(10);
    assert_eq!(insert(&store, 1, before), Ok(true));
    fs::remove_dir_all(&folder).unwrap();
    backup(&copy, &folder);
    // What cannot start a store only says so; what can, does.
    assert_eq!(store.get(b"name"), Err(StoreError::Replaced));
    let now = start.plus_seconds(5);
    assert_eq!(
        store.insert_once(&once(1, before), now),
        Err(StoreError::Restarted)
    );
    started_anew(&store, before, now);
}

#[test]
fn running_processes_follow_to_a_new_generation() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    // Where the other process opens its first.
    let folder = dir.path().join("0");
    let store = open(&folder, start).unwrap();
    assert_eq!(insert(&store, 1, start.plus_millis(10)), Ok(true));
    // Its file vanishes; another process comes by first, and does thing 1 anew.
    fs::remove_file(data_file(&folder)).unwrap();
    let now = start.plus_seconds(5);
    let mut other = Player::start("open", dir.path(), now, 0);
    assert_eq!(other.hear().as_deref(), Some("ready"));
    other.go();
    assert_eq!(other.hear(), Some(format!("{} true", now.millis())));
    other.child.kill().unwrap();
    other.child.wait().unwrap();
    assert_eq!(store.get(b"name"), Err(StoreError::Replaced));
    let later = now.plus_seconds(2);
    assert_eq!(insert(&store, 1, later), Ok(false));
    assert_eq!(store.get(b"name"), Ok(None));
    assert_eq!(store.status().unwrap().opened_at, now);
}

#[test]
fn a_deleted_folder_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("store");
    let start = base();
    let store = open(&folder, start).unwrap();
    assert_eq!(insert(&store, 1, start.plus_millis(1)), Ok(true));
    fs::remove_dir_all(&folder).unwrap();
    let now = start.plus_seconds(5);
    assert_eq!(
        store.insert_once(&once(1, start.plus_millis(1)), now),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(&store, 2, now.plus_millis(1)), Ok(true));
}

// ---- Damage ---------------------------------------------------------------------------------

#[test]
fn damaged_and_foreign_files_start_it_anew() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 9] = [
        ("data cut to nothing", |f| {
            fs::write(data_file(f), b"").unwrap()
        }),
        ("data cut to a page", |f| cut(&data_file(f), 4096)),
        ("data cut in the middle", |f| {
            cut(&data_file(f), 3 * 4096 + 17)
        }),
        ("data garbage", |f| overwrite(&data_file(f), &[0xa5; 16384])),
        ("data zeroes", |f| overwrite(&data_file(f), &[0; 8192])),
        ("lock file cut", |f| cut(&store_files(f)[1], 100)),
        ("current empty", |f| {
            fs::write(f.join("current"), b"").unwrap()
        }),
        ("current garbage", |f| {
            fs::write(f.join("current"), [0xff; 9000]).unwrap()
        }),
        ("current of a newer layout", |f| {
            let text = fs::read_to_string(f.join("current")).unwrap();
            fs::write(f.join("current"), text.replace("store 1", "store 2")).unwrap();
        }),
    ];
    for (name, damage) in damages {
        let dir = tempfile::tempdir().unwrap();
        let before = used(dir.path());
        damage(dir.path());
        let now = before.plus_seconds(5);
        let store = open(dir.path(), now).expect(name);
        started_anew(&store, before, now);
        assert_eq!(store_files(dir.path()).len(), 2, "{name}");
    }
}

fn cut(path: &Path, length: u64) {
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(length)
        .unwrap();
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

#[test]
fn files_are_for_their_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("a/b");
    used(&folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert_eq!(files.len(), 4, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_folder_is_open_once_in_a_process() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), base()).unwrap();
    assert_eq!(open(dir.path(), base()).err(), Some(StoreError::Busy));
    drop(store);
    assert!(open(dir.path(), base()).is_ok());
}

#[test]
fn a_folder_that_others_write_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("wide");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
    assert_eq!(
        open(&folder, base()).err(),
        Some(StoreError::FolderWritable)
    );
}
