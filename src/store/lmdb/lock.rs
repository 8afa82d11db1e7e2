//! The locks of a folder: one while a process opens or starts the store, and one for as long as it has the store open.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::identity::HostIdentity;
use super::system::io_error;
use crate::state_folder::open_file;
use crate::store::error::StoreError;

/// How long to wait while another process opens the store, which takes about a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);

/// The lock of a folder. It is released when dropped, or by the kernel when the process ends.
pub(super) struct FolderLock(File);

impl FolderLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process holds it for longer than [`PATIENCE`].
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        let file = open(&folder.join("lock"))?;
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

impl Drop for FolderLock {
    /// Releases the lock. Closing the file would not be enough if another thread has forked meanwhile: the child has
    /// a copy of the descriptor.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// States that this process has the store of a folder open: a shared lock on the file `users`, which says where these
/// processes run. The kernel releases it when the process ends, however it ends.
///
/// The lock belongs to the open file, so a forked child keeps it as long as it has a copy of the descriptor. It is
/// therefore never released explicitly: that would release the lock of the parent too.
#[derive(Debug)]
pub(super) struct FolderUse(
    #[expect(dead_code, reason = "the lock lasts as long as the file")] File,
);

impl FolderUse {
    /// Joins the processes that have the store in `folder` open.
    ///
    /// Processes of two machines or containers must not have it open at the same time. Each would take the other's
    /// records for those of an earlier boot and reset the store. In two process namespaces, two processes may have the
    /// same id, by which LMDB tells its readers and the owners of its locks apart.
    ///
    /// The caller holds the lock of the folder, so no other process joins at the same time.
    ///
    /// # Errors
    /// [`StoreError::FolderInUse`] if processes of another machine or container have it open.
    pub(super) fn join(
        folder: &Path,
        identity: &HostIdentity,
        _held: &FolderLock,
    ) -> Result<Self, StoreError> {
        let io = |error| io_error(&error);
        let ours = format!(
            "boot {}\nmachine {}\nprocesses {}\n",
            identity.boot(),
            identity.machine(),
            HostIdentity::process_namespace()
        );
        let mut file = open(&folder.join("users"))?;
        let nobody = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(io(error)),
        };
        let mut theirs = Vec::new();
        (&file).take(4096).read_to_end(&mut theirs).map_err(io)?;
        if theirs != ours.as_bytes() {
            if !nobody {
                return Err(StoreError::FolderInUse);
            }
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(ours.as_bytes()))
                .map_err(io)?;
        }
        file.lock_shared().map_err(io)?;
        Ok(Self(file))
    }
}

/// Opens the file of a lock, and creates it if it is missing.
fn open(path: &Path) -> Result<File, StoreError> {
    open_file(path, OpenOptions::new().read(true).write(true).create(true))
        .map_err(|error| io_error(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn join(folder: &Path, machine: &str) -> Result<FolderUse, StoreError> {
        let held = FolderLock::take(folder).unwrap();
        FolderUse::join(folder, &HostIdentity::new("boot", machine), &held)
    }

    #[test]
    fn only_processes_of_one_machine_use_a_folder_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = join(dir.path(), "one").unwrap();
        let second = join(dir.path(), "one").unwrap();
        drop(first);
        // A refused attempt changes nothing: neither for those who have it open nor for the next attempt.
        for _ in 0..2 {
            let refused = join(dir.path(), "other").err();
            assert_eq!(refused, Some(StoreError::FolderInUse));
        }
        let third = join(dir.path(), "one").unwrap();
        drop(second);
        assert!(join(dir.path(), "").is_err());
        drop(third);
        let other = join(dir.path(), "other").unwrap();
        assert!(join(dir.path(), "one").is_err());
        drop(other);
        assert!(join(dir.path(), "one").is_ok());
    }

    #[test]
    fn processes_of_another_namespace_or_an_unknown_version_are_others() {
        let dir = tempfile::tempdir().unwrap();
        let namespace = HostIdentity::process_namespace();
        assert!(namespace.starts_with("pid-"), "{namespace}");
        let users = dir.path().join("users");
        let holder = join(dir.path(), "one").unwrap();
        let text = fs::read_to_string(&users).unwrap();
        for theirs in [
            text.replace(&namespace, "pid-1"),
            String::new(),
            text.clone() + "more",
        ] {
            fs::write(&users, &theirs).unwrap();
            let refused = join(dir.path(), "one").err();
            assert_eq!(refused, Some(StoreError::FolderInUse), "{theirs}");
        }
        fs::write(&users, &text).unwrap();
        assert!(join(dir.path(), "one").is_ok());
        fs::write(&users, "anything").unwrap();
        drop(holder);
        assert!(join(dir.path(), "one").is_ok());
        assert_eq!(fs::read_to_string(&users).unwrap(), text);
    }
}
