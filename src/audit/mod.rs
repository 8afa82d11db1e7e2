//! The audit log: entries, the Merkle tree over them, checkpoints and verification.
//!
//! The log guarantees that a person who trusts neither the database nor its administrator finds, offline, every entry that
//! was changed, removed, reordered, added or cut off, up to the newest root that was kept outside the database. It cannot
//! guarantee this without such a root: an attacker who rewrites all entries, the tree and the head leaves a log that
//! verifies.
//!
//! The rules are pure functions. The plugin reads and writes the tables and passes the rows.

pub mod append;
pub(crate) mod attempt;
pub mod checkpoint;
mod clean;
pub mod draft;
pub mod entry;
mod error;
pub mod explained;
pub mod file;
pub mod high_water;
pub mod log;
pub mod note;
pub mod prove;
pub mod prune;
pub mod redact;
pub mod seal;
#[cfg(has_os)]
pub mod seal_file;
pub mod span;
pub(crate) mod tell;
pub mod text;
pub mod tree;
mod verdict;
pub mod verify;

pub use error::AuditError;
