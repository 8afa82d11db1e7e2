//! The store that the host configured. A process opens it once.

use std::path::Path;
use std::sync::Arc;

use super::engine_choice::StoreEngine;
use super::error::StoreError;
use super::interface::Store;
use super::target::StoreTarget;
use crate::clock::Timestamp;
use crate::path::{AbsolutePath, PathError};

/// The settings of a store: the INI entries `countersign.*` with these names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StoreSettings<'a> {
    /// `embedded` or `redis`; in WebAssembly `memory`.
    pub store: &'a str,
    /// The path of the folder of the embedded store. In WebAssembly it only names the store.
    pub state_dir: &'a Path,
    /// The largest size of the store in MiB: a whole number, 1 to 65536; in WebAssembly 1 to 64.
    pub store_size: &'a str,
    /// The address of the shared store. It may contain a password and must not be displayed: see `redis_address`.
    pub redis_url: &'a str,
    /// The prefix of the keys of the shared store.
    pub redis_prefix: &'a str,
}

impl<'a> StoreSettings<'a> {
    /// Returns the configured store. The first successful call of a process opens it; further calls with equal settings
    /// return the same one.
    ///
    /// # Errors
    /// Those of [`StoreEngine::choose`]; [`StoreError::Path`] or [`StoreError::Size`] for an invalid setting; otherwise as
    /// `open_shared`, `RedisStore::open` or [`open_site_memory`](super::open_site_memory).
    pub fn open(&self, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        match StoreEngine::choose(self.store, StoreTarget::BUILD)? {
            StoreEngine::Embedded => self.open_embedded(now),
            StoreEngine::Redis => self.open_server(),
            StoreEngine::Memory => self.open_memory(self.state_dir, now),
        }
    }

    /// Returns the embedded store in `folder`, with the configured size. In WebAssembly it is the store in memory that has
    /// the path of the folder as its name.
    ///
    /// # Errors
    /// Those of [`StoreSettings::open`].
    pub fn open_folder(
        &self,
        folder: &AbsolutePath<'_>,
        now: Timestamp,
    ) -> Result<Arc<dyn Store>, StoreError> {
        match StoreTarget::BUILD {
            StoreTarget::Host => self.open_files(folder, now),
            StoreTarget::WebAssembly => self.open_memory(folder.as_path(), now),
        }
    }

    /// Returns the rows of `phpinfo()` about the store: their names and what they say, without a password. It opens and
    /// makes nothing.
    #[must_use]
    pub fn describe(&self) -> Vec<(&'static str, String)> {
        let engine = StoreEngine::choose(self.store, StoreTarget::BUILD);
        let (engine, place) = match engine {
            Ok(StoreEngine::Embedded) => match self.folder() {
                Ok(folder) => ("embedded (LMDB)", folder.as_path().display().to_string()),
                Err(error) => ("not usable", error.to_string()),
            },
            Ok(StoreEngine::Redis) => ("redis", shown(self.redis_url)),
            Ok(StoreEngine::Memory) => (
                "memory: it ends with the site, for trying only",
                super::SITE_MEMORY.to_owned(),
            ),
            Err(error) => ("not usable", error.to_string()),
        };
        let mut rows = vec![("Store", engine.to_owned()), ("Store at", place)];
        match StoreTarget::BUILD {
            StoreTarget::Host => rows.push(("State folder", self.describe_folder())),
            StoreTarget::WebAssembly => {
                rows.push(("State folder", "off in WebAssembly".to_owned()));
                let witness = "off in WebAssembly: a restored database is not noticed";
                rows.push(("Witness", witness.to_owned()));
            }
        }
        rows
    }

    /// Returns the folder of the embedded store and of sealing keys.
    ///
    /// # Errors
    /// [`PathError`] if the setting is not an absolute path.
    pub fn folder(&self) -> Result<AbsolutePath<'a>, PathError> {
        AbsolutePath::parse(self.state_dir, "countersign.state_dir")
    }

    fn bytes(&self) -> Result<usize, StoreError> {
        match self.store_size.parse() {
            Ok(mib) if (1..=StoreTarget::BUILD.max_mib()).contains(&mib) => Ok(mib << 20),
            _ => Err(StoreError::Size),
        }
    }

    fn open_memory(&self, name: &Path, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        let name = name.as_os_str().as_encoded_bytes();
        let root = Path::new(super::SITE_MEMORY);
        Ok(super::open_site_memory(root, name, self.bytes()?, now)?)
    }

    #[cfg(has_processes)]
    fn open_embedded(&self, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        self.open_files(&self.folder()?, now)
    }

    #[cfg(has_processes)]
    fn open_files(
        &self,
        folder: &AbsolutePath<'_>,
        now: Timestamp,
    ) -> Result<Arc<dyn Store>, StoreError> {
        let store = super::open_shared(folder.as_path(), self.bytes()?, now)?;
        Ok(store)
    }

    /// Returns, for display, the folder in which this user's files lie, or why it cannot be used. It makes nothing.
    #[cfg(has_processes)]
    fn describe_folder(&self) -> String {
        match self.folder() {
            Ok(folder) => crate::state_folder::describe(folder.as_path()),
            Err(error) => error.to_string(),
        }
    }

    #[cfg(all(feature = "redis", has_processes))]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        super::shared::open_server(self.redis_url, self.redis_prefix, self.bytes()?)
    }

    #[cfg(not(all(feature = "redis", has_processes)))]
    fn open_server(&self) -> Result<Arc<dyn Store>, StoreError> {
        Err(StoreError::Engine)
    }
}

/// What a build without an embedded store has in its place.
#[cfg(not(has_processes))]
impl StoreSettings<'_> {
    fn open_embedded(&self, _now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
        Err(StoreError::OnlyMemory)
    }

    fn open_files(
        &self,
        _folder: &AbsolutePath<'_>,
        _now: Timestamp,
    ) -> Result<Arc<dyn Store>, StoreError> {
        Err(StoreError::OnlyMemory)
    }

    fn describe_folder(&self) -> String {
        StoreError::OnlyMemory.to_string()
    }
}

#[cfg(all(feature = "redis", has_processes))]
fn shown(url: &str) -> String {
    super::redis::redis_address(url).unwrap_or_else(|| "an invalid address".to_owned())
}

#[cfg(not(all(feature = "redis", has_processes)))]
fn shown(_url: &str) -> String {
    "not supported by this build".to_owned()
}
