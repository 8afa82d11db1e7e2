//! The audit log: entries, the Merkle tree over them, checkpoints and verification.
//!
//! What the log promises: somebody who trusts neither the database nor its administrator finds, offline,
//! every entry that was changed, removed, reordered, put in or cut off, up to the newest root that was
//! kept outside the database. What it cannot promise: whoever rewrites every entry, the tree and the
//! head, where no root was kept outside, leaves a log that verifies.
//!
//! Everything here is a pure function: the plugin reads and writes the tables, and hands rows in.

pub mod append;
pub mod checkpoint;
mod clean;
pub(crate) mod draft;
pub mod entry;
mod error;
pub mod file;
pub mod high_water;
pub mod log;
pub mod note;
pub mod prove;
pub mod prune;
pub mod seal;
#[cfg(not(target_family = "wasm"))]
pub mod seal_file;
pub mod span;
pub mod tree;
pub mod verify;

pub use error::AuditError;
