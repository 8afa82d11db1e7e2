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
//! **Forks.** Only the process that opened an environment may use it. The first operation of a forked child closes the
//! child's copy and opens the same file anew, so every handle that the parent made works in the child (`engine`). While
//! another thread of the parent was using the store at the fork, the copy is in an unknown state. The child is then
//! refused with [`StoreError::Forked`](super::StoreError::Forked).
//!
//! **Machines and containers.** Processes of another boot, machine or process namespace are refused with
//! [`StoreError::FolderInUse`](super::StoreError::FolderInUse) while the store is open (`lock`). If nobody has it open,
//! a store of another boot or machine is replaced; one of another process namespace is used.
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
mod identity;
mod lock;
mod operations;
mod system;
mod table;
mod volume;

pub use engine::{DEFAULT_MAP_BYTES, LmdbStore};
pub use identity::HostIdentity;
pub(super) use volume::folder_id;
