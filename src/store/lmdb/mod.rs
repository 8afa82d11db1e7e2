//! The embedded store: LMDB files in a folder, shared by all processes of the host.
//!
//! **Processes that are killed.** A commit is one write of a root page. The write lock is a robust mutex, which the
//! kernel releases when its holder dies. The reader slots of dead processes are cleared when a process opens the store
//! or finds all slots in use. Nothing is synced to disk: files that survive a crash of the machine are not trusted (see
//! [`HostIdentity`]).
//!
//! **No `MDB_WRITEMAP`,** although it is three times faster: the map would be writable, so a stray pointer anywhere in
//! PHP could change records, and a full disk would end in a signal instead of an error.
//!
//! **Forks.** Only the process that opened an environment may use it, and LMDB cannot open it a second time in a
//! forked child. The child is therefore refused with [`StoreError::Forked`](super::StoreError::Forked). php-fpm and
//! Apache fork before their first request, and the store is opened in a request.
//!
//! **Tables** (integers big-endian, moments in milliseconds):
//!
//! | table | key | value |
//! | --- | --- | --- |
//! | `seen` | place of a one-time item | `keep_until`, u64, then the receipt |
//! | `limits` | place of a limit | history, see `limit/history.rs` |
//! | `budgets` | place of a budget | count, see `limit/budget/record.rs` |
//! | `values` | name | bytes |
//! | the unnamed one | `latest` | latest moment that the store has seen, u64 |
//!
//! Each table has a share of the map in pages, so that a flood of client addresses cannot use up the room of nonces.
//!
//! A place is the first half of a key, which is a SHA-256 digest. Finding another item with the same 128 bits as a
//! given one is infeasible, and a tree with half keys is a third smaller and, with a million records, one level
//! lower.

mod engine;
mod folder;
mod identity;
mod operations;
mod table;
mod volume;

pub use engine::{DEFAULT_MAP_BYTES, LmdbStore};
pub use identity::HostIdentity;
