//! Opening the embedded store, and following it when another process resets it.

use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use heed::{CommitOrAbort, Env, WithoutTls};

use super::identity::HostIdentity;
use super::lock::{FolderLock, FolderUse};
use super::table::{
    EnvEntry, TableName, WriteEnd, may_close, open_env, table, table_to_read, write,
};
use super::volume::{FolderId, Stamp, StoreVolume, folder_id, reserve_lock, stamp, stretch};
use crate::clock::Timestamp;
use crate::state_folder::{StateFolder, StateFolderError, effective_uid};
use crate::store::error::StoreError;
use crate::store::fork;

/// The default size of a store: 64 MiB, enough for about 600,000 nonces at once. The file is sparse and takes disk
/// space only as it fills.
pub const DEFAULT_MAP_BYTES: usize = 64 << 20;

/// The only key of the unnamed table.
pub(super) const LATEST: &[u8] = b"latest";

/// How long a forked child waits for a transaction that another thread of the parent had begun: in vain, but another
/// thread of the child may be opening the store.
const CHILD_PATIENCE: Duration = Duration::from_secs(1);

/// A [`Store`](crate::store::Store) in a folder of this host.
#[derive(Debug)]
pub struct LmdbStore {
    /// The folder that the store was opened in: the state folder of one user, or one that many users share.
    configured: PathBuf,
    /// The folder of this user, in which the files lie.
    folder: PathBuf,
    current: PathBuf,
    identity: HostIdentity,
    /// The size of the next volume that this process starts.
    map_bytes: AtomicUsize,
    /// The id of the process that opened the volume.
    process: AtomicU32,
    /// Set when LMDB reported damage. The next operation resets the store.
    damaged: AtomicBool,
    /// The effective user of the process that opened the store.
    user: u32,
    /// The configured folder when the volume was opened.
    top: FolderMark,
    /// The folder in which the volume is open.
    held: FolderMark,
    opened: RwLock<Option<OpenVolume>>,
}

/// Device and inode of a folder; zeros for none.
#[derive(Debug, Default)]
struct FolderMark([AtomicU64; 2]);

impl FolderMark {
    fn get(&self) -> Option<FolderId> {
        let [device, inode] = &self.0;
        let id = (
            device.load(Ordering::Acquire),
            inode.load(Ordering::Acquire),
        );
        (id != (0, 0)).then_some(id)
    }

    fn set(&self, id: Option<FolderId>) {
        let (device, inode) = id.unwrap_or_default();
        let [held_device, held_inode] = &self.0;
        held_device.store(device, Ordering::Release);
        held_inode.store(inode, Ordering::Release);
    }
}

/// The volume of the store that this process has open. The fields are dropped in this order.
#[derive(Debug)]
pub(super) struct OpenVolume {
    pub(super) env: Env<WithoutTls>,
    _entry: EnvEntry,
    pub(super) volume: StoreVolume,
    /// The state of the file `current` when the volume was opened.
    stamp: Option<Stamp>,
    _use: FolderUse,
}

/// What [`OpenVolume`] consists of.
type FoundRecord = (Env<WithoutTls>, EnvEntry, StoreVolume);

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
    /// A forked child may use the store that its parent opened: the first operation opens it for the child.
    ///
    /// # Errors
    /// The variants of [`StoreError`] for the folder, the files and the disk. [`StoreError::FolderInUse`] while
    /// processes of another machine or container have it open.
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
            map_bytes: AtomicUsize::new(0),
            process: AtomicU32::new(std::process::id()),
            damaged: AtomicBool::new(false),
            user: effective_uid(),
            top: FolderMark::default(),
            held: FolderMark::default(),
            opened: RwLock::new(None),
        };
        store.set_map_bytes(map_bytes);
        store.follow(now)?;
        Ok(store)
    }

    /// Returns the canonical path of the folder.
    pub(in crate::store) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sets the size of the next volume that this process starts.
    pub(in crate::store) fn set_map_bytes(&self, map_bytes: usize) {
        let bytes = map_bytes.max(1).next_multiple_of(1 << 20);
        self.map_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Returns whether this process has a volume open.
    pub(in crate::store) fn is_open(&self) -> bool {
        self.held.get().is_some()
    }

    /// Returns whether this process has the store in `path` open, which leads to the folder `id`: as the same user, and
    /// with the files in a folder to which the path of this store still leads.
    pub(in crate::store) fn is_of(&self, path: &Path, id: FolderId) -> bool {
        self.top.get() == Some(id)
            && self.user == effective_uid()
            && if path == self.folder {
                self.held.get() == Some(id)
            } else {
                self.is_open() && self.held.get() == folder_id(&self.folder)
            }
    }

    /// Opens the current volume of the folder if this process does not have it open.
    ///
    /// # Errors
    /// Those of [`LmdbStore::open`].
    pub(in crate::store) fn refresh(&self, now: Timestamp) -> Result<(), StoreError> {
        self.with(Some(now), |_| Ok(()))
    }

    /// Closes the volume if the path no longer leads to its folder, which was renamed or removed. The next operation
    /// opens the store in the folder to which the path leads then.
    pub(in crate::store) fn release_if_moved(&self) {
        if self.is_open()
            && self.held.get() != folder_id(&self.folder)
            && let Ok(mut opened) = fork::write(&self.opened, CHILD_PATIENCE)
        {
            let _ = self.close(&mut opened);
        }
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
        self.reopen(&mut opened, Some(now))
    }

    /// Opens in a forked child the volume that the parent had open.
    ///
    /// LMDB allows a child to close the environment of its parent, but to use it for nothing else. Closing frees only
    /// what belongs to the child: memory, its copies of the descriptors, and reader slots with its own process id. The
    /// parent's locks belong to the parent's process.
    ///
    /// # Errors
    /// [`StoreError::Forked`] if another thread of the parent was using the store at the fork, so that the environment
    /// is in an unknown state.
    fn renew(&self, now: Option<Timestamp>) -> Result<(), StoreError> {
        let mut opened = fork::write(&self.opened, CHILD_PATIENCE)?;
        if std::process::id() == self.process.load(Ordering::Acquire) {
            return Ok(());
        }
        self.reopen(&mut opened, now)
    }

    /// Closes the volume, and opens the current one or starts a new one. Without `now`, it opens only the volume that
    /// was open before.
    fn reopen(
        &self,
        opened: &mut Option<OpenVolume>,
        now: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        // A shared folder may have been emptied, and then this user's folder is made again.
        if StateFolder::open(&self.configured)?.path() != self.folder {
            // A process that has changed its user has another folder there.
            let changed = self.user != effective_uid();
            return Err(if changed {
                StateFolderError::Owner.into()
            } else {
                StoreError::Replaced
            });
        }
        let lock = FolderLock::take(&self.folder)?;
        // The old environment is closed first: LMDB does not open a file twice in one process.
        let before = self.close(opened)?;
        let used = FolderUse::join(&self.folder, &self.identity, &lock)?;
        let damaged = self.damaged.load(Ordering::Acquire);
        let found = if damaged {
            None
        } else {
            StoreVolume::present(&self.folder, &self.identity)?
        };
        if now.is_none() && (found.is_none() || found != before) {
            return Err(StoreError::Replaced);
        }
        let (env, entry, volume) = match (found.map(|volume| self.adopt(volume)), now) {
            (Some(Err(StoreError::Corrupt)) | None, Some(now)) => self.start(now)?,
            (Some(result), _) => result?,
            (None, None) => return Err(StoreError::Replaced),
        };
        *opened = Some(OpenVolume {
            env,
            _entry: entry,
            volume,
            stamp: stamp(&self.current),
            _use: used,
        });
        self.top.set(folder_id(&self.configured));
        self.held.set(folder_id(&self.folder));
        self.damaged.store(false, Ordering::Release);
        drop(lock);
        Ok(())
    }

    /// Closes the volume, if one is open, and returns which it was. The store belongs to this process afterwards.
    fn close(&self, opened: &mut Option<OpenVolume>) -> Result<Option<StoreVolume>, StoreError> {
        may_close()?;
        let before = opened.take().map(|opened| opened.volume.clone());
        self.held.set(None);
        self.process.store(std::process::id(), Ordering::Release);
        Ok(before)
    }

    /// Opens a volume. The lengths of its files were already checked.
    fn adopt(&self, volume: StoreVolume) -> Result<FoundRecord, StoreError> {
        let bytes = usize::try_from(volume.map_bytes).map_err(|_| StoreError::Corrupt)?;
        let (env, entry) = open_env(&self.folder.join(&volume.name), bytes)?;
        env.clear_stale_readers()?;
        let rtxn = env.read_txn()?;
        env.open_databases_and_commit(rtxn, |opener, rtxn| {
            for name in TableName::ALL {
                table_to_read(opener, rtxn, name)?;
            }
            Ok::<_, StoreError>(CommitOrAbort::<_, ()>::Commit(()))
        })?;
        Ok((env, entry, volume))
    }

    /// Starts a new, empty volume. Its watermark is `now`, or the last change of the files if that is later.
    fn start(&self, now: Timestamp) -> Result<FoundRecord, StoreError> {
        let opened_at = now.max(StoreVolume::latest_trace(&self.folder)?);
        let name = StoreVolume::fresh_name(&self.folder, now);
        let path = self.folder.join(&name);
        let map_bytes = self.map_bytes.load(Ordering::Relaxed);
        let made = reserve_lock(&self.folder, &name)
            .and_then(|()| open_env(&path, map_bytes))
            .and_then(|(env, entry)| {
                stretch(&path, map_bytes as u64)?;
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
                Ok((env, entry, volume))
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
        if std::process::id() != self.process.load(Ordering::Acquire) {
            self.renew(now)?;
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
    /// Closes the volume, unless this is a forked child and another thread of the parent was using it at the fork.
    fn drop(&mut self) {
        let forked = std::process::id() != *self.process.get_mut();
        if forked && (self.opened.try_write().is_err() || may_close().is_err()) {
            let opened = self.opened.get_mut();
            std::mem::forget(opened.map(Option::take));
        }
    }
}
