//! Opening the files in a state folder.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// Opens a file in a state folder as `options` say. A file that this makes is accessible to this user only.
///
/// The last part of `path` is not followed if it is a symbolic link. Scripts of several sites may run as one user, each
/// bounded by `open_basedir`. A script that can write in the folder could otherwise let the extension write a file of
/// another site. Opening a pipe does not wait for somebody at its other end.
///
/// # Errors
/// [`ErrorKind::PermissionDenied`] if `path` is not a regular file; otherwise the error of the operating system.
pub fn open_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let refused = || io::Error::from(ErrorKind::PermissionDenied);
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let opened = options.mode(0o600).custom_flags(flags).open(path);
    let file = opened.map_err(|error| match Errno::from_io_error(&error) {
        // A link; a pipe that nobody reads.
        Some(Errno::LOOP | Errno::NXIO) => refused(),
        _ => error,
    })?;
    if !file.metadata()?.is_file() {
        return Err(refused());
    }
    Ok(file)
}
