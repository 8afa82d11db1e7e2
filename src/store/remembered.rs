//! The stores of a process that shares its records with no other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::error::StoreError;
use super::interface::Store;
use super::memory::MemoryStore;
use super::settings::KEPT;
use crate::clock::Timestamp;

static STORES: Mutex<BTreeMap<PathBuf, Arc<MemoryStore>>> = Mutex::new(BTreeMap::new());

/// Returns the store of this process with the name `folder`. The first call makes it, further calls return the same one.
///
/// A process keeps 64 stores that no handle uses. One that was dropped and is made again refuses the one-time items that
/// were issued before.
///
/// # Errors
/// [`StoreError::Corrupt`] after a panic in the middle of this function.
pub(super) fn open(folder: &Path, now: Timestamp) -> Result<Arc<dyn Store>, StoreError> {
    let mut stores = STORES.lock().map_err(|_| StoreError::Corrupt)?;
    if let Some(store) = stores.get(folder) {
        return Ok(Arc::clone(store) as Arc<dyn Store>);
    }
    if stores.len() >= KEPT {
        stores.retain(|_, store| Arc::strong_count(store) > 1);
    }
    let store = Arc::new(MemoryStore::new(now));
    stores.insert(folder.to_owned(), Arc::clone(&store));
    Ok(store)
}
