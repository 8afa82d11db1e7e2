//! The stores in memory that this instance of PHP has open, in WebAssembly.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::error::StoreError;
use super::memory::MemoryStore;
use crate::bytes::{hex, sha256, sha256_pae};
use crate::clock::Timestamp;

/// The folder for stores in memory. PHP.wasm makes the folder above it for what all instances of a site share, such as
/// `php.ini` and the extension itself. It begins with the site's server, or with the page in a browser, and ends with it.
pub const SITE_MEMORY: &str = "/internal/shared/countersign";

/// How many stores an instance keeps open for its next call. A store that a handle uses is kept in any case.
const KEPT: usize = 64;

/// The stores that this instance has open, by digests of their folders and sizes.
static OPEN: Mutex<BTreeMap<[u8; 32], Arc<MemoryStore>>> = Mutex::new(BTreeMap::new());

/// Returns the store in memory with this name, below the folder `root`, which is made if only it is missing. See
/// [`MemoryStore::of_site`]. Further calls of this instance return the same one.
///
/// # Errors
/// [`StoreError::NoSharedFolder`] if the folder above `root` does not exist; those of [`MemoryStore::of_site`].
pub fn open_site_memory(
    root: &Path,
    name: &[u8],
    bytes: usize,
    now: Timestamp,
) -> Result<Arc<MemoryStore>, StoreError> {
    let folder = root.join(hex(&sha256(name)));
    let size = bytes.to_string();
    let key = sha256_pae(&[folder.as_os_str().as_encoded_bytes(), size.as_bytes()]);
    let mut open = OPEN.lock().map_err(|_| StoreError::Corrupt)?;
    if let Some(store) = open.get(&key) {
        return Ok(Arc::clone(store));
    }
    match fs::create_dir(root) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(StoreError::NoSharedFolder);
        }
        // If it cannot be made, the store below it cannot either.
        _ => {}
    }
    let store = Arc::new(MemoryStore::of_site(&folder, bytes, now)?);
    if open.len() >= KEPT {
        open.retain(|_, store| Arc::strong_count(store) > 1);
    }
    open.insert(key, Arc::clone(&store));
    Ok(store)
}
