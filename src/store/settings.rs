//! The store that the host configured. A process opens it once.

use std::path::Path;
use std::sync::Arc;

use super::error::StoreError;
use super::interface::Store;
use crate::clock::Timestamp;
use crate::path::{AbsolutePath, PathError};
use crate::state_folder;

/// The settings of a store: the INI entries `countersign.*` with these names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StoreSettings<'a> {
    /// `embedded` or `redis`; `memory` where there is only one process.
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
pub(super) const KEPT: usize = 64;

/// The largest `store_size`: 64 GiB.
const MAX_MIB: usize = 65_536;

impl<'a> StoreSettings<'a> {
    /// Returns the configured store. The first successful call of a process opens it; further calls with equal settings
    /// return the same one.
    ///
    /// # Errors
    /// [`StoreError::Engine`], [`StoreError::Path`] or [`StoreError::Size`] for an invalid setting; otherwise as
    /// `open_shared` or `RedisStore::open`.
    pub fn open(&self, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        match self.store {
            #[cfg(has_processes)]
            "embedded" => self.open_folder(&self.folder()?, now),
            #[cfg(has_processes)]
            "redis" => self.open_server(),
            #[cfg(not(has_processes))]
            "memory" => super::remembered::open(Path::new(""), now),
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
    /// Those of `open_shared`; [`StoreError::Size`] for an invalid setting.
    pub fn open_folder(
        &self,
        folder: &AbsolutePath<'_>,
        now: Timestamp,
    ) -> Result<Arc<dyn Store>, StoreError> {
        let bytes = self.bytes()?;
        #[cfg(has_processes)]
        return Ok(super::shared::open_shared(folder.as_path(), bytes, now)?);
        #[cfg(not(has_processes))]
        return super::remembered::open(folder.as_path(), now);
    }

    /// Returns the name of the configured engine and its location for display, without a password. It opens nothing.
    #[must_use]
    pub fn describe(&self) -> (&'static str, String) {
        match self.store {
            #[cfg(not(has_processes))]
            "memory" => ("memory", "this process".to_owned()),
            #[cfg(has_processes)]
            "embedded" => match self.folder() {
                Ok(folder) => ("embedded (LMDB)", folder.as_path().display().to_string()),
                Err(error) => ("not usable", error.to_string()),
            },
            #[cfg(has_processes)]
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
        let mib = self.store_size.parse().ok();
        mib.filter(|mib| (1..=MAX_MIB).contains(mib))
            // 4 GiB are too many for the address space of WebAssembly.
            .and_then(|mib| mib.checked_mul(1 << 20))
            .ok_or(StoreError::Size)
    }

    #[cfg(all(feature = "redis", has_processes))]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        use std::collections::HashMap;
        use std::sync::{LazyLock, Mutex};

        use super::fork;
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

    #[cfg(all(not(feature = "redis"), has_processes))]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        Err(StoreError::Engine)
    }
}

#[cfg(all(feature = "redis", has_processes))]
fn shown(url: &str) -> String {
    super::redis::redis_address(url).unwrap_or_else(|| "an invalid address".to_owned())
}

#[cfg(all(not(feature = "redis"), has_processes))]
fn shown(_url: &str) -> String {
    "not supported by this build".to_owned()
}
