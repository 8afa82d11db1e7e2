//! The current volume of the store in a folder: its data file, and when it was started.
//!
//! ```text
//! lock                     held (flock) while a process opens or starts the store
//! users                    held (shared flock) while a process has the store open; says where these processes run
//! current                  names the current data file and its machine; replaced by rename
//! store-….mdb, ….mdb-lock  the files of LMDB
//! ```
//!
//! A store that may have lost records is not repaired. A new volume with other file names replaces it. Processes
//! that have the old one open notice that `current` changed, and open the new one. An item that they accept until
//! then was issued before the new volume was started, or less than the clock tolerance after it, so the new
//! volume refuses it.
//!
//! A data file whose content was overwritten in place with an older copy is not recognised. The folder needs no backup;
//! if it is restored, it must be restored as a whole.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::identity::HostIdentity;
use super::system::io_error;
use crate::clock::Timestamp;
use crate::state_folder::open_file;
use crate::store::error::StoreError;

/// The first line of `current`. A store with another layout is not opened but replaced.
const LAYOUT: &str = "countersign store 3";

/// Distinguishes one version of `current` from another: device, inode and time of change. The time is ctime, which
/// cannot be set by restoring a file, unlike mtime.
pub(super) type Stamp = (u64, u64, i64, i64);

/// Device and inode of a folder.
pub(in crate::store) type FolderId = (u64, u64);

/// Distinguishes the files of a volume from copies of them: see [`facts`].
type FileFacts = [u64; 6];

/// The content of `current`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoreVolume {
    /// The name of the data file within the folder.
    pub(super) name: String,
    /// The watermark.
    pub(super) opened_at: Timestamp,
    /// The length of the data file and of its memory map, in bytes.
    pub(super) map_bytes: u64,
    /// Identifies the files.
    files: FileFacts,
}

/// Returns which folder a path leads to; `None` if it leads to none. The last part of the path must not be a link.
pub(in crate::store) fn folder_id(folder: &Path) -> Option<FolderId> {
    let about = fs::symlink_metadata(folder).ok()?;
    about.is_dir().then_some((about.dev(), about.ino()))
}

/// Returns the version of `current`; `None` if there is no such file.
pub(super) fn stamp(current: &Path) -> Option<Stamp> {
    let about = fs::symlink_metadata(current).ok()?;
    Some((about.dev(), about.ino(), about.ctime(), about.ctime_nsec()))
}

impl StoreVolume {
    /// Returns the volume in `folder`; `None` if there is none, if it belongs to another machine, or if its files
    /// were replaced.
    ///
    /// # Errors
    /// [`StoreError`] if the operating system does not read the file, perhaps only for a moment.
    pub(super) fn present(
        folder: &Path,
        identity: &HostIdentity,
    ) -> Result<Option<Self>, StoreError> {
        let mut text = String::new();
        let read = open_file(&folder.join("current"), OpenOptions::new().read(true))
            .and_then(|file| file.take(4096).read_to_string(&mut text));
        match read {
            Ok(_) => Ok(Self::parse(&text, folder, identity)),
            // Missing; not a regular file; not text.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::InvalidData
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(io_error(&error)),
        }
    }

    /// Reads the text of `current`, and compares it with the machine and the files.
    fn parse(text: &str, folder: &Path, identity: &HostIdentity) -> Option<Self> {
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

    /// Returns an unused name for the data file of the next volume.
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

    /// Returns the latest modification time of the store's files in `folder`. The watermark must not be earlier, even
    /// if the clock of the machine was reset by a restart and is not yet set.
    ///
    /// # Errors
    /// [`StoreError`] if the operating system does not list the folder, perhaps only for a moment.
    pub(super) fn latest_trace(folder: &Path) -> Result<Timestamp, StoreError> {
        let changed = |about: Metadata| {
            let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
            u64::try_from(since.as_millis()).ok()
        };
        let files = store_files(folder).map_err(|error| io_error(&error))?;
        let latest = files
            .iter()
            .filter_map(|path| changed(fs::symlink_metadata(path).ok()?))
            .max();
        Ok(Timestamp::from_millis(latest.unwrap_or(0)))
    }

    /// Makes the complete data file `name` the current one of `folder`, and removes all others.
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
        // A process that was killed may have left this file behind.
        let _ = fs::remove_file(&draft);
        open_file(&draft, OpenOptions::new().write(true).create_new(true))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&draft, folder.join("current")))
            .map_err(|error| io_error(&error))?;
        for path in store_files(folder).unwrap_or_default() {
            let kept = path.file_name().and_then(|file| file.to_str());
            if !kept.is_some_and(|file| file.starts_with(name)) {
                // A file that cannot be removed only takes disk space. The next volume tries again.
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

    /// Removes the files of a volume that could not be established.
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

fn store_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| is_store(name.strip_suffix("-lock").unwrap_or(name)))
        })
        .collect();
    Ok(files)
}

/// Returns what identifies the files of a volume, and the length of the data file.
///
/// A restored file may get the inode of the one that it replaces, so the time of creation is included where the file
/// system records it. A data file or lock file that was cut short would kill the process that maps it, so the lengths
/// are checked before the files are opened. A file with a second name may also be open under that name, perhaps in this
/// process, in which LMDB must not open a file twice.
fn facts(folder: &Path, name: &str) -> Option<(FileFacts, u64)> {
    let about = |name: &str| -> Option<Metadata> {
        let about = fs::symlink_metadata(folder.join(name)).ok()?;
        (about.is_file() && about.nlink() <= 1).then_some(about)
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

/// The length of a lock file: enough for the number of readers that `table` configures.
const LOCK_BYTES: usize = 72 << 10;

/// Writes the lock file for a new data file. LMDB would create a sparse file and write through a map, which ends in a
/// signal if the disk is full. Writing it here results in an error instead.
pub(super) fn reserve_lock(folder: &Path, name: &str) -> Result<(), StoreError> {
    let path = folder.join(format!("{name}-lock"));
    open_file(&path, OpenOptions::new().write(true).create_new(true))
        .and_then(|mut file| file.write_all(&[0; LOCK_BYTES]))
        .map_err(|error| io_error(&error))
}

/// Gives the data file its full length at once, as a sparse file. A read of the map then never lies beyond the end of
/// the file, and a full disk results in an error of a write instead of a signal.
pub(super) fn stretch(path: &Path, bytes: u64) -> Result<(), StoreError> {
    open_file(path, OpenOptions::new().write(true))
        .and_then(|file| file.set_len(bytes))
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::Corrupt,
            _ => io_error(&error),
        })
}
