//! Why a witness cannot be read or written.

use crate::store::StoreError;

/// The error of a witness. The message is for the administrator of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// The bytes are not a witness of this site and address.
    #[error("the witness is damaged: an administrator confirms that the database is current")]
    Damaged,
    /// The file is a link, or other users can read or write it.
    #[error("the file of the witness is a link or accessible to other users: set its mode to 0600")]
    Access,
    /// There are more records than the place can hold.
    #[error("the witness has no room for more records: use the embedded store")]
    Full,
    /// Other processes change the witness all the time.
    #[error("other processes change the witness all the time: try again")]
    Contended,
    /// The state folder cannot be used.
    #[cfg(has_os)]
    #[error(transparent)]
    Folder(#[from] crate::state_folder::StateFolderError),
    /// The operating system refused an operation on the file.
    #[error("the operating system refused an operation on the file of the witness: {0}")]
    System(std::io::ErrorKind),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
