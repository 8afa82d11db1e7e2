//! Tells whether a folder is on a local disk.

use std::fs;
use std::path::Path;

use super::error::{StateFolderError, is_limit_of_open_files};

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

/// Checks that `path`, which must be canonical, is or would be on a local disk.
///
/// # Errors
/// [`StateFolderError::Remote`], [`StateFolderError::NoMounts`] or [`StateFolderError::OpenFiles`].
pub(super) fn check_local(path: &Path) -> Result<(), StateFolderError> {
    let mounts = fs::read_to_string("/proc/self/mountinfo");
    let mounts = mounts.map_err(|error| match error {
        error if is_limit_of_open_files(&error) => StateFolderError::OpenFiles,
        _ => StateFolderError::NoMounts,
    })?;
    if is_remote(file_system(&mounts, path).unwrap_or_default()) {
        return Err(StateFolderError::Remote);
    }
    Ok(())
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
}
