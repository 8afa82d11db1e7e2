//! The file of a sealing key: outside the database, one for each log, mode 0600, always replaced as a whole.
//!
//! Unlike the store it must survive a reboot, so it is synced to disk. The bytes of the old key are overwritten before
//! the old file is removed. A copy-on-write file system, a journal or a backup may still hold them: an attacker who
//! reads such a copy can forge seals from the epoch of that copy on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::append::Head;
use super::seal::{FirstKey, Seal, Sealer};
use crate::bytes::{hex, sha256};
use crate::clock::Timestamp;
use crate::path::{AbsolutePath, PathError};
use crate::reason::Reason;
use crate::secret::Secret;
use crate::state_folder::{StateFolder, StateFolderError, is_limit_of_open_files, open_file};

/// The number of bytes that are read at most.
const MAX_FILE: u64 = 4096;

/// The file of one log's sealing key.
#[derive(Debug, Clone)]
pub struct SealFile {
    folder: PathBuf,
    name: String,
    origin: String,
}

/// Why the sealing key's file could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealFileError {
    /// The file is damaged, a symbolic link, accessible to others, or missing although the log is sealed.
    #[error("the sealing key's file is missing, damaged or accessible to other users")]
    Unusable,
    /// The seals are not the next ones of this key.
    #[error("the seals are not the next ones of this key")]
    Order,
    /// The path of the folder is not one that may be used.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The state folder cannot be used.
    #[error(transparent)]
    Folder(#[from] StateFolderError),
    /// The length of an epoch is outside its range.
    #[error("an epoch must be 60 seconds to 31 days long")]
    Length,
    /// The operating system refused an operation on the file.
    #[error("the operating system refused an operation on the sealing key's file: {0}")]
    System(io::ErrorKind),
}

impl SealFileError {
    /// Returns why sealing failed, or `None` if the caller passed a length that is out of range.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Length => None,
            Self::Unusable | Self::Order | Self::Path(_) | Self::Folder(_) | Self::System(_) => {
                Some(Reason::SealUnusable)
            }
        }
    }
}

fn failed(error: &io::Error) -> SealFileError {
    if is_limit_of_open_files(error) {
        return SealFileError::Folder(StateFolderError::OpenFiles);
    }
    SealFileError::System(error.kind())
}

/// A lock that is released when dropped. Closing the file would not be enough if another thread has forked meanwhile: the
/// child has a copy of the descriptor.
struct SealLock(File);

impl Drop for SealLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl SealFile {
    /// Names the file of the log `origin` in the state folder `folder`. It is found and checked at each use.
    #[must_use]
    pub fn new(folder: &AbsolutePath<'_>, origin: &str) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = sha256(origin.as_bytes());
        Self {
            folder: folder.as_path().to_owned(),
            name: format!("seal-{}", hex(&[a, b, c, d, e, f, g, h])),
            origin: origin.to_owned(),
        }
    }

    /// Reads the current key. Returns `None` if the log is not sealed. It makes nothing and takes no lock.
    ///
    /// # Errors
    /// [`SealFileError::Folder`] for a state folder that is missing or cannot be used; [`SealFileError::Unusable`] for a
    /// file that is damaged, a symbolic link or accessible to others; [`SealFileError::System`] when it cannot be read.
    pub fn read(&self) -> Result<Option<Sealer>, SealFileError> {
        match StateFolder::find(&self.folder)? {
            Some(folder) => self.read_in(folder.path()),
            None => Ok(None),
        }
    }

    fn read_in(&self, folder: &Path) -> Result<Option<Sealer>, SealFileError> {
        let path = folder.join(&self.name);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
            Ok(about) if !about.is_file() || about.mode() & 0o077 != 0 => {
                return Err(SealFileError::Unusable);
            }
            Ok(_) => {}
        }
        let mut text = zeroize::Zeroizing::new(String::new());
        let file =
            open_file(&path, OpenOptions::new().read(true)).map_err(|error| failed(&error))?;
        file.take(MAX_FILE)
            .read_to_string(&mut text)
            .map_err(|error| failed(&error))?;
        Sealer::from_state(&text, &self.origin)
            .map(Some)
            .map_err(|_| SealFileError::Unusable)
    }

    /// Begins to seal and returns the first key, to be shown once. Returns `None` if the log is already sealed.
    ///
    /// # Errors
    /// [`SealFileError::Length`] unless `seconds` is from 60 to 31 days; otherwise as [`SealFile::read`], and
    /// [`SealFileError::System`] when the file cannot be written.
    pub fn enroll(
        &self,
        start: Timestamp,
        seconds: u32,
        key: Secret<32>,
    ) -> Result<Option<FirstKey>, SealFileError> {
        let (sealer, first) =
            Sealer::enroll(&self.origin, start, seconds, key).map_err(|_| SealFileError::Length)?;
        let folder = StateFolder::open(&self.folder)?;
        let _lock = self.lock(folder.path())?;
        if self.read_in(folder.path())?.is_some() {
            return Ok(None);
        }
        self.write(folder.path(), &sealer)?;
        Ok(Some(first))
    }

    /// Returns the seals that are due under `head` at `now`, oldest first. The list is empty if the log is not sealed.
    /// It makes nothing and takes no lock.
    ///
    /// # Errors
    /// As [`SealFile::read`].
    pub fn due(&self, head: &Head, now: Timestamp) -> Result<Vec<Seal>, SealFileError> {
        let sealer = self.read()?;
        Ok(sealer.map_or_else(Vec::new, |sealer| sealer.due(head, now)))
    }

    /// Moves past seals that were committed to the database, and erases their keys. Seals that were passed before are
    /// ignored. If the log is not sealed, makes nothing.
    ///
    /// # Errors
    /// [`SealFileError::Unusable`] when the log is not sealed; [`SealFileError::Order`] when the seals are not the next
    /// ones of this key; otherwise as [`SealFile::read`], and [`SealFileError::System`] when the file cannot be written.
    pub fn advance(&self, seals: &[Seal]) -> Result<(), SealFileError> {
        let folder = StateFolder::find(&self.folder)?.ok_or(SealFileError::Unusable)?;
        let folder = folder.path();
        self.read_in(folder)?.ok_or(SealFileError::Unusable)?;
        let _lock = self.lock(folder)?;
        let mut sealer = self.read_in(folder)?.ok_or(SealFileError::Unusable)?;
        let before = sealer.epoch();
        for seal in seals {
            sealer.advance(seal).map_err(|_| SealFileError::Order)?;
        }
        if sealer.epoch() == before {
            return Ok(());
        }
        self.write(folder, &sealer)
    }

    /// Locks the file while it is replaced. The kernel releases the lock when the process ends.
    fn lock(&self, folder: &Path) -> Result<SealLock, SealFileError> {
        let path = folder.join(format!("{}.lock", self.name));
        let mut options = OpenOptions::new();
        let file = open_file(&path, options.create(true).truncate(false).write(true))
            .map_err(|error| failed(&error))?;
        file.lock().map_err(|error| failed(&error))?;
        Ok(SealLock(file))
    }

    fn write(&self, folder: &Path, sealer: &Sealer) -> Result<(), SealFileError> {
        self.replace(folder, sealer).map_err(|error| failed(&error))
    }

    fn replace(&self, folder: &Path, sealer: &Sealer) -> io::Result<()> {
        let path = folder.join(&self.name);
        let fresh = folder.join(format!("{}.new", self.name));
        // A process that was killed may have left this file behind. No other process writes it while this one holds the
        // lock.
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let state = sealer.to_state();
        let mut file = open_file(&fresh, OpenOptions::new().create_new(true).write(true))?;
        file.write_all(state.as_bytes())?;
        file.sync_all()?;
        let old = open_file(&path, OpenOptions::new().write(true)).ok();
        fs::rename(&fresh, &path)?;
        File::open(folder)?.sync_all()?;
        if let Some(mut old) = old {
            // The old key must not remain readable on the disk. The new key is in place, so a failure here loses nothing.
            let length = old.metadata().map_or(0, |about| about.len().min(MAX_FILE));
            let zeroes = vec![0; usize::try_from(length).unwrap_or(0)];
            let _ = old.write_all(&zeroes).and_then(|()| old.sync_all());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    const ORIGIN: &str = "shop.example/0101010101010101/audit";
    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn seal_file(folder: &Path, origin: &str) -> SealFile {
        SealFile::new(&AbsolutePath::parse(folder, "the folder").unwrap(), origin)
    }

    #[test]
    fn old_key_is_erased_from_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let file = seal_file(folder.path(), ORIGIN);
        assert!(file.read().unwrap().is_none());
        let key = || Secret::new([7; 32]);
        assert!(file.enroll(START, 1, key()).is_err());
        assert!(file.enroll(START, 60, key()).unwrap().is_some());
        assert!(file.enroll(START, 60, key()).unwrap().is_none());
        let path = folder.path().join(&file.name);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        // A second link to the old file shows what happens to its bytes.
        let kept = folder.path().join("kept");
        fs::hard_link(&path, &kept).unwrap();
        let seals = file
            .read()
            .unwrap()
            .unwrap()
            .due(&Head::default(), START.plus_seconds(121));
        assert_eq!(seals.len(), 2);
        file.advance(&seals).unwrap();
        file.advance(&seals).unwrap();
        assert_eq!(file.read().unwrap().unwrap().epoch(), 2);
        assert!(fs::read(&kept).unwrap().iter().all(|byte| *byte == 0));
        assert!(seal_file(folder.path(), "other").read().unwrap().is_none());
    }

    #[test]
    fn file_accessible_to_others_or_linked_or_damaged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = seal_file(folder.path(), ORIGIN);
        file.enroll(START, 60, Secret::new([7; 32])).unwrap();
        let path = folder.path().join(&file.name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(file.read().err(), Some(SealFileError::Unusable));
        let elsewhere = folder.path().join("elsewhere");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(file.read().err(), Some(SealFileError::Unusable));
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(file.read().err(), Some(SealFileError::Unusable));
        assert_eq!(file.advance(&[]), Err(SealFileError::Unusable));
    }

    #[test]
    fn folder_is_never_made_and_must_belong_to_this_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        let make = |name: &str, mode| {
            let folder = dir.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            folder
        };
        let plain = dir.path().join("plain");
        fs::write(&plain, b"").unwrap();
        let folder = |error| Err(SealFileError::Folder(error));
        for (path, expected) in [
            (make("own", 0o700), Ok(true)),
            (make("readable", 0o755), Ok(true)),
            (make("group", 0o720), folder(StateFolderError::Writable)),
            (make("others", 0o702), folder(StateFolderError::Writable)),
            (dir.path().join("new"), folder(StateFolderError::Missing)),
            (dir.path().join("a/b"), folder(StateFolderError::Missing)),
            (plain, folder(StateFolderError::NotFolder)),
        ] {
            let file = seal_file(&path, ORIGIN);
            // A folder that cannot be used does not count as a log that is not sealed.
            let before = file.read().map(|sealer| sealer.is_none());
            assert_eq!(before, expected, "{}", path.display());
            let unsealed = expected.and(Err(SealFileError::Unusable));
            assert_eq!(file.advance(&[]), unsealed, "{}", path.display());
            if let Ok(entries) = fs::read_dir(&path) {
                assert_eq!(entries.count(), 0, "{}", path.display());
            }
            let made = file.enroll(START, 60, Secret::new([7; 32]));
            assert_eq!(made.map(|first| first.is_some()), expected);
        }
        assert!(!dir.path().join("new").exists() && !dir.path().join("a").exists());
    }

    #[test]
    fn key_lies_in_the_folder_of_this_user_if_many_users_share_the_state_folder() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode));
        mode(0o1733).unwrap();
        let file = seal_file(dir.path(), ORIGIN);
        if fs::metadata(dir.path()).unwrap().uid() != 0 {
            // Only a folder of root may be shared.
            let refused = SealFileError::Folder(StateFolderError::Writable);
            assert_eq!(file.read().err(), Some(refused));
            return;
        }
        assert!(file.read().unwrap().is_none());
        assert!(file.due(&Head::default(), START).unwrap().is_empty());
        assert_eq!(file.advance(&[]), Err(SealFileError::Unusable));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let made = file.enroll(START, 60, Secret::new([7; 32]));
        assert!(made.unwrap().is_some());
        assert!(file.read().unwrap().is_some());
        assert!(dir.path().join("user-0").join(&file.name).is_file());
    }

    #[test]
    fn file_left_by_a_killed_process_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = seal_file(folder.path(), ORIGIN);
        let left = folder.path().join(format!("{}.new", file.name));
        fs::write(&left, b"half a key").unwrap();
        let made = file.enroll(START, 60, Secret::new([7; 32]));
        assert!(made.unwrap().is_some());
        assert!(!left.exists());
        // A leftover that cannot be removed is reported as the error of the operating system.
        fs::create_dir(&left).unwrap();
        let due = file.read().unwrap().unwrap();
        let seals = due.due(&Head::default(), START.plus_seconds(61));
        let failed = SealFileError::System(io::ErrorKind::IsADirectory);
        assert_eq!(file.advance(&seals), Err(failed));
        assert_eq!(file.read().unwrap().unwrap().epoch(), 0);
    }
}
