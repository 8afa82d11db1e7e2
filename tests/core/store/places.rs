//! Which store a path leads to, and which machine or container may use it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::child_process::{
    Player, base, data_file, identity, insert, once, open, open_as, reset_by_another_process,
    store_files,
};
use countersign::clock::Timestamp;
use countersign::limit::Limit;
use countersign::store::{
    DEFAULT_MAP_BYTES, HostIdentity, LmdbStore, Store as _, StoreError, open_shared,
};

fn shared(folder: &Path, now: Timestamp) -> Arc<LmdbStore> {
    open_shared(folder, DEFAULT_MAP_BYTES, now).unwrap()
}

fn new_folder(dir: &Path, name: &str) -> PathBuf {
    let folder = dir.join(name);
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    folder
}

/// Returns how often this process has the file open. LMDB opens its data file twice.
fn descriptors(file: &Path) -> usize {
    let id = |about: fs::Metadata| (about.dev(), about.ino());
    let file = id(fs::metadata(file).unwrap());
    let entries = fs::read_dir("/proc/self/fd").unwrap().flatten();
    entries
        .filter(|entry| fs::metadata(entry.path()).is_ok_and(|about| id(about) == file))
        .count()
}

#[test]
fn another_spelling_leads_to_the_same_store() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let folder = new_folder(dir.path(), "x");
    new_folder(dir.path(), "y");
    std::os::unix::fs::symlink(dir.path(), dir.path().join("y/up")).unwrap();
    let store = shared(&folder, now);
    for spelling in ["./x", "y/../x", "x/.", "y/up/x", "y/up/y/up/x"] {
        let same = shared(&dir.path().join(spelling), now);
        assert!(Arc::ptr_eq(&store, &same), "{spelling}");
    }
    assert!(!Arc::ptr_eq(&store, &shared(&dir.path().join("y"), now)));
    assert_eq!(descriptors(&data_file(&folder)), 2);
}

#[test]
fn another_mount_of_a_folder_leads_to_the_same_store() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let folder = new_folder(dir.path(), "x");
    let mount = new_folder(dir.path(), "mount");
    let mounted = Command::new("mount")
        .arg("--bind")
        .args([&folder, &mount])
        .output();
    if !mounted.is_ok_and(|done| done.status.success()) {
        eprintln!("not run: only root can mount a folder");
        return;
    }
    let store = shared(&folder, now);
    let same = open_shared(&mount, DEFAULT_MAP_BYTES, now);
    let files = descriptors(&data_file(&folder));
    assert!(
        Command::new("umount")
            .arg(&mount)
            .status()
            .unwrap()
            .success()
    );
    assert!(Arc::ptr_eq(&store, &same.unwrap()));
    assert_eq!(files, 2);
}

#[test]
fn a_folder_in_the_place_of_another_has_its_own_store() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let (folder, old) = (new_folder(dir.path(), "x"), dir.path().join("old"));
    let before = shared(&folder, start);
    let used = start.plus_millis(10);
    assert_eq!(insert(&*before, 1, used), Ok(true));
    fs::rename(&folder, &old).unwrap();
    new_folder(dir.path(), "x");
    let now = start.plus_seconds(5);
    let next = shared(&folder, now);
    assert_eq!(next.status().unwrap().opened_at, now);
    assert_eq!(
        next.insert_once(&once(1, used), now),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(&*next, 1, now.plus_millis(1)), Ok(true));
    // An older handle follows its path, so that all processes that use the path agree.
    let again = insert(&*before, 1, now.plus_millis(1));
    assert_eq!(again, Ok(false));
    // The renamed folder is still the old store, and each file is open once.
    let renamed = shared(&old, now);
    assert_eq!(renamed.status().unwrap().opened_at, start);
    assert_eq!(renamed.insert_once(&once(1, used), now), Ok(false));
    for folder in [&folder, &old] {
        assert_eq!(descriptors(&data_file(folder)), 2);
    }
}

#[test]
fn a_file_is_not_opened_twice_when_folders_change_places() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let now = start.plus_millis(1);
    let [x, y] = ["x", "y"].map(|name| new_folder(dir.path(), name));
    let (in_x, in_y) = (shared(&x, start), shared(&y, start));
    assert_eq!(insert(&*in_x, 1, now), Ok(true));
    assert_eq!(insert(&*in_y, 2, now), Ok(true));
    let other = dir.path().join("other");
    fs::rename(&x, &other).unwrap();
    fs::rename(&y, &x).unwrap();
    fs::rename(&other, &y).unwrap();
    // The file that is now in x is still open as that of y. The handle waits until it is closed there.
    assert_eq!(insert(&*in_x, 2, now), Err(StoreError::Busy));
    assert_eq!(insert(&*shared(&x, now), 2, now), Ok(false));
    assert_eq!(insert(&*in_x, 2, now), Ok(false));
    assert_eq!(insert(&*in_y, 1, now), Ok(false));
    for folder in [&x, &y] {
        assert_eq!(descriptors(&data_file(folder)), 2);
    }
}

#[test]
fn a_copy_made_of_hard_links_is_another_store() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let folder = new_folder(dir.path(), "x");
    let store = shared(&folder, start);
    let used = start.plus_millis(1);
    assert_eq!(insert(&*store, 1, used), Ok(true));
    let copy = dir.path().join("copy");
    let copied = Command::new("cp")
        .arg("-al")
        .args([&folder, &copy])
        .status();
    assert!(copied.unwrap().success());
    let now = start.plus_seconds(5);
    let other = shared(&copy, now);
    assert_eq!(
        other.insert_once(&once(1, used), now),
        Err(StoreError::Restarted)
    );
    assert_eq!(insert(&*store, 1, used), Ok(false));
}

#[test]
fn a_script_that_opens_many_folders_does_not_keep_them_open() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let now = start.plus_millis(1);
    let kept = shared(&new_folder(dir.path(), "kept"), start);
    for n in 0..150_u64 {
        let store = open_shared(&new_folder(dir.path(), &n.to_string()), 1 << 20, start);
        assert_eq!(insert(&*store.unwrap(), n, now), Ok(true));
    }
    let open = (0..150).filter(|n| {
        let folder = dir.path().join(n.to_string());
        descriptors(&data_file(&folder)) > 0
    });
    assert!(open.count() <= 64);
    // A store that was closed is opened again with its records.
    assert_eq!(
        insert(&*shared(&dir.path().join("0"), now), 0, now),
        Ok(false)
    );
    assert_eq!(descriptors(&data_file(&dir.path().join("kept"))), 2);
    assert_eq!(insert(&*kept, 1, now), Ok(true));
    // A store whose folder is gone is closed with the next one that is opened.
    let gone = dir.path().join("149");
    let file = fs::File::open(data_file(&gone)).unwrap();
    fs::remove_dir_all(&gone).unwrap();
    shared(&new_folder(dir.path(), "next"), now);
    let inode = file.metadata().unwrap().ino();
    let entries = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let open = entries.filter(|entry| {
        fs::metadata(entry.path()).is_ok_and(|about| about.ino() == inode && about.nlink() == 0)
    });
    assert_eq!(open.count(), 1, "only the file that this test opened");
}

#[test]
fn the_size_of_the_latest_call_counts_when_a_store_is_started() {
    let dir = tempfile::tempdir().unwrap();
    let now = base();
    let folder = new_folder(dir.path(), "x");
    let size = || fs::metadata(data_file(&folder)).unwrap().len() >> 20;
    let store = open_shared(&folder, 1 << 20, now).unwrap();
    let same = open_shared(&folder, 3 << 20, now).unwrap();
    assert!(Arc::ptr_eq(&store, &same));
    assert_eq!(size(), 1, "a store that exists keeps its size");
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let restarted = insert(&*store, 1, now.plus_seconds(5));
    assert_eq!(restarted, Err(StoreError::Restarted));
    assert_eq!(size(), 3);
}

// ---- Machines and containers ----------------------------------------------------------------

const REFUSED: &str = "another machine or container has the store's folder open: give each a folder of its own, share machine-id and process namespace between containers, or use redis";

/// Says what a process of another machine gets that opens the folder.
fn elsewhere(folder: &Path, now: Timestamp) -> (Player, String) {
    let mut player = Player::start("elsewhere", folder.to_str().unwrap(), now, 0);
    let said = player.hear().unwrap();
    (player, said)
}

/// As [`elsewhere`], when nobody has the store open: see [`open_as`].
fn allowed_elsewhere(folder: &Path, now: Timestamp) -> (Player, String) {
    for _ in 0..100 {
        let (player, said) = elsewhere(folder, now);
        if said != REFUSED {
            return (player, said);
        }
        player.end();
    }
    panic!("still open");
}

#[test]
fn another_machine_is_refused_while_the_store_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let now = start.plus_millis(1);
    let store = open(dir.path(), start).unwrap();
    let limits = [Limit::new([7; 32], 2, 86_400_000).unwrap()];
    let admitted = || store.admit(&limits, now).unwrap().is_admitted();
    for expected in [true, true, false, false] {
        assert_eq!(admitted(), expected);
        let (player, said) = elsewhere(dir.path(), now);
        player.end();
        assert_eq!(said, REFUSED);
    }
    // Nothing was reset: the store goes on.
    assert_eq!(store.status().unwrap().opened_at, start);
    assert_eq!(store_files(dir.path()).len(), 2);
}

#[test]
fn another_machine_starts_an_empty_store_when_nobody_has_it_open() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let store = open(dir.path(), start).unwrap();
    assert_eq!(insert(&store, 1, start.plus_millis(1)), Ok(true));
    drop(store);
    let now = start.plus_seconds(5);
    let (mut player, said) = allowed_elsewhere(dir.path(), now);
    assert_eq!(said, format!("opened {}", now.millis()));
    // Now this machine is refused, until the other process ends. It is killed, so it cannot say that it ends.
    let refused = open(dir.path(), now).err();
    assert_eq!(refused, Some(StoreError::FolderInUse));
    assert_eq!(refused.unwrap().reason().code(), "store_unavailable");
    player.child.kill().unwrap();
    player.child.wait().unwrap();
    let later = now.plus_seconds(5);
    let store = open_as(dir.path(), &identity(), later).unwrap();
    assert_eq!(store.status().unwrap().opened_at, later);
}

#[test]
fn a_missing_machine_id_and_another_boot_are_told_apart_too() {
    for (boot, machine) in [("boot-1", ""), ("boot-2", "machine-1"), ("", "")] {
        let dir = tempfile::tempdir().unwrap();
        let now = base();
        let store = open(dir.path(), now).unwrap();
        let other = HostIdentity::new(boot, machine);
        let refused = LmdbStore::open(dir.path(), other, DEFAULT_MAP_BYTES, now).err();
        assert_eq!(refused, Some(StoreError::FolderInUse), "{boot} {machine}");
        assert_eq!(insert(&store, 1, now.plus_millis(1)), Ok(true));
    }
}

/// Another process of the same machine resets the store. Both still have it open afterwards.
#[test]
fn processes_that_follow_a_reset_still_keep_other_machines_out() {
    let dir = tempfile::tempdir().unwrap();
    let start = base();
    let folder = new_folder(dir.path(), "0");
    let store = open(&folder, start).unwrap();
    fs::remove_file(data_file(&folder)).unwrap();
    let now = start.plus_seconds(5);
    reset_by_another_process(dir.path(), now);
    // An idle process that did not yet notice the reset counts as well.
    let (player, said) = elsewhere(&folder, now);
    player.end();
    assert_eq!(said, REFUSED);
    assert_eq!(insert(&store, 2, now.plus_millis(1)), Ok(true));
    // So does one that followed.
    let (player, said) = elsewhere(&folder, now);
    player.end();
    assert_eq!(said, REFUSED);
    assert_eq!(store.status().unwrap().opened_at, now);
    // If the content of the folder is deleted meanwhile, the file of the lock is made again.
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let later = now.plus_seconds(5);
    assert_eq!(insert(&store, 2, later), Err(StoreError::Restarted));
    let (player, said) = elsewhere(&folder, later);
    player.end();
    assert_eq!(said, REFUSED);
}
