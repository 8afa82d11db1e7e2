//! The store that the host configured, open once per process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use super::{HostIdentity, LmdbStore, Store, StoreError, folder};
use crate::clock::Timestamp;

/// What a host sets: the INI entries of these names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StoreSettings<'a> {
    /// `embedded` or `redis`.
    pub store: &'a str,
    /// The folder of the embedded store.
    pub state_dir: &'a Path,
    /// The most that the store holds, in MiB.
    pub store_size: &'a str,
    /// The address of the shared store. It may hold a password.
    pub redis_url: &'a str,
    /// What the keys of the shared store begin with.
    pub redis_prefix: &'a str,
}

/// The largest size that can be set, in MiB: 64 GiB.
const MAX_MIB: usize = 65_536;

impl StoreSettings<'_> {
    /// The store that is set: opened with the first call of the process that succeeds, the same one with
    /// each further call.
    ///
    /// # Errors
    /// [`StoreError::Engine`] or [`StoreError::Size`] for a setting that is none, otherwise as
    /// [`LmdbStore::open`] or `RedisStore::open`.
    pub fn open(&self, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        match self.store {
            "embedded" => self.open_folder(self.state_dir, now),
            "redis" => self.open_server(),
            _ => Err(StoreError::Engine),
        }
    }

    /// An embedded store in `folder`, of the size that is set.
    ///
    /// # Errors
    /// As [`open_shared`]; [`StoreError::Size`].
    pub fn open_folder(&self, folder: &Path, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        Ok(open_shared(folder, self.bytes()?, now)?)
    }

    /// Which engine is set and where, for people: never a password, and nothing is opened.
    #[must_use]
    pub fn describe(&self) -> (&'static str, String) {
        match self.store {
            "embedded" => ("embedded (LMDB)", self.state_dir.display().to_string()),
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
        use super::RedisStore;
        static SERVERS: LazyLock<Mutex<HashMap<[u8; 32], Arc<RedisStore>>>> =
            LazyLock::new(Mutex::default);
        let bytes = self.bytes()?;
        let size = bytes.to_string();
        let parts = [self.redis_url, self.redis_prefix, &size].map(str::as_bytes);
        let name = crate::bytes::sha256(&crate::bytes::pae(&parts));
        // Not held while connecting. A store may be passed on to a forked child: it connects anew.
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
    super::redis_address(url).unwrap_or_else(|| "not an address".to_owned())
}

#[cfg(not(feature = "redis"))]
fn shown(_url: &str) -> String {
    "not built in".to_owned()
}

/// The stores this process has open, by folder.
static SHARED: LazyLock<Mutex<HashMap<PathBuf, Arc<LmdbStore>>>> = LazyLock::new(Mutex::default);

/// The process that first opened one; 0 for none.
static SHARED_BY: AtomicU32 = AtomicU32::new(0);

/// The store of this host in `folder`: opened with the first call of the process, the same one with
/// each further call. It stays open until the process ends. `map_bytes` is for a store that is started.
///
/// # Errors
/// As [`LmdbStore::open`]; [`StoreError::Forked`] in the child of a process that had one open.
pub fn open_shared(
    folder: &Path,
    map_bytes: usize,
    now: Timestamp,
) -> Result<Arc<LmdbStore>, StoreError> {
    let process = std::process::id();
    // Before the lock, which a thread of the parent may have held at the fork.
    if let Err(other) = SHARED_BY.compare_exchange(0, process, Ordering::AcqRel, Ordering::Acquire)
        && other != process
    {
        return Err(StoreError::Forked);
    }
    let mut shared = SHARED.lock().map_err(|_| StoreError::Corrupt)?;
    if let Some(store) = shared.get(folder) {
        return Ok(Arc::clone(store));
    }
    let canonical = folder::check(folder)?;
    let store = match shared.get(&canonical) {
        Some(store) => Arc::clone(store),
        None => Arc::new(LmdbStore::open(
            &canonical,
            HostIdentity::of_host()?,
            map_bytes,
            now,
        )?),
    };
    shared.insert(canonical, Arc::clone(&store));
    shared.insert(folder.to_path_buf(), Arc::clone(&store));
    Ok(store)
}
