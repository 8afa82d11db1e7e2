//! The state folder: where the extension keeps files between requests, such as the embedded store, sealing keys and the
//! witness of records.
//!
//! There are two kinds of configured folders:
//!
//! * **A folder of one user.** It belongs to this user, and nobody else can write in it (`mode & 0022` is 0). The files
//!   lie in it.
//! * **A folder of root for many users.** The files of each user lie in `user-UID` below it, mode 0700. If the folder
//!   has the sticky bit and other users can write in it, each user's folder is made when it is needed. Mode 1733 is
//!   recommended; 1777 and, for the users of a group, 1730 and 1770 are accepted as well. If other users cannot write
//!   in it, such as with mode 0711, root makes the folders of the users.
//!
//! Everything else is refused. The configured folder and its parents are never made here: whoever runs PHP first,
//! such as root on the command line, would own it and lock out all others.
//!
//! **What another local user can do in the shared folder.** Others can make entries in it, but the sticky bit keeps
//! them from removing or renaming this user's folder. A name that they took first is refused, whatever it is: a folder,
//! a file or a symbolic link. Once the folder was checked, its path is therefore stable.
//!
//! **Access control lists** need no check: a right that a list grants to others appears in the group bits of the mode.

mod error;
mod file;
mod mount;

use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

pub use error::{StateFolderError, is_limit_of_open_files};
pub use file::open_file;

/// The owner of a folder for many users.
const ROOT: u32 = 0;

/// The bit of a mode that lets only the owner of an entry remove or rename it.
const STICKY: u32 = 0o1000;

/// The bits of a mode that let others write.
const WRITABLE: u32 = 0o022;

/// The folder in which the files of this user lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFolder {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl StateFolder {
    /// Finds the folder of this user at or below `configured`, and makes it if `configured` is a shared folder of root
    /// in which this user has none yet. Checks owner, mode and type, and that the folder is on a local disk.
    ///
    /// # Errors
    /// [`StateFolderError`] if the folder cannot be used.
    pub fn open(configured: &Path) -> Result<Self, StateFolderError> {
        let user = effective_uid();
        let top = Configured::open(configured, user)?;
        mount::check_local(&top.user_path())?;
        if let Some(found) = top.find()? {
            return Ok(found);
        }
        match rustix::fs::mkdirat(&top.folder.handle, top.name(), Mode::RWXU) {
            // Another process of this user was faster, or another user took the name. The check tells.
            Ok(()) | Err(Errno::EXIST) => {}
            Err(Errno::ACCESS | Errno::PERM) => return Err(StateFolderError::UserMissing { user }),
            Err(error) => return Err(error.into()),
        }
        top.complete()?;
        top.find()?.ok_or(StateFolderError::Missing)
    }

    /// Finds the folder of this user like [`StateFolder::open`], but makes nothing: returns `None` if this user has no
    /// folder yet in a shared folder. It does not check whether the folder is on a local disk.
    ///
    /// # Errors
    /// [`StateFolderError`] if the folder cannot be used.
    pub fn find(configured: &Path) -> Result<Option<Self>, StateFolderError> {
        Configured::open(configured, effective_uid())?.find()
    }

    /// Returns the canonical path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the device and the inode of the folder, which identify it whatever the spelling of its path.
    #[must_use]
    pub const fn identity(&self) -> (u64, u64) {
        (self.device, self.inode)
    }
}

/// Describes the folder of this user for display, without making anything: its path, or what is wrong.
#[must_use]
pub fn describe(configured: &Path) -> String {
    let user = effective_uid();
    let found = Configured::open(configured, user).and_then(|top| {
        mount::check_local(&top.user_path())?;
        Ok((top.user_path(), top.find()?.is_some()))
    });
    match found {
        Ok((path, true)) => path.display().to_string(),
        Ok((path, false)) => format!("{} (made at the first use)", path.display()),
        Err(error) => error.to_string(),
    }
}

/// Returns the effective user id of this process.
#[must_use]
pub fn effective_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The configured folder, and to whom it belongs.
struct Configured {
    canonical: PathBuf,
    folder: OpenedEntry,
    user: u32,
    kind: FolderKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FolderKind {
    /// The folder of this user alone.
    Own,
    /// A folder of root in which each user can make one.
    Shared,
    /// A folder of root in which only root can make those of the users.
    Prepared,
}

impl Configured {
    /// Opens and classifies the configured folder.
    fn open(configured: &Path, user: u32) -> Result<Self, StateFolderError> {
        if !configured.is_absolute() {
            return Err(StateFolderError::Relative);
        }
        // With a slash or a dot at its end, the path of a symbolic link would be followed.
        let path: PathBuf = configured.components().collect();
        let folder = OpenedEntry::open(CWD, &path)?;
        if folder.about.is_symlink() {
            return Err(StateFolderError::Link);
        }
        if !folder.about.is_dir() {
            return Err(StateFolderError::NotFolder);
        }
        let kind = kind_of(folder.about.uid(), folder.about.mode(), user)?;
        if kind == FolderKind::Own && !folder.is_owned()? {
            return Err(StateFolderError::Owner);
        }
        Ok(Self {
            canonical: fs::canonicalize(&path)?,
            folder,
            user,
            kind,
        })
    }

    /// Returns the name of this user's folder in a shared one.
    fn name(&self) -> String {
        format!("user-{}", self.user)
    }

    /// Returns the path at which the folder of this user is or will be.
    fn user_path(&self) -> PathBuf {
        match self.kind {
            FolderKind::Own => self.canonical.clone(),
            FolderKind::Shared | FolderKind::Prepared => self.canonical.join(self.name()),
        }
    }

    /// Opens this user's folder in a shared one; `None` if it does not exist.
    fn user_entry(&self) -> Result<Option<OpenedEntry>, StateFolderError> {
        match OpenedEntry::open(&self.folder.handle, Path::new(&self.name())) {
            Ok(entry) => Ok(Some(entry)),
            Err(Errno::NOENT) if self.kind == FolderKind::Shared => Ok(None),
            Err(Errno::NOENT | Errno::ACCESS) if self.kind == FolderKind::Prepared => {
                Err(StateFolderError::Owner)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Finds and checks the folder of this user; `None` if it does not exist in a shared folder.
    fn find(&self) -> Result<Option<StateFolder>, StateFolderError> {
        let user = self.user;
        let path = self.user_path();
        let about = if self.kind == FolderKind::Own {
            self.folder.about.clone()
        } else {
            let Some(entry) = self.user_entry()? else {
                return Ok(None);
            };
            if !entry.is_folder_of(user)? {
                return Err(StateFolderError::Squatted { user });
            }
            if entry.about.mode() & 0o077 != 0 {
                return Err(StateFolderError::UserMode { user });
            }
            entry.about
        };
        let found = StateFolder {
            path,
            device: about.dev(),
            inode: about.ino(),
        };
        // The path must lead to what was checked, even if a folder above it was exchanged meanwhile.
        let there = fs::symlink_metadata(&found.path)?;
        if (there.dev(), there.ino()) != found.identity() {
            return Err(StateFolderError::System(ErrorKind::ResourceBusy));
        }
        Ok(Some(found))
    }

    /// Gives the folder that was just made the rights that the umask may have taken from its owner. The umask never
    /// adds rights for others.
    fn complete(&self) -> Result<(), StateFolderError> {
        let Some(entry) = self.user_entry()? else {
            return Ok(());
        };
        let about = &entry.about;
        if about.is_dir() && about.uid() == self.user && about.mode() & 0o700 != 0o700 {
            // Nobody but this user and root can exchange the entry, so the name still leads to it.
            let name = self.name();
            rustix::fs::chmodat(
                &self.folder.handle,
                name.as_str(),
                Mode::RWXU,
                AtFlags::empty(),
            )?;
        }
        Ok(())
    }
}

/// Returns how `user` can use a folder with this owner and mode.
fn kind_of(owner: u32, mode: u32, user: u32) -> Result<FolderKind, StateFolderError> {
    let is_writable = mode & WRITABLE != 0;
    match owner {
        owner if owner == user && !is_writable => Ok(FolderKind::Own),
        ROOT if is_writable && mode & STICKY != 0 => Ok(FolderKind::Shared),
        ROOT if !is_writable => Ok(FolderKind::Prepared),
        owner if owner == user || owner == ROOT => Err(StateFolderError::Writable),
        _ => Err(StateFolderError::Owner),
    }
}

/// A file system entry that was opened without following a link. Its facts are those of the opened entry.
struct OpenedEntry {
    handle: File,
    about: Metadata,
}

impl OpenedEntry {
    fn open(folder: impl AsFd, name: &Path) -> Result<Self, Errno> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = File::from(rustix::fs::openat(folder, name, flags, Mode::empty())?);
        let about = handle.metadata();
        let about = about.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        Ok(Self { handle, about })
    }

    fn is_folder_of(&self, user: u32) -> Result<bool, StateFolderError> {
        Ok(self.about.is_dir() && self.about.uid() == user && self.is_owned()?)
    }

    /// Asks the kernel whether this process owns the folder. In a user namespace every user without a mapping has the
    /// same id, so equal ids do not prove it. `O_NOATIME` is permitted to the owner only: see open(2).
    fn is_owned(&self) -> Result<bool, StateFolderError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOATIME | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.handle, ".", flags, Mode::empty()) {
            Ok(_) => Ok(true),
            Err(Errno::PERM) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
