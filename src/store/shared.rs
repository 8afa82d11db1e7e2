//! The store that the host configured. A process opens it once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use super::error::StoreError;
use super::interface::Store;
use super::lmdb::{HostIdentity, LmdbStore};
use crate::clock::Timestamp;
use crate::path::{AbsolutePath, PathError};
use crate::state_folder::StateFolder;

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

/// The largest `store_size`: 64 GiB.
const MAX_MIB: usize = 65_536;

impl<'a> StoreSettings<'a> {
    /// Returns the configured store. The first successful call of a process opens it; further calls return the same
    /// one.
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

    fn bytes(&self) -> Result<usize, StoreError> {
        match self.store_size.parse() {
            Ok(mib) if (1..=MAX_MIB).contains(&mib) => Ok(mib << 20),
            _ => Err(StoreError::Size),
        }
    }

    #[cfg(feature = "redis")]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        use super::redis::RedisStore;
        static SERVERS: LazyLock<Mutex<HashMap<[u8; 32], Arc<RedisStore>>>> =
            LazyLock::new(Mutex::default);
        let bytes = self.bytes()?;
        let size = bytes.to_string();
        let parts = [self.redis_url, self.redis_prefix, &size].map(str::as_bytes);
        let name = crate::bytes::sha256(&crate::bytes::pae(&parts));
        // The lock is not held while connecting. A forked child may inherit a store: it makes its own connections.
        let found = SERVERS
            .lock()
            .map_err(|_| StoreError::Corrupt)?
            .get(&name)
            .cloned();
        if let Some(store) = found {
            return Ok(store);
        }
        let store = Arc::new(RedisStore::open(self.redis_url, self.redis_prefix, bytes)?);
        let mut servers = SERVERS.lock().map_err(|_| StoreError::Corrupt)?;
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

/// The embedded stores that this process has open, by folder.
static SHARED: LazyLock<Mutex<HashMap<PathBuf, Arc<LmdbStore>>>> = LazyLock::new(Mutex::default);

/// The id of the process that opened the first one; 0 if there is none.
static SHARED_BY: AtomicU32 = AtomicU32::new(0);

/// Returns the embedded store of this host in `folder`. The first call of a process opens it; further calls return
/// the same one. It stays open until the process ends. `map_bytes` is the size of a store that has to be started.
///
/// # Errors
/// Those of [`LmdbStore::open`]; [`StoreError::Forked`] in a forked child of a process that had a store open.
pub fn open_shared(
    folder: &Path,
    map_bytes: usize,
    now: Timestamp,
) -> Result<Arc<LmdbStore>, StoreError> {
    let process = std::process::id();
    // Checked before the mutex is locked: a thread of the parent may have held it at the fork.
    if let Err(other) = SHARED_BY.compare_exchange(0, process, Ordering::AcqRel, Ordering::Acquire)
        && other != process
    {
        return Err(StoreError::Forked);
    }
    let mut shared = SHARED.lock().map_err(|_| StoreError::Corrupt)?;
    if let Some(store) = shared.get(folder) {
        return Ok(Arc::clone(store));
    }
    let canonical = StateFolder::open(folder)?.path().to_path_buf();
    let store = match shared.get(&canonical) {
        Some(store) => Arc::clone(store),
        None => Arc::new(LmdbStore::open(
            folder,
            HostIdentity::of_host()?,
            map_bytes,
            now,
        )?),
    };
    shared.insert(canonical, Arc::clone(&store));
    shared.insert(folder.to_path_buf(), Arc::clone(&store));
    Ok(store)
}
