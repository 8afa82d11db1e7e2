//! The meaning of errors of the operating system for the files of the store.

use std::io::{self, ErrorKind};

use crate::state_folder::{StateFolderError, is_limit_of_open_files};
use crate::store::error::StoreError;

/// Returns the meaning of an error of the operating system.
pub(super) fn io_error(error: &io::Error) -> StoreError {
    match error.kind() {
        _ if is_limit_of_open_files(error) => StateFolderError::OpenFiles.into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::Full
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::NotWritable,
        kind => StoreError::Unavailable(kind),
    }
}
