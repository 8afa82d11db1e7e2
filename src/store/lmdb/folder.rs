//! Checks whether a folder can hold a store: it must belong to this user alone and be on a local disk.
//!
//! A user who can write the files can shorten them, and a mapped file that shrinks kills the process. Reading them
//! reveals little, but their mode is 0600 nevertheless.

use std::fs::{self, DirBuilder, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::store::error::StoreError;

/// File systems that are, or may be, on another machine.
const REMOTE: &[&str] = &[
    "9p",
    "acfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "gfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "pvfs2",
    "smb2",
    "smb3",
    "smbfs",
];

/// FUSE file systems that are local.
const LOCAL_FUSE: &[&str] = &["fuse.fuse-overlayfs", "fuse.lxcfs"];

/// Creates the folder if it is missing, checks it, and returns its canonical path.
///
/// # Errors
/// The variants of [`StoreError`] for the folder.
pub(in crate::store) fn check(folder: &Path) -> Result<PathBuf, StoreError> {
    let about = match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(folder)?,
        other => other.map_err(|error| io_error(&error))?,
    };
    if about.is_symlink() {
        return Err(StoreError::FolderLink);
    }
    if !about.is_dir() {
        return Err(StoreError::FolderMissing);
    }
    if about.uid() != effective_uid()? {
        return Err(StoreError::FolderOwner);
    }
    if about.mode() & 0o022 != 0 {
        return Err(StoreError::FolderWritable);
    }
    let canonical = fs::canonicalize(folder).map_err(|error| io_error(&error))?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").map_err(|error| io_error(&error))?;
    if is_remote(file_system(&mounts, &canonical).unwrap_or_default()) {
        return Err(StoreError::FolderRemote);
    }
    Ok(canonical)
}

fn make(folder: &Path) -> Result<Metadata, StoreError> {
    DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(folder)
        .and_then(|()| fs::symlink_metadata(folder))
        .map_err(|error| match error.kind() {
            ErrorKind::StorageFull => StoreError::Full,
            _ => StoreError::FolderMissing,
        })
}

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

/// Returns the effective user id. It is read from `/proc/self/status`, since the owner of `/proc/self` remains root
/// in a process that has changed its user, as php-fpm's workers do.
///
/// # Errors
/// [`StoreError::NoIdentity`] or an error of the operating system if it cannot be read.
pub(crate) fn effective_uid() -> Result<u32, StoreError> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| io_error(&error))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .and_then(|ids| ids.split_ascii_whitespace().nth(1))
        .and_then(|id| id.parse().ok())
        .ok_or(StoreError::NoIdentity)
}

/// Returns the type of the file system of `path`, which must be canonical: that of the deepest mount point at or
/// above it, and among mounts at the same point the last one, which covers the others. See proc_pid_mountinfo(5).
fn file_system<'a>(mountinfo: &'a str, path: &Path) -> Option<&'a str> {
    let mut found: Option<(usize, &str)> = None;
    for line in mountinfo.lines() {
        let Some((mount, about)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(point), Some(kind)) = (
            mount.split_ascii_whitespace().nth(4),
            about.split_ascii_whitespace().next(),
        ) else {
            continue;
        };
        let point = unescape(point);
        let depth = Path::new(&point).components().count();
        if path.starts_with(&point) && found.is_none_or(|(deepest, _)| depth >= deepest) {
            found = Some((depth, kind));
        }
    }
    found.map(|(_, kind)| kind)
}

/// Decodes a mount point: space, tab, newline and backslash are written in octal.
fn unescape(text: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (code, plain)| {
        text.replace(code, plain)
    })
}

fn is_remote(kind: &str) -> bool {
    REMOTE.contains(&kind) || (kind.starts_with("fuse.") && !LOCAL_FUSE.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    const MOUNTS: &str = "\
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
        30 22 0:40 / /srv rw - nfs4 host:/srv rw\n\
        31 30 8:2 / /srv/local\\040disk rw - xfs /dev/sdb rw\n\
        32 22 0:41 / /over rw - nfs host:/x rw\n\
        33 32 0:42 / /over rw - tmpfs tmpfs rw\n\
        broken line\n";

    #[test]
    fn the_deepest_and_last_mount_decides_the_file_system() {
        let kind = |path: &str| file_system(MOUNTS, Path::new(path)).unwrap();
        assert_eq!(kind("/var/lib/countersign"), "ext4");
        assert_eq!(kind("/srv/www"), "nfs4");
        assert_eq!(kind("/srvx"), "ext4");
        assert_eq!(kind("/srv/local disk/store"), "xfs");
        assert_eq!(kind("/over/store"), "tmpfs");
        assert!(is_remote("nfs4") && is_remote("cifs") && is_remote("fuse.sshfs"));
        assert!(!is_remote("ext4") && !is_remote("overlay") && !is_remote("fuse.fuse-overlayfs"));
    }

    #[test]
    fn only_a_folder_of_this_user_alone_is_accepted() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        let fresh = dir.path().join("a/b");
        assert_eq!(check(&fresh).unwrap(), fs::canonicalize(&fresh).unwrap());
        assert_eq!(fs::metadata(&fresh).unwrap().mode() & 0o777, 0o700);

        for wide in [0o720, 0o702, 0o777, 0o1777] {
            mode(&fresh, wide).unwrap();
            assert_eq!(check(&fresh), Err(StoreError::FolderWritable), "{wide:o}");
        }
        mode(&fresh, 0o755).unwrap();
        assert!(check(&fresh).is_ok());

        let link = dir.path().join("link");
        symlink(&fresh, &link).unwrap();
        assert_eq!(check(&link), Err(StoreError::FolderLink));

        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        assert_eq!(check(&file), Err(StoreError::FolderMissing));
        assert_eq!(
            check(&file.join("under")),
            Err(StoreError::Unavailable(ErrorKind::NotADirectory))
        );

        // Root can change the owner of the folder; another user takes a folder of root.
        let foreign = if effective_uid() == Ok(0) {
            std::os::unix::fs::chown(&fresh, Some(12_345), None).unwrap();
            fresh
        } else {
            "/etc".into()
        };
        assert_eq!(check(&foreign), Err(StoreError::FolderOwner));
    }
}
