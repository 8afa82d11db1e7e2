//! The state folder of PHP.wasm: there is none. No file outlives the site, and PHP.wasm has neither other users nor a table of
//! mounts.

use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Why the state folder cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateFolderError {
    /// The platform has none.
    #[error("the state folder is off in WebAssembly, where no file outlives the site")]
    Off,
    /// Never returned: the name of a cause that code for all platforms knows.
    #[error("the process has too many files open")]
    OpenFiles,
}

/// The folder in which the files of this user lie. There is never one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFolder(Infallible);

impl StateFolder {
    /// Finds no folder.
    ///
    /// # Errors
    /// [`StateFolderError::Off`], always.
    pub const fn open(_configured: &Path) -> Result<Self, StateFolderError> {
        Err(StateFolderError::Off)
    }

    /// Finds no folder.
    ///
    /// # Errors
    /// [`StateFolderError::Off`], always.
    pub const fn find(_configured: &Path) -> Result<Option<Self>, StateFolderError> {
        Err(StateFolderError::Off)
    }

    /// Returns the path of the folder.
    #[must_use]
    pub const fn path(&self) -> &Path {
        match self.0 {}
    }
}

/// Opens no file.
///
/// # Errors
/// [`io::ErrorKind::Unsupported`], always.
pub fn open_file(_path: &Path, _options: &mut OpenOptions) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns whether a process or the machine has too many files open, which PHP.wasm does not tell.
#[must_use]
pub const fn is_limit_of_open_files(_error: &io::Error) -> bool {
    false
}

/// Returns the user of PHP.wasm, to whom every file in its memory belongs.
#[must_use]
pub const fn effective_uid() -> u32 {
    0
}
