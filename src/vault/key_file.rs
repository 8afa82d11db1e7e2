//! The key file: key material in a file on the server, outside the web root and the database.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::keyring::check_material;
use crate::path::{AbsolutePath, PathError};
use crate::reason::Reason;
use crate::secret::SecretBytes;
use crate::state_folder::effective_uid;

/// The longest key file that is read, in bytes.
pub const MAX_BYTES: u64 = 4096;

/// Why a key file cannot be used. The message says what to do; the caller adds the name of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// No file is configured.
    #[error("no key file is configured: set countersign.key_file in php.ini")]
    NotConfigured,
    /// The path of the file is not one that may be used.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The file does not exist or cannot be read.
    #[error(
        "the key file cannot be read: create it with `countersign key generate`, owned by PHP's user or root"
    )]
    Unreadable,
    /// The file is a symbolic link or not a regular file.
    #[error("the key file is not a regular file: configure the file itself, not a link")]
    NotRegular,
    /// The file belongs to another user.
    #[error("the key file belongs to another user: make PHP's user or root its owner")]
    Owner,
    /// Other users can read or write the file.
    #[error("other users can read or write the key file: set its mode to 0600")]
    Mode,
    /// The content is too short or too long, or contains WordPress's placeholder.
    #[error("the content of the key file is not a key: 32 to 4,096 random bytes are needed")]
    Content,
}

impl KeyFileError {
    /// Returns the stable reason, the same for every cause.
    #[must_use]
    pub const fn reason(self) -> Reason {
        Reason::KeyFileUnusable
    }
}

/// Returns the path of the key file in the setting `countersign.key_file`.
///
/// # Errors
/// [`KeyFileError::NotConfigured`] if it is empty; [`KeyFileError::Path`] if it is not an absolute path.
pub fn configured(setting: &Path) -> Result<AbsolutePath<'_>, KeyFileError> {
    if setting.as_os_str().is_empty() {
        return Err(KeyFileError::NotConfigured);
    }
    Ok(AbsolutePath::parse(setting, "countersign.key_file")?)
}

/// Reads the key file `path` and returns its content without surrounding white space.
///
/// It must be a regular file of at most [`MAX_BYTES`] that belongs to the user of this process or to root and
/// that no other user can read or write.
///
/// # Errors
/// [`KeyFileError`] if one of these conditions does not hold.
pub fn read(path: &AbsolutePath<'_>) -> Result<SecretBytes, KeyFileError> {
    read_of(path, &[effective_uid(), 0])
}

/// Reads the key file `path` like [`read`], if it belongs to one of `owners`.
///
/// # Errors
/// Those of [`read`].
pub(crate) fn read_of(
    path: &AbsolutePath<'_>,
    owners: &[u32],
) -> Result<SecretBytes, KeyFileError> {
    let path = path.as_path();
    let about = fs::symlink_metadata(path).map_err(|_| KeyFileError::Unreadable)?;
    if !about.is_file() {
        return Err(KeyFileError::NotRegular);
    }
    let file = File::open(path).map_err(|_| KeyFileError::Unreadable)?;
    // Checks the opened file, because the path may have been replaced meanwhile.
    let opened = file.metadata().map_err(|_| KeyFileError::Unreadable)?;
    if (opened.dev(), opened.ino()) != (about.dev(), about.ino()) {
        return Err(KeyFileError::NotRegular);
    }
    if !owners.contains(&opened.uid()) {
        return Err(KeyFileError::Owner);
    }
    if opened.mode() & 0o077 != 0 {
        return Err(KeyFileError::Mode);
    }
    // The buffer has its full size from the start: growing it would leave copies of the key in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(MAX_BYTES as usize + 1));
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(|_| KeyFileError::Unreadable)?;
    let key = content.trim_ascii();
    if content.len() as u64 > MAX_BYTES || check_material(key).is_err() {
        return Err(KeyFileError::Content);
    }
    Ok(SecretBytes::new(key.to_vec()))
}

/// Writes `text` and a line feed to a new key file with mode 0600. An existing file is never overwritten.
///
/// # Errors
/// The error of the operating system, such as that the file exists.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn only_a_private_regular_file_of_the_own_user_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let read = |path: &Path| configured(path).and_then(|path| read(&path));
        let why = |path: &Path| read(path).err();
        assert_eq!(why(Path::new("")), Some(KeyFileError::NotConfigured));
        let relative = PathError::Relative("countersign.key_file");
        assert_eq!(why(Path::new("keys/k")), Some(relative.into()));
        assert_eq!(why(&path), Some(KeyFileError::Unreadable));
        write(&path, "0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(
            read(&path).ok().unwrap().expose(),
            b"0123456789abcdef0123456789abcdef"
        );
        assert!(write(&path, "another one that is as long as it").is_err());
        for wide in [0o604, 0o640, 0o620, 0o602, 0o610, 0o601, 0o666] {
            mode(wide);
            assert_eq!(why(&path), Some(KeyFileError::Mode), "{wide:o}");
        }
        mode(0o400);
        assert!(read(&path).is_ok());
        mode(0o600);
        let link = dir.path().join("link");
        symlink(&path, &link).unwrap();
        assert_eq!(why(&link), Some(KeyFileError::NotRegular));
        assert_eq!(why(dir.path()), Some(KeyFileError::NotRegular));
        for wrong in [
            &b""[..],
            b" 0123456789abcdef0123456789abcde ",
            b"put your unique phrase here, and some more of it",
            &[b'x'; 4097],
        ] {
            fs::write(&path, wrong).unwrap();
            assert_eq!(why(&path), Some(KeyFileError::Content));
        }
        fs::write(&path, [b'x'; 4096]).unwrap();
        assert_eq!(read(&path).ok().unwrap().expose(), [b'x'; 4096]);
        if effective_uid() == 0 {
            std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
            assert_eq!(why(&path), Some(KeyFileError::Owner));
        }
    }
}
