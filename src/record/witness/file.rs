//! A witness in a file of the state folder: mode 0600, always replaced as a whole, and synced to disk.

use std::cell::RefCell;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::WitnessError;
use super::interface::{Witness, WitnessChange, WitnessPlace};
use super::owner::WitnessOf;
use super::table::{AROUND, ENTRY, MAX_ENTRIES, WitnessTable};
use crate::clock::{Clock as _, SystemClock};
use crate::state_folder::{StateFolder, StateFolderError, is_limit_of_open_files, open_file};

/// The greatest length of a witness, in bytes.
const MAX_BYTES: usize = AROUND + MAX_ENTRIES * ENTRY;

/// The number of witnesses that a thread remembers.
const KEPT: usize = 16;

/// How long ago a file must have been changed to be remembered. A later change in the same tick of the file system's clock
/// would have the same time.
const SETTLED_MILLIS: i64 = 50;

/// A witness in a file.
pub(super) struct WitnessFile {
    folder: PathBuf,
    name: String,
    of: WitnessOf,
}

/// A witness that this thread has read. The file is kept open, so that no other file can get its number: while the path
/// leads to the same file, its content is the same too.
struct Remembered {
    folder: PathBuf,
    of: WitnessOf,
    path: PathBuf,
    file: File,
    about: FileIdentity,
    table: Arc<WitnessTable>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct FileIdentity {
    place: (u64, u64),
    size: u64,
    changed: (i64, i64),
}

impl FileIdentity {
    fn of(about: &Metadata) -> Self {
        Self {
            place: (about.dev(), about.ino()),
            size: about.size(),
            // Not the time of modification, which a program can set.
            changed: (about.ctime(), about.ctime_nsec()),
        }
    }

    fn is_settled(self) -> bool {
        let (seconds, nanos) = self.changed;
        let settled = seconds * 1000 + nanos / 1_000_000 + SETTLED_MILLIS;
        i64::try_from(SystemClock.now().millis()).is_ok_and(|now| now >= settled)
    }
}

thread_local! {
    /// The witnesses that this thread has read, the latest one last.
    static REMEMBERED: RefCell<Vec<Remembered>> = const { RefCell::new(Vec::new()) };
}

fn failed(error: &io::Error) -> WitnessError {
    match error.kind() {
        _ if is_limit_of_open_files(error) => StateFolderError::OpenFiles.into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StateFolderError::Full.into(),
        kind => WitnessError::System(kind),
    }
}

/// Writes the entries of a folder to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A lock that is released when dropped. Closing the file would not be enough if another thread has forked meanwhile: the
/// child has a copy of the descriptor.
struct WitnessLock(File);

impl Drop for WitnessLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl WitnessFile {
    pub(super) fn new(folder: &Path, of: WitnessOf) -> Self {
        Self {
            folder: folder.to_owned(),
            name: format!("witness-{}", of.word()),
            of,
        }
    }

    fn read_in(&self, folder: &Path) -> Result<Option<Arc<WitnessTable>>, WitnessError> {
        let path = folder.join(&self.name);
        let file = match open_file(&path, OpenOptions::new().read(true)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(WitnessError::Access);
            }
            Err(error) => return Err(failed(&error)),
        };
        let about = file.metadata().map_err(|error| failed(&error))?;
        if about.mode() & 0o077 != 0 {
            return Err(WitnessError::Access);
        }
        let mut bytes = Vec::new();
        (&file)
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        let table = Arc::new(WitnessTable::decode(&bytes, &self.of)?);
        let about = FileIdentity::of(&about);
        if about.is_settled() {
            self.remember(Remembered {
                folder: self.folder.clone(),
                of: self.of,
                path,
                file,
                about,
                table: Arc::clone(&table),
            });
        }
        Ok(Some(table))
    }

    fn remember(&self, new: Remembered) {
        REMEMBERED.with_borrow_mut(|all| {
            all.retain(|old| !self.is_of(old));
            if all.len() >= KEPT {
                all.remove(0);
            }
            all.push(new);
        });
    }

    fn is_of(&self, remembered: &Remembered) -> bool {
        remembered.of == self.of && remembered.folder == self.folder
    }

    fn remembered(&self) -> Option<Arc<WitnessTable>> {
        REMEMBERED.with_borrow(|all| {
            let known = all.iter().rev().find(|known| self.is_of(known))?;
            let about = fs::symlink_metadata(&known.path).ok()?;
            let _open = &known.file;
            (FileIdentity::of(&about) == known.about && about.mode() & 0o077 == 0)
                .then(|| Arc::clone(&known.table))
        })
    }

    /// Locks the file while it is replaced. The kernel releases the lock when the process ends.
    fn lock(&self, folder: &Path) -> io::Result<WitnessLock> {
        let path = folder.join(format!("{}.lock", self.name));
        let mut options = OpenOptions::new();
        let file = open_file(&path, options.create(true).truncate(false).write(true))?;
        file.lock()?;
        Ok(WitnessLock(file))
    }

    fn replace(&self, folder: &Path, bytes: &[u8]) -> io::Result<()> {
        let fresh = folder.join(format!("{}.new", self.name));
        // A process that was killed may have left this file behind. No other process writes it while this one holds the
        // lock.
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = open_file(&fresh, OpenOptions::new().create_new(true).write(true))?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if let Err(error) = written {
            let _ = fs::remove_file(&fresh);
            return Err(error);
        }
        fs::rename(&fresh, folder.join(&self.name))?;
        sync(folder)
    }
}

impl Witness for WitnessFile {
    fn read(&self) -> Result<Option<Arc<WitnessTable>>, WitnessError> {
        if let Some(table) = self.remembered() {
            return Ok(Some(table));
        }
        match StateFolder::find(&self.folder)? {
            Some(folder) => self.read_in(folder.path()),
            None => Ok(None),
        }
    }

    fn update(&self, replaces: bool, change: WitnessChange<'_>) -> Result<(), WitnessError> {
        let folder = StateFolder::open(&self.folder)?;
        let folder = folder.path();
        let _lock = self.lock(folder).map_err(|error| failed(&error))?;
        let old = match self.read_in(folder) {
            Err(WitnessError::Damaged | WitnessError::Access) if replaces => None,
            other => other?,
        };
        let Some(new) = change(old.as_deref()) else {
            // The process that wrote it may have ended before it was on the disk.
            return sync(folder).map_err(|error| failed(&error));
        };
        let bytes = new.encode(&self.of)?;
        self.replace(folder, &bytes).map_err(|error| failed(&error))
    }

    fn place(&self) -> WitnessPlace {
        WitnessPlace {
            word: "file",
            keeps_data: Some(true),
        }
    }
}
