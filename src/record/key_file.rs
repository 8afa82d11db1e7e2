//! The key file of records: a key that only root can read, mixed into the key that seals records.
//!
//! PHP reads it once, while it still runs as root, before it starts its workers as another user. Code that runs in PHP can
//! then seal records through the extension only: with `AUTH_KEY` alone, or with a copy of the database and
//! `wp-config.php`, nobody can forge one.

use std::path::Path;

use crate::path::{AbsolutePath, PathError};
use crate::reason::Reason;
use crate::secret::{Secret, derive};
use crate::vault::key_file::{self, KeyFileError};

/// The user id of root.
const ROOT: u32 = 0;

/// Why the key file of records cannot be used. The message says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordKeyFileError {
    /// The path of the file is not one that may be used.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The file could not be read when PHP was started.
    #[error(
        "the key file of records could not be read when PHP was started: create it as root with `countersign key generate`, and start PHP as root"
    )]
    Unreadable,
    /// The file does not belong to root.
    #[error("the key file of records does not belong to root: make root its owner")]
    Owner,
    /// The file is not regular, is accessible to other users, or has no key.
    #[error("{0}")]
    File(KeyFileError),
    /// The setting is not the one with which PHP was started.
    #[error(
        "countersign.record_key_file differs from the value with which PHP was started: set it in php.ini only, and restart PHP"
    )]
    Changed,
}

impl RecordKeyFileError {
    /// Returns the stable reason, the same for every cause.
    #[must_use]
    pub const fn reason(self) -> Reason {
        Reason::KeyFileUnusable
    }
}

/// Reads the file in the setting `countersign.record_key_file`, and returns a digest of its key for
/// [`Keyring::with_record_file`](crate::keyring::Keyring::with_record_file). Returns `None` if the setting is empty.
///
/// # Errors
/// [`RecordKeyFileError`] unless it is a regular file of root that no other user can read or write, with a key.
pub fn read(setting: &Path) -> Result<Option<Secret<32>>, RecordKeyFileError> {
    if setting.as_os_str().is_empty() {
        return Ok(None);
    }
    let path = AbsolutePath::parse(setting, "countersign.record_key_file")?;
    let key = key_file::read_of(&path, &[ROOT]).map_err(|error| match error {
        KeyFileError::Unreadable => RecordKeyFileError::Unreadable,
        KeyFileError::Owner => RecordKeyFileError::Owner,
        KeyFileError::Path(error) => RecordKeyFileError::Path(error),
        other => RecordKeyFileError::File(other),
    })?;
    let digest = derive(key.expose(), &[], b"countersign/record/key-file/v1");
    Ok(Some(digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state_folder::effective_uid;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, chown};

    #[test]
    fn only_a_private_file_of_root_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let why = |path: &Path| read(path).err();
        assert!(read(Path::new("")).unwrap().is_none());
        let relative = PathError::Relative("countersign.record_key_file");
        assert_eq!(why(Path::new("key")), Some(relative.into()));
        assert_eq!(why(&path), Some(RecordKeyFileError::Unreadable));
        key_file::write(&path, "0123456789abcdef0123456789abcdef").unwrap();
        if effective_uid() != ROOT {
            assert_eq!(why(&path), Some(RecordKeyFileError::Owner));
            return;
        }
        let one = read(&path).unwrap().unwrap();
        assert_eq!(one.expose(), read(&path).unwrap().unwrap().expose());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let mode = RecordKeyFileError::File(KeyFileError::Mode);
        assert_eq!(why(&path), Some(mode));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&path, Some(12_345), None).unwrap();
        assert_eq!(why(&path), Some(RecordKeyFileError::Owner));
        chown(&path, Some(ROOT), None).unwrap();
        fs::write(&path, "fedcba9876543210fedcba9876543210").unwrap();
        assert_ne!(one.expose(), read(&path).unwrap().unwrap().expose());
        fs::write(&path, "short").unwrap();
        let content = RecordKeyFileError::File(KeyFileError::Content);
        assert_eq!(why(&path), Some(content));
    }
}
