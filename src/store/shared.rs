//! One open store per process and folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use super::{DEFAULT_MAP_BYTES, Identity, LmdbStore, StoreError, folder};
use crate::clock::Timestamp;

/// The stores this process has open, by folder.
static SHARED: LazyLock<Mutex<HashMap<PathBuf, Arc<LmdbStore>>>> = LazyLock::new(Mutex::default);

/// The process that first opened one; 0 for none.
static SHARED_BY: AtomicU32 = AtomicU32::new(0);

/// The store of this host in `folder`: opened with the first call of the process, the same one with
/// each further call. It stays open until the process ends.
///
/// # Errors
/// As [`LmdbStore::open`]; [`StoreError::Forked`] in the child of a process that had one open.
pub fn open_shared(folder: &Path, now: Timestamp) -> Result<Arc<LmdbStore>, StoreError> {
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
            Identity::of_host()?,
            DEFAULT_MAP_BYTES,
            now,
        )?),
    };
    shared.insert(canonical, Arc::clone(&store));
    shared.insert(folder.to_path_buf(), Arc::clone(&store));
    Ok(store)
}
