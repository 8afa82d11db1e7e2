//! Which file is the store, and since when.
//!
//! ```text
//! lock                   held (flock) while a process opens or starts the store
//! current                which file is the store, and of which machine: replaced by rename
//! store-….mdb, ….mdb-lock  LMDB's files
//! ```
//!
//! A store that may have lost something is not repaired but followed by a new generation in files of
//! another name. Processes that have the old one open see `current` change and follow; until they do,
//! what they accept was issued before the new generation started, or within the skew of it, and is
//! refused there.
//!
//! A store copied over its own file, in place, cannot be told from the store. Restore the folder as a
//! whole, or not at all: it holds nothing worth a backup.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::folder::io_error;
use super::{HostIdentity, StoreError};
use crate::clock::Timestamp;

/// The first line of `current`: another layout is another store.
const LAYOUT: &str = "countersign store 3";

/// How long to wait for another process to finish opening the store, which takes about a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);

/// What tells one `current` from another: inode and time of change (ctime), which unlike mtime no
/// restore can set.
pub(super) type Stamp = (u64, i64, i64);

type FileFacts = [u64; 6];

/// What `current` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generation {
    /// The data file's name within the folder.
    pub(super) name: String,
    /// The watermark.
    pub(super) opened_at: Timestamp,
    /// The data file's length, which is that of the memory map.
    pub(super) map_bytes: u64,
    /// What identifies the files: see [`facts`].
    files: FileFacts,
}

/// The folder's lock; released when dropped, and by the kernel when its holder dies.
pub(super) struct FolderLock(#[allow(dead_code)] File);

impl FolderLock {
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("lock");
        if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
            return Err(StoreError::NotWritable);
        }
        let file = private(OpenOptions::new().read(true).write(true).create(true))
            .open(path)
            .map_err(|error| io_error(&error))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
                Err(TryLockError::Error(error)) => return Err(io_error(&error)),
            }
        }
    }
}

/// A file for this user alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// The state of `current`; `None` if there is none.
pub(super) fn stamp(current: &Path) -> Option<Stamp> {
    let about = fs::symlink_metadata(current).ok()?;
    Some((about.ino(), about.ctime(), about.ctime_nsec()))
}

impl Generation {
    /// The generation in `folder`, if it is this machine's and its files are those it was made of.
    pub(super) fn present(folder: &Path, identity: &HostIdentity) -> Option<Self> {
        let mut text = String::new();
        let file = File::open(folder.join("current")).ok()?;
        file.take(4096).read_to_string(&mut text).ok()?;
        let mut lines = text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        if field("layout")? != LAYOUT
            || field("boot")? != identity.boot()
            || field("machine")? != identity.machine()
        {
            return None;
        }
        let name = field("file").filter(|name| is_store(name))?.to_owned();
        let opened_at = Timestamp::from_millis(field("opened")?.parse().ok()?);
        let map_bytes = field("bytes")?.parse().ok()?;
        let mut files = FileFacts::default();
        for (value, word) in files.iter_mut().zip(field("files")?.split(' ')) {
            *value = word.parse().ok()?;
        }
        let (facts, length) = facts(folder, &name)?;
        (facts == files && length == map_bytes).then_some(Self {
            name,
            opened_at,
            map_bytes,
            files,
        })
    }

    /// A name for the next generation's files: none that exists.
    pub(super) fn fresh_name(folder: &Path, now: Timestamp) -> String {
        (0_u32..)
            .map(|n| {
                format!(
                    "store-{:x}-{:x}-{n:x}.mdb",
                    now.millis(),
                    std::process::id()
                )
            })
            .find(|name| {
                let names = [name.clone(), format!("{name}-lock")];
                names
                    .iter()
                    .all(|name| fs::symlink_metadata(folder.join(name)).is_err())
            })
            .unwrap_or_default()
    }

    /// The latest moment that the files in `folder` speak of: their times of change. A clock that
    /// starts over with the machine, before it is set, must not put the watermark into the past.
    pub(super) fn latest_trace(folder: &Path) -> Timestamp {
        let changed = |about: Metadata| {
            let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
            u64::try_from(since.as_millis()).ok()
        };
        let latest = store_files(folder)
            .iter()
            .filter_map(|path| changed(fs::symlink_metadata(path).ok()?))
            .max();
        Timestamp::from_millis(latest.unwrap_or(0))
    }

    /// Makes the file `name`, already a whole store, the one of `folder`, and removes all others.
    pub(super) fn establish(
        folder: &Path,
        identity: &HostIdentity,
        name: &str,
        opened_at: Timestamp,
    ) -> Result<Self, StoreError> {
        let (files, map_bytes) = facts(folder, name).ok_or(StoreError::Corrupt)?;
        let words: Vec<String> = files.iter().map(u64::to_string).collect();
        let text = format!(
            "layout {LAYOUT}\nboot {}\nmachine {}\nfile {name}\nopened {}\nbytes {map_bytes}\n\
             files {}\n",
            identity.boot(),
            identity.machine(),
            opened_at.millis(),
            words.join(" "),
        );
        let draft = folder.join("current.new");
        private(OpenOptions::new().write(true).create(true).truncate(true))
            .open(&draft)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&draft, folder.join("current")))
            .map_err(|error| io_error(&error))?;
        for path in store_files(folder) {
            let kept = path.file_name().and_then(|file| file.to_str());
            if !kept.is_some_and(|file| file.starts_with(name)) {
                // A file that stays costs disk only; the next generation tries again.
                let _ = fs::remove_file(path);
            }
        }
        Ok(Self {
            name: name.to_owned(),
            opened_at,
            map_bytes,
            files,
        })
    }

    /// Removes the files of a generation that was not established.
    pub(super) fn discard(folder: &Path, name: &str) {
        let _ = fs::remove_file(folder.join(name));
        let _ = fs::remove_file(folder.join(format!("{name}-lock")));
    }
}

fn is_store(name: &str) -> bool {
    name.strip_prefix("store-")
        .and_then(|name| name.strip_suffix(".mdb"))
        .is_some_and(|id| id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'))
}

fn store_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| is_store(name.strip_suffix("-lock").unwrap_or(name)))
        })
        .collect()
}

/// What identifies the files of a generation, and the data file's length.
///
/// A restored file may be given the inode of the one it replaces, so its time of birth counts too,
/// where the file system knows it. A data file that was cut short would kill the process that maps
/// it, so its length is known before it is opened; so for the lock file.
fn facts(folder: &Path, name: &str) -> Option<(FileFacts, u64)> {
    let about = |name: &str| -> Option<Metadata> {
        let about = fs::symlink_metadata(folder.join(name)).ok()?;
        about.is_file().then_some(about)
    };
    let born = |about: &Metadata| {
        let since = about.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_nanos()).ok()
    };
    let (data, lock) = (about(name)?, about(&format!("{name}-lock"))?);
    let facts = [
        data.dev(),
        data.ino(),
        born(&data).unwrap_or(0),
        lock.ino(),
        born(&lock).unwrap_or(0),
        lock.len(),
    ];
    Some((facts, data.len()))
}

/// The length of a lock file: LMDB finds room in it for as many readers as `table` asks for.
const LOCK_BYTES: usize = 72 << 10;

/// Writes the lock file of a data file that is to be made. LMDB would make a hole of it and write into
/// its map, which on a full disk ends in a signal; here it is an error.
pub(super) fn reserve_lock(folder: &Path, name: &str) -> Result<(), StoreError> {
    private(OpenOptions::new().write(true).create_new(true))
        .open(folder.join(format!("{name}-lock")))
        .and_then(|mut file| file.write_all(&[0; LOCK_BYTES]))
        .map_err(|error| io_error(&error))
}

/// Gives the file its full length at once, as a hole: a read of the map then never lies beyond the
/// file's end, and a disk that is full shows as an error of a write instead of as a signal.
pub(super) fn stretch(path: &Path, bytes: u64) -> Result<(), StoreError> {
    OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|file| file.set_len(bytes))
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::Corrupt,
            _ => io_error(&error),
        })
}
