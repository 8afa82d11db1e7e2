//! The meaning of errors of the operating system for the files of the store.

use std::io::{self, ErrorKind};

use crate::store::error::StoreError;

/// Returns the meaning of an error of the operating system.
pub(super) fn io_error(error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::Full
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::NotWritable,
        kind => StoreError::Unavailable(kind),
    }
}
