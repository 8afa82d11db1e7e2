//! The folder of the embedded store: reboots, restored and damaged files, other users.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::child_process::{
    Player, base, command, data_file, eight, identity, in_a_fork, insert, make, once, open,
    open_as, reset_by_another_process, store_files, sum,
};
use countersign::clock::{Clock as _, SKEW_MS, SystemClock, Timestamp};
use countersign::limit::Limit;
use countersign::state_folder::StateFolderError;
use countersign::store::{HostIdentity, LmdbStore, OneTimeUse, Origin, Store as _, StoreError};

use crate::support::role;

#[test]
fn eight_processes_that_open_at_once_start_one_store() {
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
    // While the reader exists, LMDB keeps the pages that it may read, and the file fills.
    assert_eq!(calls(0, 5000), Some(StoreError::Full));
    reader.child.kill().unwrap();
    reader.child.wait().unwrap();
    assert_eq!(calls(5000, 5000), None);
}

// ---- Forks ----------------------------------------------------------------------------------

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

/// Makes a store in which item 1 was used, closes it, and returns the moment of the use.
fn used(folder: &Path) -> Timestamp {
    let start = base();
    let now = start.plus_millis(10);
    let store = open(folder, start).unwrap();
    assert_eq!(insert(&store, 1, now), Ok(true));
    store.put(b"name", b"value").unwrap();
    assert_eq!(insert(&store, 1, now), Ok(false));
    now
}

/// Asserts that the store was reset at `now` and refuses items that were issued before.
fn assert_reset(store: &LmdbStore, before: Timestamp, now: Timestamp) {
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
fn a_store_that_is_opened_again_has_its_records() {
    let dir = tempfile::tempdir().unwrap();
    let before = used(dir.path());
    let store = open(dir.path(), before.plus_seconds(5)).unwrap();
    assert_eq!(
        store.insert_once(&once(1, before), before.plus_seconds(5)),
        Ok(false)
    );
    assert_eq!(store.get(b"name"), Ok(Some(b"value".to_vec())));
    assert_eq!(store.status().unwrap().opened_at.plus_millis(10), before);
    // The latest moment is remembered too.
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
fn a_reboot_or_a_cloned_machine_resets_the_store() {
    for identity in [
        HostIdentity::new("boot-2", "machine-1"),
        HostIdentity::new("boot-1", "machine-2"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let before = used(dir.path());
        let now = before.plus_seconds(5);
        let store = open_as(dir.path(), &identity, now).unwrap();
        assert_reset(&store, before, now);
        assert_eq!(store_files(dir.path()).len(), 2, "the old files are gone");
    }
}

#[test]
fn a_clock_reset_by_a_reboot_does_not_move_the_watermark_back() {
    let dir = tempfile::tempdir().unwrap();
    let real = SystemClock.now();
    drop(open(dir.path(), real).unwrap());
    let old = Timestamp::from_seconds(1000);
    let identity = HostIdentity::new("boot-2", "machine-1");
    let store = open_as(dir.path(), &identity, old).unwrap();
    assert!(store.status().unwrap().opened_at >= real);
    assert_eq!(insert(&store, 1, old), Err(StoreError::ClockStepped));
}

#[test]
fn a_restored_file_resets_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let backup = tempfile::tempdir().unwrap();
    let before = used(dir.path());
    for name in ["data", "lock file"] {
        let files = store_files(dir.path());
        let file = &files[usize::from(name == "lock file")];
        // The copy has another inode, as after tar, rsync or cp --remove-destination.
        let copy = backup.path().join("copy");
        fs::copy(file, &copy).unwrap();
        fs::rename(&copy, file).unwrap();
        let now = before.plus_seconds(5 + name.len() as u64 * 10);
        assert_reset(&open(dir.path(), now).unwrap(), before, now);
    }
}

#[test]
fn a_folder_restored_under_a_running_process_resets_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("store");
    make(&folder);
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
    // An operation without `now` cannot start a store and fails; one with `now` starts it.
    assert_eq!(store.get(b"name"), Err(StoreError::Replaced));
    let now = start.plus_seconds(5);
    assert_eq!(
        store.insert_once(&once(1, before), now),
        Err(StoreError::Restarted)
    );
    assert_reset(&store, before, now);
}

#[test]
fn running_processes_follow_to_a_new_volume() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    // The folder that the other process opens first.
    let folder = dir.path().join("0");
    make(&folder);
    let store = open(&folder, start).unwrap();
    assert_eq!(insert(&store, 1, start.plus_millis(10)), Ok(true));
    // The data file vanishes. Another process resets the store and uses item 1 there.
    fs::remove_file(data_file(&folder)).unwrap();
    let now = start.plus_seconds(5);
    reset_by_another_process(dir.path(), now);
    assert_eq!(store.get(b"name"), Err(StoreError::Replaced));
    let later = now.plus_seconds(2);
    assert_eq!(insert(&store, 1, later), Ok(false));
    assert_eq!(store.get(b"name"), Ok(None));
    assert_eq!(store.status().unwrap().opened_at, now);
}

#[test]
fn a_deleted_folder_is_refused_until_it_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("store");
    make(&folder);
    let start = base();
    let store = open(&folder, start).unwrap();
    assert_eq!(insert(&store, 1, start.plus_millis(1)), Ok(true));
    fs::remove_dir_all(&folder).unwrap();
    let now = start.plus_seconds(5);
    let missing = Err(StoreError::Folder(StateFolderError::Missing));
    assert_eq!(insert(&store, 1, now), missing);
    assert!(!folder.exists());
    make(&folder);
    assert_eq!(
        store.insert_once(&once(1, start.plus_millis(1)), now),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(&store, 2, now.plus_millis(1)), Ok(true));
}

#[test]
fn a_deleted_folder_of_a_user_in_a_shared_folder_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o1733)).unwrap();
    let start = base();
    if !is_root(dir.path()) {
        let refused = Some(StoreError::Folder(StateFolderError::Writable));
        assert_eq!(open(dir.path(), start).err(), refused);
        return;
    }
    let store = open(dir.path(), start).unwrap();
    let folder = dir.path().join("user-0");
    assert_eq!(store_files(&folder).len(), 2);
    assert_eq!(insert(&store, 1, start.plus_millis(1)), Ok(true));
    fs::remove_dir_all(&folder).unwrap();
    let now = start.plus_seconds(5);
    assert_eq!(
        store.insert_once(&once(1, start.plus_millis(1)), now),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(&store, 2, now.plus_millis(1)), Ok(true));
    // If the shared folder becomes one of this user alone, the store is elsewhere: it is refused, not started there.
    fs::remove_dir_all(&folder).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let later = now.plus_seconds(1);
    assert_eq!(insert(&store, 3, later), Err(StoreError::Replaced));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Returns whether root owns a file that this process has just made.
fn is_root(path: &Path) -> bool {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(path).unwrap()) == 0
}

// ---- Damage ---------------------------------------------------------------------------------

#[test]
fn damaged_files_and_other_layouts_reset_the_store() {
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
        assert_reset(&store, before, now);
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
fn files_are_accessible_to_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("store");
    make(&folder);
    used(&folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert_eq!(files.len(), 5, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_process_cannot_open_a_folder_twice() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), base()).unwrap();
    assert_eq!(open(dir.path(), base()).err(), Some(StoreError::Busy));
    drop(store);
    assert!(open(dir.path(), base()).is_ok());
}

#[test]
fn a_folder_that_other_users_can_write_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("wide");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
    assert_eq!(
        open(&folder, base()).err(),
        Some(StoreError::Folder(StateFolderError::Writable))
    );
}

// ---- What the operating system refuses ------------------------------------------------------

#[test]
fn a_started_program_inherits_no_file_of_the_store() {
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

/// A separate file system of 3 MiB. Only root can mount one.
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
fn a_full_disk_is_refused_until_there_is_room() {
    let Some(disk) = Disk::mount() else {
        // Not root. The size limit of the store itself is tested by the conformance suite.
        return;
    };
    let start = base();
    let now = start.plus_millis(1);
    let folder = disk.path().join("store");
    make(&folder);
    make(&disk.path().join("other"));
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
    // Another store on the same disk cannot be started either.
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
    make(&folder);
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
    let expected = StoreError::Folder(StateFolderError::Missing);
    assert_eq!(missing, Some(expected));
    remount("remount,rw");
    let store = open(&folder, before).unwrap();
    assert_eq!(insert(&store, 1, before), Ok(false));
}

/// A process of another user gets a message that says what to do, like php-fpm on a newly installed machine.
#[test]
fn a_folder_of_another_user_is_refused_with_a_message() {
    use std::os::unix::process::CommandExt as _;
    // Root runs the program as another user. Any other user takes a folder of root.
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(dir.path(), 0o755);
    let theirs = dir.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    let root = is_root(&theirs);
    let program = role::program_in(dir.path());
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
        "the state folder belongs to another user: make the user that runs PHP its owner, or root with mode 1733"
    );
    assert_eq!(
        told(&missing),
        "the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`"
    );
    if root {
        // A folder of the user in which nothing can be written.
        let own = dir.path().join("own");
        fs::create_dir(&own).unwrap();
        mode(&own, 0o500);
        std::os::unix::fs::chown(&own, Some(65_534), None).unwrap();
        assert_eq!(
            told(&own),
            "the store's files cannot be written: check owner and mode of the folder and its files, and the mount"
        );
    }
}
