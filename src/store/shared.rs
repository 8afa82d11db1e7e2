//! The embedded stores and the shared servers that a process has open.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::error::StoreError;
use super::fork;
use super::lmdb::{HostIdentity, LmdbStore, folder_id};
use crate::clock::Timestamp;
use crate::state_folder::StateFolder;

/// How many stores a process keeps open for its next call. A store that a handle uses is kept in any case.
const KEPT: usize = 64;

/// Returns the shared store at `url` whose keys begin with `prefix`. Further calls of this process return the same one.
///
/// # Errors
/// Those of `RedisStore::open`; [`StoreError::Forked`] as in [`open_shared`].
#[cfg(feature = "redis")]
pub(super) fn open_server(
    url: &str,
    prefix: &str,
    bytes: usize,
) -> Result<Arc<dyn super::Store>, StoreError> {
    use std::collections::HashMap;
    use std::sync::LazyLock;

    use super::redis::RedisStore;
    static SERVERS: LazyLock<Mutex<HashMap<[u8; 32], Arc<RedisStore>>>> =
        LazyLock::new(Mutex::default);
    let size = bytes.to_string();
    let parts = [url, prefix, &size].map(str::as_bytes);
    let name = crate::bytes::sha256(&crate::bytes::pae(&parts));
    // The lock is not held while connecting. A forked child may inherit a store: it makes its own connections.
    if let Some(store) = fork::lock(&SERVERS)?.get(&name) {
        return Ok(Arc::clone(store) as Arc<dyn super::Store>);
    }
    let store = Arc::new(RedisStore::open(url, prefix, bytes)?);
    let mut servers = fork::lock(&SERVERS)?;
    if servers.len() >= KEPT {
        servers.retain(|_, store| Arc::strong_count(store) > 1);
    }
    Ok(Arc::clone(servers.entry(name).or_insert(store)) as Arc<dyn super::Store>)
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
