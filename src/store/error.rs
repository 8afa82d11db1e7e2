//! Why a store gave no answer.

#[cfg(all(feature = "redis", has_processes))]
use super::redis::RedisFault;
use super::target::StoreTarget;
use crate::limit::Malformed;
use crate::path::PathError;
use crate::reason::Reason;
#[cfg(has_os)]
use crate::state_folder::StateFolderError;

/// The error of a store. The message is for the administrator of the host and says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room on the disk, or the records of this kind have used up their share of the store.
    #[error(
        "the store is full: free disk space, raise countersign.store_size, or wait until records expire"
    )]
    Full,
    /// An item was issued before the store was reset.
    #[error("the item was issued before the store was started: ask for a new one")]
    Restarted,
    /// The clock was set back by more than the tolerance.
    #[error(
        "the clock is more than 30 seconds behind the latest moment in the store: set the clock right, or delete the store's folder or keys"
    )]
    ClockStepped,
    /// The moment until which a record was to be kept has passed.
    #[error("the item has expired, so its use cannot be recorded: ask for a new one")]
    Expired,
    /// An argument is outside the documented range, which is a mistake in the calling code.
    #[error("an argument is outside the range that the store accepts: correct the calling code")]
    Misuse,
    /// Another thread was using the store when the process was forked.
    #[error(
        "another thread was using the store when this process was forked: fork while no other thread uses it"
    )]
    Forked,
    /// Another process reset the store, and this operation cannot continue in the new one.
    #[error("another process has just reset the store: try again")]
    Replaced,
    /// Other processes hold the lock of the store or all its reader slots.
    #[error("other processes occupy the store: try again")]
    Busy,
    /// The files are damaged. The next operation resets the store.
    #[error("the store is damaged: try again, and the next operation resets it")]
    Corrupt,
    /// The state folder cannot be used.
    #[cfg(has_os)]
    #[error("{0}")]
    Folder(StateFolderError),
    /// Processes of another machine or container have the store in the folder open.
    #[error(
        "another machine or container has the store's folder open: give each a folder of its own, share machine-id and process namespace between containers, or use redis"
    )]
    FolderInUse,
    /// The files of the store cannot be written.
    #[error(
        "the store's files cannot be written: check owner and mode of the folder and its files, and the mount"
    )]
    NotWritable,
    /// The boot id of the machine cannot be read.
    #[error("the machine's boot id cannot be read: mount /proc, which has it")]
    NoIdentity,
    /// The setting `countersign.store` does not name an engine.
    #[error("countersign.store must be embedded or redis")]
    Engine,
    /// The setting `countersign.store` is `memory`, and this is no build for WebAssembly.
    #[error(
        "countersign.store=memory is for WebAssembly only, because the processes of a web server would not share it: set embedded or redis"
    )]
    MemoryOnHost,
    /// The setting `countersign.store` is not `memory`, and this is a build for WebAssembly.
    #[error("countersign.store must be memory in WebAssembly")]
    OnlyMemory,
    /// There is no folder that the instances of PHP share.
    #[error(
        "the folder /internal/shared is missing, which all instances of PHP of a site share: start PHP by the functions of PHP.wasm"
    )]
    NoSharedFolder,
    /// The setting `countersign.store_size` is not a size.
    #[error("countersign.store_size must be a whole number of MiB, 1 to {max}", max = StoreTarget::BUILD.max_mib())]
    Size,
    /// The path of the folder is not one that may be used.
    #[error("{0}")]
    Path(PathError),
    /// Any other error of the operating system.
    #[error("the operating system reported an error for the store's files: {0}")]
    Unavailable(std::io::ErrorKind),
    /// The shared store cannot be used.
    #[cfg(all(feature = "redis", has_processes))]
    #[error("{0}")]
    Redis(RedisFault),
}

impl StoreError {
    /// Returns the reason for the refusal of the client's request.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Full => Reason::StoreFull,
            Self::Restarted => Reason::StoreRestarted,
            _ => Reason::StoreUnavailable,
        }
    }
}

impl From<PathError> for StoreError {
    fn from(error: PathError) -> Self {
        Self::Path(error)
    }
}

#[cfg(has_processes)]
impl From<StateFolderError> for StoreError {
    fn from(error: StateFolderError) -> Self {
        match error {
            StateFolderError::Full => Self::Full,
            error => Self::Folder(error),
        }
    }
}

impl From<Malformed> for StoreError {
    fn from(_: Malformed) -> Self {
        Self::Corrupt
    }
}

#[cfg(all(feature = "redis", has_processes))]
impl From<RedisFault> for StoreError {
    fn from(fault: RedisFault) -> Self {
        Self::Redis(fault)
    }
}
