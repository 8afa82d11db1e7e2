//! The embedded store's folder: reboots, exchanged, damaged and foreign files, forks.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::child_process::{
    Player, base, command, data_file, eight, identity, in_a_fork, insert, once, open, store_files,
    sum,
};
use countersign::clock::{Clock as _, SKEW_MS, SystemClock, Timestamp};
use countersign::limit::Limit;
use countersign::store::{
    DEFAULT_MAP_BYTES, HostIdentity, LmdbStore, OneTimeUse, Origin, Store as _, StoreError,
};

#[test]
fn eight_first_openers_agree() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let mut players: Vec<_> = (0..8)
        .map(|n| Player::start("open", dir.path().to_str().unwrap(), now.plus_millis(n), 0))
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

#[test]
fn a_killed_reader_does_not_fill_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let store = LmdbStore::open(dir.path(), identity(), 1 << 20, now).unwrap();
    let mut reader = Player::start("read", dir.path().to_str().unwrap(), now, 0);
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
    let mut player = Player::start("shared", dir.path().to_str().unwrap(), base(), 0);
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
    let said = eight("race", dir.path().to_str().unwrap(), now.plus_millis(1));
    assert_eq!(sum(&said), 2999, "{said:?}");
}

// ---- The watermark --------------------------------------------------------------------------

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
    let signed = OneTimeUse {
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
        HostIdentity::new("boot-2", "machine-1"),
        HostIdentity::new("boot-1", "machine-2"),
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
    let identity = HostIdentity::new("boot-2", "machine-1");
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
    let mut other = Player::start("open", dir.path().to_str().unwrap(), now, 0);
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
            fs::write(f.join("current"), text.replace("store 3", "store 2")).unwrap();
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

// ---- What the operating system refuses ------------------------------------------------------

#[test]
fn nothing_of_the_store_is_open_in_a_program_that_is_started() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), base()).unwrap();
    let listed = Command::new("ls")
        .args(["-l", "/proc/self/fd"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("/proc/"), "{listed}");
    assert!(!listed.contains(dir.path().to_str().unwrap()), "{listed}");
    drop(store);
}

/// A file system of its own, of 3 MiB; `None` where only root may mount one, and this is not root.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs"])
            .arg(dir.path())
            .output();
        mounted
            .is_ok_and(|done| done.status.success())
            .then(|| Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).output();
    }
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let Some(disk) = Disk::mount() else {
        // The store's own bound is asked of every engine by the conformance suite.
        return;
    };
    let start = base();
    let now = start.plus_millis(1);
    let folder = disk.path().join("store");
    let store = open(&folder, start).unwrap();
    for n in 0..1000 {
        assert_eq!(insert(&store, n, now), Ok(true));
    }
    let ballast = disk.path().join("ballast");
    let _ = fs::write(&ballast, vec![1; 4 << 20]);
    let full = (1000..100_000).find(|n| insert(&store, *n, now) == Err(StoreError::Full));
    let full = full.unwrap_or_else(|| {
        panic!(
            "{:?} {:?}",
            insert(&store, 100_001, now),
            fs::metadata(&ballast)
        )
    });
    for n in 0..full {
        assert_eq!(insert(&store, n, now), Ok(false), "{n}");
    }
    // Nor can another be started beside it.
    let other = open(&disk.path().join("other"), now).err();
    assert_eq!(other, Some(StoreError::Full));
    fs::remove_file(&ballast).unwrap();
    assert_eq!(insert(&store, full, now), Ok(true));
    assert_eq!(insert(&store, full, now), Ok(false));
}

#[test]
fn a_read_only_disk_is_refused() {
    let Some(disk) = Disk::mount() else {
        return;
    };
    let folder = disk.path().join("store");
    let before = used(&folder);
    let remount = |how: &str| {
        let done = Command::new("mount")
            .args(["-o", how])
            .arg(disk.path())
            .status();
        assert!(done.unwrap().success());
    };
    remount("remount,ro");
    assert_eq!(open(&folder, before).err(), Some(StoreError::NotWritable));
    let missing = open(&disk.path().join("new"), before).err();
    assert_eq!(missing, Some(StoreError::FolderMissing));
    remount("remount,rw");
    let store = open(&folder, before).unwrap();
    assert_eq!(insert(&store, 1, before), Ok(false));
}

/// What another user is told than the one whose folder it is: as php-fpm is, on a fresh machine.
#[test]
fn what_is_another_users_is_refused_by_name() {
    use std::os::unix::process::CommandExt as _;
    // Root can be another user; others are one already.
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(dir.path(), 0o755);
    let theirs = dir.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    let root = std::os::unix::fs::MetadataExt::uid(&fs::metadata(&theirs).unwrap()) == 0;
    let program = dir.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    mode(&program, 0o755);
    let told = |folder: &Path| {
        let mut command = command(&program, "refused", folder.to_str().unwrap(), base());
        if root {
            command.uid(65_534).gid(65_534);
        }
        let output = command.current_dir("/").output().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let said = output.lines().find_map(|line| line.strip_prefix('@'));
        said.unwrap_or_else(|| panic!("{output}")).to_owned()
    };
    let (owned, missing) = if root {
        (theirs.clone(), theirs.join("new"))
    } else {
        ("/var".into(), "/var/lib/countersign-test".into())
    };
    assert_eq!(
        told(&owned),
        "the store's folder belongs to another user: change its owner to the user that runs PHP"
    );
    assert_eq!(
        told(&missing),
        "the store's folder cannot be created: create it for the user that runs PHP, with mode 0700"
    );
    if root {
        // Its own, but nothing can be written in it.
        let own = dir.path().join("own");
        fs::create_dir(&own).unwrap();
        mode(&own, 0o500);
        std::os::unix::fs::chown(&own, Some(65_534), None).unwrap();
        assert_eq!(
            told(&own),
            "the store's files cannot be written: check owner, mode and mount of the folder"
        );
    }
}
