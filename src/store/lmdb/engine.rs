//! Opening the embedded store, and following it when another process resets it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use heed::{CommitOrAbort, Env, WithoutTls};

use super::identity::HostIdentity;
use super::table::{TableName, WriteEnd, open_env, table, table_to_read, write};
use super::volume::{FolderLock, Stamp, StoreVolume, reserve_lock, stamp, stretch};
use crate::clock::Timestamp;
use crate::state_folder::StateFolder;
use crate::store::error::StoreError;

/// The default size of a store: 64 MiB, enough for about 600,000 nonces at once. The file is sparse and takes disk
/// space only as it fills.
pub const DEFAULT_MAP_BYTES: usize = 64 << 20;

/// The only key of the unnamed table.
pub(super) const LATEST: &[u8] = b"latest";

/// A [`Store`](crate::store::Store) in a folder of this host.
#[derive(Debug)]
pub struct LmdbStore {
    /// The folder that the store was opened in: the state folder of one user, or one that many users share.
    configured: PathBuf,
    /// The folder of this user, in which the files lie.
    folder: PathBuf,
    current: PathBuf,
    identity: HostIdentity,
    map_bytes: usize,
    /// The id of the process that opened the store.
    process: u32,
    /// Set when LMDB reported damage. The next operation resets the store.
    damaged: AtomicBool,
    opened: RwLock<Option<OpenVolume>>,
}

/// The volume of the store that this process has open.
#[derive(Debug)]
pub(super) struct OpenVolume {
    pub(super) env: Env<WithoutTls>,
    pub(super) volume: StoreVolume,
    /// The state of the file `current` when the volume was opened.
    stamp: Option<Stamp>,
}

impl LmdbStore {
    /// Opens the store of this user in `folder`, or below it if many users share it: see [`StateFolder::open`]. Starts
    /// an empty one if there is none, if it belongs to another `identity`, or if its files were replaced or damaged.
    ///
    /// `map_bytes` bounds the size of the store, rounded up to whole MiB. It takes effect when a store is started.
    /// `now` becomes the watermark of a store that is started, unless the files in the folder were changed later.
    ///
    /// A process must not open a folder a second time while it has it open: use
    /// [`open_shared`](crate::store::open_shared).
    ///
    /// # Errors
    /// The variants of [`StoreError`] for the folder, the files and the disk.
    pub fn open(
        folder: &Path,
        identity: HostIdentity,
        map_bytes: usize,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let configured = folder.to_path_buf();
        let folder = StateFolder::open(folder)?.path().to_path_buf();
        let store = Self {
            configured,
            current: folder.join("current"),
            folder,
            identity,
            map_bytes: map_bytes.max(1).next_multiple_of(1 << 20),
            process: std::process::id(),
            damaged: AtomicBool::new(false),
            opened: RwLock::new(None),
        };
        store.follow(now)?;
        Ok(store)
    }

    /// Opens the current volume of the folder, or starts a new one if it cannot be used.
    fn follow(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut opened = self.opened.write().map_err(|_| StoreError::Corrupt)?;
        if opened
            .as_ref()
            .is_some_and(|opened| self.is_present(opened))
        {
            return Ok(());
        }
        // The old environment is closed first: LMDB does not open a file twice in one process.
        *opened = None;
        // A shared folder may have been emptied, and then this user's folder is made again.
        if StateFolder::open(&self.configured)?.path() != self.folder {
            return Err(StoreError::Replaced);
        }
        let lock = FolderLock::take(&self.folder)?;
        let damaged = self.damaged.load(Ordering::Acquire);
        let found = if damaged {
            None
        } else {
            StoreVolume::present(&self.folder, &self.identity)
        };
        let mut next = match found.map(|volume| self.adopt(volume)) {
            Some(Err(StoreError::Corrupt)) | None => self.start(now)?,
            Some(result) => result?,
        };
        next.stamp = stamp(&self.current);
        *opened = Some(next);
        self.damaged.store(false, Ordering::Release);
        drop(lock);
        Ok(())
    }

    /// Opens a volume. The lengths of its files were already checked.
    fn adopt(&self, volume: StoreVolume) -> Result<OpenVolume, StoreError> {
        let bytes = usize::try_from(volume.map_bytes).map_err(|_| StoreError::Corrupt)?;
        let env = open_env(&self.folder.join(&volume.name), bytes)?;
        env.clear_stale_readers()?;
        let rtxn = env.read_txn()?;
        env.open_databases_and_commit(rtxn, |opener, rtxn| {
            for name in TableName::ALL {
                table_to_read(opener, rtxn, name)?;
            }
            Ok::<_, StoreError>(CommitOrAbort::<_, ()>::Commit(()))
        })?;
        Ok(OpenVolume {
            env,
            volume,
            stamp: None,
        })
    }

    /// Starts a new, empty volume. Its watermark is `now`, or the last change of the files if that is later.
    fn start(&self, now: Timestamp) -> Result<OpenVolume, StoreError> {
        let opened_at = now.max(StoreVolume::latest_trace(&self.folder));
        let name = StoreVolume::fresh_name(&self.folder, now);
        let path = self.folder.join(&name);
        let made = reserve_lock(&self.folder, &name)
            .and_then(|()| open_env(&path, self.map_bytes))
            .and_then(|env| {
                stretch(&path, self.map_bytes as u64)?;
                write(&env, |opener, wtxn| {
                    for name in TableName::ALL {
                        table(opener, wtxn, name)?;
                    }
                    let clock = table(opener, wtxn, TableName::Clock)?;
                    clock.put(wtxn, LATEST, &opened_at.millis().to_be_bytes())?;
                    Ok(WriteEnd::Commit(()))
                })?;
                let volume =
                    StoreVolume::establish(&self.folder, &self.identity, &name, opened_at)?;
                Ok(OpenVolume {
                    env,
                    volume,
                    stamp: None,
                })
            });
        made.inspect_err(|_| StoreVolume::discard(&self.folder, &name))
    }

    fn is_present(&self, opened: &OpenVolume) -> bool {
        opened.stamp.is_some()
            && opened.stamp == stamp(&self.current)
            && !self.damaged.load(Ordering::Acquire)
    }

    /// Runs `work` on the current volume. If another process has started a new one, it is opened first. `now` is
    /// needed because this process may have to start a new one.
    pub(super) fn with<T>(
        &self,
        now: Option<Timestamp>,
        work: impl Fn(&OpenVolume) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if std::process::id() != self.process {
            return Err(StoreError::Forked);
        }
        for _ in 0..2 {
            let opened = self.opened.read().map_err(|_| StoreError::Corrupt)?;
            if let Some(opened) = opened.as_ref().filter(|opened| self.is_present(opened)) {
                let result = work(opened);
                if matches!(result, Err(StoreError::Corrupt)) {
                    self.damaged.store(true, Ordering::Release);
                }
                return result;
            }
            drop(opened);
            self.follow(now.ok_or(StoreError::Replaced)?)?;
        }
        Err(StoreError::Replaced)
    }

    /// Runs `attempt`. If there is no room, runs `make_room`, which prunes many records, and then `attempt` again.
    pub(super) fn with_room<T>(
        &self,
        now: Option<Timestamp>,
        attempt: impl Fn(&OpenVolume) -> Result<T, StoreError>,
        make_room: impl Fn(&OpenVolume) -> Result<(), StoreError>,
    ) -> Result<T, StoreError> {
        self.with(now, |opened| match attempt(opened) {
            Err(StoreError::Full) => {
                // The reader slot of a process that was killed prevents LMDB from reusing pages.
                opened.env.clear_stale_readers()?;
                make_room(opened)?;
                attempt(opened)
            }
            other => other,
        })
    }
}

impl Drop for LmdbStore {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            // LMDB forbids a forked child to use the environment, and closing it is a use. It stays open until the
            // child exits.
            let opened = self
                .opened
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(opened.take());
        }
    }
}
