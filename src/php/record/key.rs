//! The key file of records, which is read when the module starts.
//!
//! Under php-fpm and Apache that is in the master process, as root, before it starts its workers. They inherit the digest
//! of the key in their memory. It is overwritten when the module ends.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use crate::php::error::BindingError;
use crate::php::info;
use crate::record::key_file::{self, RecordKeyFileError};
use crate::secret::Secret;

/// What was read when the module was started.
struct Started {
    setting: PathBuf,
    key: Result<Option<Secret<32>>, RecordKeyFileError>,
}

static STARTED: RwLock<Option<Started>> = RwLock::new(None);

impl From<RecordKeyFileError> for BindingError {
    fn from(error: RecordKeyFileError) -> Self {
        Self::Failed {
            reason: error.reason(),
            detail: error.to_string(),
        }
    }
}

/// Reads the file. Call it during the start of the module only, after the INI entries were registered.
pub(in crate::php) fn start() {
    let setting = info::record_key_file();
    let key = key_file::read(&setting);
    *STARTED.write().unwrap_or_else(PoisonError::into_inner) = Some(Started { setting, key });
}

/// Forgets the key. PHP calls it when the module ends.
pub(in crate::php) extern "C" fn end(_type: i32, _module: i32) -> i32 {
    *STARTED.write().unwrap_or_else(PoisonError::into_inner) = None;
    0
}

/// Returns the digest of the key that was read; `None` if no file is configured.
///
/// # Errors
/// [`RecordKeyFileError`] if a file is configured, and it could not be read when the module was started.
pub(in crate::php) fn digest() -> Result<Option<Secret<32>>, RecordKeyFileError> {
    let started = STARTED.read().unwrap_or_else(PoisonError::into_inner);
    match started.as_ref() {
        Some(started) if started.setting == info::record_key_file() => match &started.key {
            Ok(key) => Ok(key.as_ref().map(|key| Secret::new(*key.expose()))),
            Err(error) => Err(*error),
        },
        _ => Err(RecordKeyFileError::Changed),
    }
}
