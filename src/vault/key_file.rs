//! The key file: key material that lies on the server outside the web root, and not in the database.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::keyring::check_material;
use crate::reason::Reason;
use crate::secret::SecretBytes;
use crate::store::effective_uid;

/// The largest key file that is read, in bytes.
pub const MAX_BYTES: u64 = 4096;

/// Why a key file is not used. The message says what to mend; the file's name is the caller's to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// No file is named.
    #[error("no key file is configured: set countersign.key_file in php.ini")]
    NotConfigured,
    /// It is not there, or cannot be read.
    #[error(
        "the key file cannot be read: create it with `countersign key generate`, owned by PHP's user or root"
    )]
    Unreadable,
    /// It is a link or no regular file.
    #[error("the key file is no regular file: name the file itself, not a link")]
    NotRegular,
    /// Somebody else's.
    #[error("the key file belongs to another user: give it to PHP's user or to root")]
    Owner,
    /// Others can read or change it.
    #[error("the key file can be read or written by others: set its mode to 0600")]
    Mode,
    /// Too short, too long, or the placeholder.
    #[error("the key file's content is no key: 32 to 4,096 random bytes are needed")]
    Content,
}

impl KeyFileError {
    /// Returns the stable reason, the same for every cause.
    #[must_use]
    pub const fn reason(self) -> Reason {
        Reason::KeyFileUnusable
    }
}

/// The content of the key file `path`, without white space around it.
///
/// The file must be a regular one, of this process's user or root, that nobody else can read or write.
///
/// # Errors
/// [`KeyFileError`].
pub fn read(path: &Path) -> Result<SecretBytes, KeyFileError> {
    if path.as_os_str().is_empty() {
        return Err(KeyFileError::NotConfigured);
    }
    let about = fs::symlink_metadata(path).map_err(|_| KeyFileError::Unreadable)?;
    if !about.is_file() {
        return Err(KeyFileError::NotRegular);
    }
    let file = File::open(path).map_err(|_| KeyFileError::Unreadable)?;
    // Of the file that was opened, whatever the name has come to mean meanwhile.
    let opened = file.metadata().map_err(|_| KeyFileError::Unreadable)?;
    if (opened.dev(), opened.ino()) != (about.dev(), about.ino()) {
        return Err(KeyFileError::NotRegular);
    }
    let user = effective_uid().map_err(|_| KeyFileError::Unreadable)?;
    if opened.uid() != user && opened.uid() != 0 {
        return Err(KeyFileError::Owner);
    }
    if opened.mode() & 0o077 != 0 {
        return Err(KeyFileError::Mode);
    }
    // Room for all of it at once: a buffer that grows leaves copies behind.
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

/// Writes a new key file, mode 0600. One that exists is never overwritten.
///
/// # Errors
/// What the operating system says.
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
    fn only_a_file_of_ours_that_nobody_else_reads_will_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let why = |path: &Path| read(path).err();
        assert_eq!(why(Path::new("")), Some(KeyFileError::NotConfigured));
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
        if effective_uid() == Ok(0) {
            std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
            assert_eq!(why(&path), Some(KeyFileError::Owner));
        }
    }
}
