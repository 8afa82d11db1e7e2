//! Why the state folder cannot be used.

use std::io::{self, ErrorKind};

use rustix::io::Errno;

/// The error of the state folder. The message is for the administrator of the host and says what to do. It contains no
/// path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateFolderError {
    /// The path is relative or empty.
    #[error("the path of the state folder is relative: configure an absolute path")]
    Relative,
    /// The folder does not exist. Nothing creates it but the administrator or the package.
    #[error(
        "the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`"
    )]
    Missing,
    /// The path of the folder is a symbolic link.
    #[error("the state folder is a symbolic link: configure the folder that it points to")]
    Link,
    /// The path is a file.
    #[error("the path of the state folder is not a folder: configure another path")]
    NotFolder,
    /// The folder belongs to neither this user nor root.
    #[error(
        "the state folder belongs to another user: make the user that runs PHP its owner, or root with mode 1733"
    )]
    Owner,
    /// Other users can write in the folder, and it is not root's with the sticky bit.
    #[error(
        "the state folder is writable by other users: set its mode to 0700, or make root its owner and set its mode to 1733"
    )]
    Writable,
    /// The folder is on a network file system, where locks and mapped files are not reliable.
    #[error("the state folder is on a network file system: use a local disk, or redis")]
    Remote,
    /// The name of this user's folder in the shared folder is taken: by another user, a file or a link.
    #[error(
        "user-{user} in the state folder is not a folder of user {user}: as root, remove it, then run `mkdir -m 0700 user-{user}` and `chown {user} user-{user}` there"
    )]
    Squatted {
        /// The id of this user.
        user: u32,
    },
    /// Other users can use this user's folder in the shared folder.
    #[error(
        "user-{user} in the state folder is accessible to other users: run `chmod 0700 user-{user}` there"
    )]
    UserMode {
        /// The id of this user.
        user: u32,
    },
    /// This user may not make a folder in the shared folder.
    #[error(
        "user-{user} in the state folder cannot be made: as root, run `mkdir -m 0700 user-{user}` and `chown {user} user-{user}` there, or set the mode of the state folder to 1733"
    )]
    UserMissing {
        /// The id of this user.
        user: u32,
    },
    /// The path of the folder, or a name in it, is longer than the operating system allows.
    #[error("the path of the state folder is too long: configure a shorter one")]
    TooLong,
    /// There is no room on the disk.
    #[error("the disk of the state folder is full: free disk space")]
    Full,
    /// The operating system does not let this user open the folder.
    #[error(
        "the state folder cannot be opened: check the modes of the folders above it, the mount, and rules of SELinux or AppArmor"
    )]
    Refused,
    /// The table of mounts cannot be read, so a network file system would not be noticed.
    #[error("the machine's table of mounts cannot be read: mount /proc, which has it")]
    NoMounts,
    /// This process or the machine has as many files open as it may have.
    #[error(
        "too many files are open: raise the limit of open files (rlimit_files in the configuration of the php-fpm pool)"
    )]
    OpenFiles,
    /// Any other error of the operating system.
    #[error("the operating system reported an error for the state folder: {0}")]
    System(ErrorKind),
}

/// Returns whether this process or the machine has as many files open as it may have. The same operation may succeed later.
#[must_use]
pub fn is_limit_of_open_files(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE)
    )
}

impl From<io::Error> for StateFolderError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            _ if is_limit_of_open_files(&error) => Self::OpenFiles,
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Refused,
            ErrorKind::NotADirectory => Self::NotFolder,
            ErrorKind::InvalidFilename => Self::TooLong,
            kind => Self::System(kind),
        }
    }
}

impl From<Errno> for StateFolderError {
    fn from(error: Errno) -> Self {
        io::Error::from(error).into()
    }
}
