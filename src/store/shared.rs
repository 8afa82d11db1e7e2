//! The store that the host configured. A process opens it once.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::error::StoreError;
use super::fork;
use super::interface::Store;
use super::lmdb::{HostIdentity, LmdbStore, folder_id};
use crate::clock::Timestamp;
use crate::path::{AbsolutePath, PathError};
use crate::state_folder::{self, StateFolder};

/// The settings of a store: the INI entries `countersign.*` with these names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StoreSettings<'a> {
    /// `embedded` or `redis`.
    pub store: &'a str,
    /// The path of the folder of the embedded store.
    pub state_dir: &'a Path,
    /// The largest size of the store in MiB: a whole number, 1 to 65536.
    pub store_size: &'a str,
    /// The address of the shared store. It may contain a password and must not be displayed: see
    /// [`redis_address`](super::redis_address).
    pub redis_url: &'a str,
    /// The prefix of the keys of the shared store.
    pub redis_prefix: &'a str,
}

/// How many stores of each kind a process keeps open for its next call. A store that a handle uses is kept in any case.
const KEPT: usize = 64;

/// The largest `store_size`: 64 GiB.
const MAX_MIB: usize = 65_536;

impl<'a> StoreSettings<'a> {
    /// Returns the configured store. The first successful call of a process opens it; further calls with equal settings
    /// return the same one.
    ///
    /// # Errors
    /// [`StoreError::Engine`], [`StoreError::Path`] or [`StoreError::Size`] for an invalid setting; otherwise as
    /// [`open_shared`] or `RedisStore::open`.
    pub fn open(&self, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        match self.store {
            "embedded" => self.open_folder(&self.folder()?, now),
            "redis" => self.open_server(),
            _ => Err(StoreError::Engine),
        }
    }

    /// Returns the folder of the embedded store.
    ///
    /// # Errors
    /// [`PathError`] if the setting is not an absolute path.
    pub fn folder(&self) -> Result<AbsolutePath<'a>, PathError> {
        AbsolutePath::parse(self.state_dir, "countersign.state_dir")
    }

    /// Returns the embedded store in `folder`, with the configured size.
    ///
    /// # Errors
    /// Those of [`open_shared`]; [`StoreError::Size`] for an invalid setting.
    pub fn open_folder(
        &self,
        folder: &AbsolutePath<'_>,
        now: Timestamp,
    ) -> Result<Arc<dyn Store>, StoreError> {
        Ok(open_shared(folder.as_path(), self.bytes()?, now)?)
    }

    /// Returns the name of the configured engine and its location for display, without a password. It opens nothing.
    #[must_use]
    pub fn describe(&self) -> (&'static str, String) {
        match self.store {
            "embedded" => match self.folder() {
                Ok(folder) => ("embedded (LMDB)", folder.as_path().display().to_string()),
                Err(error) => ("not usable", error.to_string()),
            },
            "redis" => ("redis", shown(self.redis_url)),
            _ => ("not usable", StoreError::Engine.to_string()),
        }
    }

    /// Returns, for display, the folder in which this user's files lie, or why it cannot be used. It makes nothing.
    #[must_use]
    pub fn describe_folder(&self) -> String {
        match self.folder() {
            Ok(folder) => state_folder::describe(folder.as_path()),
            Err(error) => error.to_string(),
        }
    }

    fn bytes(&self) -> Result<usize, StoreError> {
        match self.store_size.parse() {
            Ok(mib) if (1..=MAX_MIB).contains(&mib) => Ok(mib << 20),
            _ => Err(StoreError::Size),
        }
    }

    #[cfg(feature = "redis")]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        use std::collections::HashMap;
        use std::sync::LazyLock;

        use super::redis::RedisStore;
        static SERVERS: LazyLock<Mutex<HashMap<[u8; 32], Arc<RedisStore>>>> =
            LazyLock::new(Mutex::default);
        let bytes = self.bytes()?;
        let size = bytes.to_string();
        let parts = [self.redis_url, self.redis_prefix, &size].map(str::as_bytes);
        let name = crate::bytes::sha256(&crate::bytes::pae(&parts));
        // The lock is not held while connecting. A forked child may inherit a store: it makes its own connections.
        if let Some(store) = fork::lock(&SERVERS)?.get(&name) {
            return Ok(Arc::clone(store) as Arc<dyn Store>);
        }
        let store = Arc::new(RedisStore::open(self.redis_url, self.redis_prefix, bytes)?);
        let mut servers = fork::lock(&SERVERS)?;
        if servers.len() >= KEPT {
            servers.retain(|_, store| Arc::strong_count(store) > 1);
        }
        Ok(Arc::clone(servers.entry(name).or_insert(store)) as Arc<dyn Store>)
    }

    #[cfg(not(feature = "redis"))]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        Err(StoreError::Engine)
    }
}

#[cfg(feature = "redis")]
fn shown(url: &str) -> String {
    super::redis::redis_address(url).unwrap_or_else(|| "an invalid address".to_owned())
}

#[cfg(not(feature = "redis"))]
fn shown(_url: &str) -> String {
    "not supported by this build".to_owned()
}

/// The embedded stores that this process has open. The one that was opened last is at the end.
static SHARED: Mutex<Vec<Arc<LmdbStore>>> = Mutex::new(Vec::new());

/// Returns the embedded store of this host in `folder`. The first call of a process opens it; further calls return the
/// same one, as long as the path leads to the same folder. Folders are told apart by device and inode, so another
/// spelling or mount of the same folder leads to the same store, and a folder that replaces another one to its own.
///
/// A process keeps 64 stores open that no handle uses. A forked child gets the stores of its parent.
///
/// `map_bytes` is the size of a store that has to be started. A store that exists keeps its size; if this process has
/// to start it anew, the size of the latest call counts.
///
/// # Errors
/// Those of [`LmdbStore::open`]; [`StoreError::Forked`] in a child whose parent was opening a store in another thread at
/// the fork.
pub fn open_shared(
    folder: &Path,
    map_bytes: usize,
    now: Timestamp,
) -> Result<Arc<LmdbStore>, StoreError> {
    let mut shared = fork::lock(&SHARED)?;
    let store = match take_open(&mut shared, folder) {
        Some(store) => store,
        None => take_closed(&mut shared, folder, map_bytes, now)?,
    };
    store.set_map_bytes(map_bytes);
    shared.push(Arc::clone(&store));
    Ok(store)
}

/// Takes the store that this process has open in `folder` from the list.
fn take_open(shared: &mut Vec<Arc<LmdbStore>>, folder: &Path) -> Option<Arc<LmdbStore>> {
    let id = folder_id(folder)?;
    let index = shared.iter().rposition(|store| store.is_of(folder, id))?;
    Some(shared.remove(index))
}

/// Takes the store in `folder` from the list and opens it again, or opens a new one.
fn take_closed(
    shared: &mut Vec<Arc<LmdbStore>>,
    folder: &Path,
    map_bytes: usize,
    now: Timestamp,
) -> Result<Arc<LmdbStore>, StoreError> {
    let found = StateFolder::open(folder)?;
    // A store whose folder is gone may have the files open that this folder contains now.
    shared.iter().for_each(|store| store.release_if_moved());
    if let Some(index) = shared
        .iter()
        .position(|store| store.folder() == found.path())
    {
        if let Some(store) = shared.get(index) {
            store.set_map_bytes(map_bytes);
            store.refresh(now)?;
        }
        return Ok(shared.remove(index));
    }
    let is_idle = |store: &Arc<LmdbStore>| Arc::strong_count(store) == 1;
    shared.retain(|store| store.is_open() || !is_idle(store));
    while shared.len() >= KEPT
        && let Some(index) = shared.iter().position(is_idle)
    {
        shared.remove(index);
    }
    let store = LmdbStore::open(folder, HostIdentity::of_host()?, map_bytes, now)?;
    Ok(Arc::new(store))
}
