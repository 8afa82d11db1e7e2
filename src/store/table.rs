//! The tables of the embedded store, and the two kinds of transaction on them.

use std::fs::{self, Metadata};
use std::ops::Bound;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use heed::types::Bytes;
use heed::{
    CommitOrAbort, Database, DatabaseOpener, Env, EnvFlags, EnvOpenOptions, MdbError, RoTxn, RwTxn,
    WithoutTls,
};

use super::{StoreError, folder};
use crate::clock::Timestamp;

/// Reading processes at one moment; a read takes about a microsecond.
const MAX_READERS: u32 = 1024;

/// The operating system's number for an error of input or output.
const EIO: i32 = 5;

pub(super) type Table<'e> = Database<'e, Bytes, Bytes>;
pub(super) type TableOpener<'e> = DatabaseOpener<'e, WithoutTls>;

/// The tables, each with its share of the map in percent. The rest is room for the pages of a
/// transaction and for those that are free but still being read.
#[derive(Debug, Clone, Copy)]
pub(super) enum TableName {
    Seen,
    Limits,
    Budgets,
    Values,
    Clock,
}

impl TableName {
    pub(super) const ALL: [Self; 5] = [
        Self::Seen,
        Self::Limits,
        Self::Budgets,
        Self::Values,
        Self::Clock,
    ];

    /// Its name, and its share of the map in percent. The clock has no name: it is kept in the table of
    /// tables, a page that every commit writes anyway.
    const fn parts(self) -> (Option<&'static str>, u64) {
        match self {
            Self::Seen => (Some("seen"), 45),
            Self::Limits => (Some("limits"), 25),
            Self::Budgets => (Some("budgets"), 5),
            Self::Values => (Some("values"), 10),
            Self::Clock => (None, 5),
        }
    }
}

/// Whether a write transaction is to be kept.
pub(super) enum WriteEnd<T> {
    Commit(T),
    Abort(T),
}

/// One write transaction: at one moment for all processes, wholly or not at all.
///
/// Tables are opened within it, which costs a look at a list, because a handle borrows the
/// environment and could not stand beside it in a struct.
pub(super) fn write<T>(
    env: &Env<WithoutTls>,
    work: impl for<'e> FnOnce(&TableOpener<'e>, &mut RwTxn<'e>) -> Result<WriteEnd<T>, StoreError>,
) -> Result<T, StoreError> {
    let wtxn = env.write_txn()?;
    let mut kept = None;
    let end = env.create_databases_and_commit(wtxn, |opener, wtxn| {
        Ok::<_, StoreError>(match work(opener, wtxn)? {
            WriteEnd::Commit(value) => {
                kept = Some(value);
                CommitOrAbort::Commit(())
            }
            WriteEnd::Abort(value) => CommitOrAbort::Abort(value),
        })
    })?;
    match end {
        CommitOrAbort::Commit(()) => kept.ok_or(StoreError::Corrupt),
        CommitOrAbort::Abort(value) => Ok(value),
    }
}

/// One read transaction.
pub(super) fn read<T>(
    env: &Env<WithoutTls>,
    work: impl for<'e> FnOnce(&TableOpener<'e>, &RoTxn<'e>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let rtxn = match env.read_txn() {
        Err(heed::Error::Mdb(MdbError::ReadersFull)) if env.clear_stale_readers()? > 0 => {
            env.read_txn()?
        }
        other => other?,
    };
    let end = env.open_databases_and_commit(rtxn, |opener, rtxn| {
        work(opener, rtxn).map(CommitOrAbort::<(), T>::Abort)
    })?;
    match end {
        CommitOrAbort::Abort(value) => Ok(value),
        CommitOrAbort::Commit(()) => Err(StoreError::Corrupt),
    }
}

/// A table, in a write transaction.
pub(super) fn table<'e>(
    opener: &TableOpener<'e>,
    wtxn: &mut RwTxn<'e>,
    name: TableName,
) -> Result<Table<'e>, StoreError> {
    Ok(opener.create_database(wtxn, name.parts().0)?)
}

/// A table, in a read transaction; damage where it is missing.
pub(super) fn table_to_read<'e>(
    opener: &TableOpener<'e>,
    rtxn: &RoTxn<'e>,
    name: TableName,
) -> Result<Table<'e>, StoreError> {
    opener
        .open_database(rtxn, name.parts().0)?
        .ok_or(StoreError::Corrupt)
}

/// Opens an environment: the one place where the operating system is taken at its word.
pub(super) fn open_env(path: &Path, map_bytes: usize) -> Result<Env<WithoutTls>, StoreError> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options
        .map_size(map_bytes)
        .max_readers(MAX_READERS)
        .max_dbs(u32::try_from(TableName::ALL.len()).unwrap_or(u32::MAX));
    // SAFETY: Unsafe because a mapped file that another changes or shortens is undefined behaviour,
    // and because without syncs a crash of the machine leaves a file of any content.
    // * Only this user can write the folder (`folder::check`), on a local disk, and only this module
    //   writes in it; LMDB's own lock file, never removed while its store is current, keeps the
    //   processes apart.
    // * A file from before a crash is never opened: it has another boot id (`Generation::present`).
    // * A file that was cut short is never opened: its length is checked before, and is that of the
    //   map from the start (`stretch`).
    // * A child that was forked never comes here with the parent's environment (`LmdbStore::with`).
    #[allow(unsafe_code)]
    let env = unsafe {
        options
            .flags(
                EnvFlags::NO_SUB_DIR
                    | EnvFlags::NO_SYNC
                    | EnvFlags::NO_META_SYNC
                    | EnvFlags::NO_READ_AHEAD,
            )
            .open(path)
    };
    let env = env?;
    close_on_exec(path)?;
    Ok(env)
}

/// Keeps the data file from programs that PHP starts, to which LMDB would leave it open for writing.
fn close_on_exec(path: &Path) -> Result<(), StoreError> {
    let file = |about: Metadata| (about.dev(), about.ino());
    let io = |error| folder::io_error(&error);
    let data = file(fs::metadata(path).map_err(io)?);
    for entry in fs::read_dir("/proc/self/fd").map_err(io)?.flatten() {
        let number = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some(number) = number
            && fs::metadata(entry.path()).is_ok_and(|about| file(about) == data)
        {
            // SAFETY: Unsafe because a number may be closed, and used again for another file, while it
            // is borrowed. This one is of the file that LMDB has just opened and keeps open as long as
            // the environment, which the caller holds; nothing else in this process opens it.
            #[allow(unsafe_code)]
            let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
            rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC)
                .map_err(|error| folder::io_error(&error.into()))?;
        }
    }
    Ok(())
}

/// Removes what is `dead` among the `batch` records after `key`, in a circle. Around a key that is
/// being written this costs next to nothing: the page is at hand. And as keys are digests, they come
/// round everywhere.
pub(super) fn prune(
    table: Table<'_>,
    wtxn: &mut RwTxn<'_>,
    key: &[u8],
    batch: usize,
    dead: impl Fn(&[u8]) -> bool,
) -> Result<(), StoreError> {
    let mut doomed: Vec<Vec<u8>> = Vec::new();
    let mut left = batch;
    let key = Bound::Excluded(key);
    for half in [(key, Bound::Unbounded), (Bound::Unbounded, key)] {
        for record in table.range(wtxn, &half)?.take(left) {
            let (key, value) = record?;
            left -= 1;
            if dead(value) {
                doomed.push(key.to_vec());
            }
        }
    }
    for key in doomed {
        table.delete(wtxn, &key)?;
    }
    Ok(())
}

/// [`StoreError::Full`] when the table has outgrown its share of a map of `map_bytes`.
pub(super) fn check_share(
    table: Table<'_>,
    wtxn: &RwTxn<'_>,
    name: TableName,
    map_bytes: u64,
) -> Result<(), StoreError> {
    let stat = table.stat(wtxn)?;
    let pages = stat.branch_pages + stat.leaf_pages + stat.overflow_pages;
    let used = (pages as u64).saturating_mul(u64::from(stat.page_size));
    if used > map_bytes / 100 * name.parts().1 {
        return Err(StoreError::Full);
    }
    Ok(())
}

/// A moment as it is stored.
pub(super) fn moment(bytes: Option<&[u8]>) -> Result<Timestamp, StoreError> {
    let bytes = bytes.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    Ok(Timestamp::from_millis(u64::from_be_bytes(
        bytes.ok_or(StoreError::Corrupt)?,
    )))
}

/// Whether a record that begins with the moment until which it is kept has lapsed.
pub(super) fn lapsed(record: &[u8], latest: Timestamp) -> bool {
    moment(record.get(..8)).is_ok_and(|until| until < latest)
}

impl From<heed::Error> for StoreError {
    fn from(error: heed::Error) -> Self {
        match error {
            // LMDB's word for a write that was cut short, which is what a full disk does.
            heed::Error::Io(error) if error.raw_os_error() == Some(EIO) => Self::Full,
            heed::Error::Io(error) => folder::io_error(&error),
            heed::Error::Mdb(MdbError::MapFull | MdbError::TxnFull) => Self::Full,
            heed::Error::Mdb(MdbError::ReadersFull) | heed::Error::EnvAlreadyOpened => Self::Busy,
            heed::Error::Mdb(_) | heed::Error::Encoding(_) | heed::Error::Decoding(_) => {
                Self::Corrupt
            }
        }
    }
}
