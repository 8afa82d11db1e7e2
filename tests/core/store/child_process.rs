//! Stores that real processes share: helpers for the tests of races, kills and faults.
//!
//! The test [`child`] runs in the child process (see `crate::support::role`). Parent and child synchronise by pipes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::support::role;
use countersign::bytes::sha256;
use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::limit::Limit;
use countersign::store::{
    DEFAULT_MAP_BYTES, HostIdentity, Insertion, LmdbStore, OneTimeUse, Origin, Store, StoreError,
};

/// Returns a moment after the modification time of every file, so that the clock of the test is the latest.
pub fn base() -> Timestamp {
    SystemClock.now().plus_seconds(3600)
}

pub fn identity() -> HostIdentity {
    HostIdentity::new("boot-1", "machine-1")
}

pub fn open(folder: &Path, now: Timestamp) -> Result<LmdbStore, StoreError> {
    LmdbStore::open(folder, identity(), DEFAULT_MAP_BYTES, now)
}

/// Makes a folder for a store, unless another process has made it.
pub fn make(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
}

/// Opens a store that nobody has open, as a process of this machine. If another test has just started a program, the
/// child has the file of the lock open until it executes the program.
pub fn open_as(
    folder: &Path,
    identity: &HostIdentity,
    now: Timestamp,
) -> Result<LmdbStore, StoreError> {
    for _ in 0..10_000 {
        match LmdbStore::open(folder, identity.clone(), DEFAULT_MAP_BYTES, now) {
            Err(StoreError::FolderInUse) => std::thread::sleep(Duration::from_millis(1)),
            other => return other,
        }
    }
    Err(StoreError::FolderInUse)
}

/// Opens the store at a place: a folder, or the address of a server.
pub fn open_place(place: &str, now: Timestamp) -> Result<Box<dyn Store>, StoreError> {
    #[cfg(feature = "redis")]
    if place.starts_with("unix:") {
        let store = countersign::store::RedisStore::open_at(place, "test", DEFAULT_MAP_BYTES, now)?;
        return Ok(Box::new(store));
    }
    Ok(Box::new(open(Path::new(place), now)?))
}

/// Returns an item of this site, issued at `now` and kept for an hour.
pub fn once(n: u64, now: Timestamp) -> OneTimeUse<'static> {
    OneTimeUse {
        key: sha256(&n.to_be_bytes()),
        origin: Origin::Local,
        issued: now,
        keep_until: now.plus_seconds(3600),
        receipt: b"",
    }
}

pub fn insert(store: &dyn Store, n: u64, now: Timestamp) -> Result<bool, StoreError> {
    store.insert_once(&once(n, now), now)
}

/// Returns two items that are used together.
pub fn pair(n: u64, now: Timestamp) -> [OneTimeUse<'static>; 2] {
    [once(n, now), once(u64::MAX - n, now)]
}

/// Returns the files of LMDB in a folder.
pub fn store_files(folder: &Path) -> Vec<PathBuf> {
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

pub fn data_file(folder: &Path) -> PathBuf {
    let files = store_files(folder);
    assert_eq!(files.len(), 2, "{files:?}");
    files[0].clone()
}

/// The test that child processes run. Without a role it does nothing.
#[test]
fn child() {
    let Some(role) = role::current() else {
        return;
    };
    let place = std::env::var("COUNTERSIGN_TEST_PLACE").unwrap();
    let folder = PathBuf::from(&place);
    let now: u64 = std::env::var("COUNTERSIGN_TEST_NOW")
        .unwrap()
        .parse()
        .unwrap();
    let now = Timestamp::from_millis(now);
    // The test harness prints to the same pipe, so the parent reads only lines that begin with @.
    let mut out = std::io::stdout().lock();
    let mut say = |text: String| {
        out.write_all(format!("\n@{text}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    };
    let start = || std::io::stdin().read_exact(&mut [0]).unwrap();
    // Half of the processes go backwards. Otherwise the first one may stay ahead of all others, and nothing is contested.
    let in_order = |count: u64| {
        let backwards = now.millis() % 2 == 1;
        (0..count).map(move |n| if backwards { count - 1 - n } else { n })
    };
    match role.as_str() {
        // Processes that open the store at the same moment agree on its watermark.
        "open" => {
            for round in 0.. {
                let folder = folder.join(round.to_string());
                make(&folder);
                say("ready".to_owned());
                start();
                let store = open(&folder, now).unwrap();
                let opened_at = store.status().unwrap().opened_at.millis();
                let first = insert(&store, 1, now.plus_seconds(1)).unwrap();
                say(format!("{opened_at} {first}"));
            }
        }
        "race" => {
            let store = open_place(&place, now).unwrap();
            say("ready".to_owned());
            start();
            let firsts = in_order(3000).filter(|n| insert(&*store, *n, now).unwrap());
            say(firsts.count().to_string());
        }
        // Each shared item is used together with one of this process.
        "pairs" => {
            let store = open_place(&place, now).unwrap();
            say("ready".to_owned());
            start();
            let first = |n: &u64| {
                let own = once((now.millis() << 16) + n, now);
                match store.insert_together(&[own, once(*n, now)], now).unwrap() {
                    Insertion::First => true,
                    Insertion::Again { index, .. } => {
                        assert_eq!(index, 1);
                        false
                    }
                }
            };
            say(in_order(2000).filter(first).count().to_string());
        }
        "limit" => {
            let store = open_place(&place, now).unwrap();
            let limits = [Limit::new([7; 32], 60, 60_000).unwrap()];
            say("ready".to_owned());
            start();
            let admitted = (0..500).filter(|_| store.admit(&limits, now).unwrap().is_admitted());
            say(admitted.count().to_string());
        }
        "write" => {
            let store = open_place(&place, now).unwrap();
            let from = std::env::var("COUNTERSIGN_TEST_FROM")
                .unwrap()
                .parse()
                .unwrap();
            for n in from..u64::MAX {
                let insertion = store.insert_together(&pair(n, now), now);
                assert_eq!(insertion, Ok(Insertion::First), "{n}");
                say(n.to_string());
            }
        }
        // Holds the store open as a process of another machine.
        "elsewhere" => {
            let there = HostIdentity::new("boot-1", "machine-2");
            match LmdbStore::open(&folder, there, DEFAULT_MAP_BYTES, now) {
                Ok(store) => {
                    say(format!(
                        "opened {}",
                        store.status().unwrap().opened_at.millis()
                    ));
                    start();
                }
                Err(error) => say(error.to_string()),
            }
        }
        "refused" => say(open(&folder, now).unwrap_err().to_string()),
        // A read transaction of LMDB that stays open. A read of the store would end before the process can be killed.
        "read" => {
            let mut options = heed::EnvOpenOptions::new().read_txn_without_tls();
            // SAFETY: the file is opened as the store does; this process opens it nowhere else.
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

/// Returns the command by which `program`, this test program or a copy of it, plays `role` on the store at `place`.
pub fn command(program: &Path, role: &str, place: &str, now: Timestamp) -> Command {
    let mut command = role::command(program, module_path!(), "child", role);
    command
        .env("COUNTERSIGN_TEST_PLACE", place)
        .env("COUNTERSIGN_TEST_NOW", now.millis().to_string());
    command
}

/// Opens the store in `dir/0` in another process, which resets it, uses item 1 there and is killed.
pub fn reset_by_another_process(dir: &Path, now: Timestamp) {
    let mut other = Player::start("open", dir.to_str().unwrap(), now, 0);
    assert_eq!(other.hear().as_deref(), Some("ready"));
    other.go();
    assert_eq!(other.hear(), Some(format!("{} true", now.millis())));
    other.child.kill().unwrap();
    other.child.wait().unwrap();
}

/// A child process with a role.
pub struct Player {
    pub child: Child,
    lines: BufReader<ChildStdout>,
}

impl Player {
    pub fn start(role: &str, place: &str, now: Timestamp, from: u64) -> Self {
        let mut child = command(&std::env::current_exe().unwrap(), role, place, now)
            .env("COUNTERSIGN_TEST_FROM", from.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub fn go(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }

    /// Returns the next line of the child; `None` when it has exited.
    pub fn hear(&mut self) -> Option<String> {
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

    pub fn end(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

/// Starts eight children, lets them run at once, and returns a line of each.
pub fn eight(role: &str, place: &str, now: Timestamp) -> Vec<String> {
    let mut players: Vec<_> = (0..8)
        .map(|n| Player::start(role, place, now.plus_millis(n), 0))
        .collect();
    // On a busy machine, the first would be done before the last has opened the store.
    for player in &mut players {
        assert_eq!(player.hear().as_deref(), Some("ready"));
    }
    players.iter_mut().for_each(Player::go);
    let said = players
        .iter_mut()
        .map(|player| player.hear().unwrap())
        .collect();
    players.into_iter().for_each(Player::end);
    said
}

pub fn sum(said: &[String]) -> u64 {
    said.iter().map(|text| text.parse::<u64>().unwrap()).sum()
}

/// Returns whether `check` is true in a child made by `fork` without `exec`.
pub fn in_a_fork(check: impl Fn() -> bool + Send + Sync + 'static) -> bool {
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
    // SAFETY: the child runs Rust code between fork and exec, which is what the test is about. Other threads of the
    // parent are idle, so they hold no lock that the child needs.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(answer);
    }
    command.spawn().unwrap_err().raw_os_error() == Some(YES)
}
