//! The state that the extension keeps between requests: one-time items that were used, the histories of limits, the
//! counts of budgets, and a few small values.
//!
//! [`Store`] is the interface. Three engines implement it: `LmdbStore` on disk, shared by all processes of a host;
//! `RedisStore` for several hosts; [`MemoryStore`] for one process, or for one site in WebAssembly. All pass the same
//! conformance suite (`tests/core/store/conformance.rs`).
//!
//! **A watermark instead of durability.** Engines do not wait for the disk. A store that may have lost records (reboot,
//! restored backup, cloned machine, damage) is replaced by an empty one, which records the moment at which it was
//! started: the watermark. It refuses every one-time item that was issued up to the watermark, since the lost records
//! may have contained it. A client then asks for a new token or signs again. No item is ever accepted twice.

mod count;
mod engine_choice;
mod error;
#[cfg(has_processes)]
mod fork;
mod interface;
#[cfg(has_processes)]
mod lmdb;
mod memory;
#[cfg(all(feature = "redis", has_processes))]
mod redis;
mod rules;
#[cfg(has_os)]
mod settings;
#[cfg(has_processes)]
mod shared;
#[cfg(has_os)]
mod site_memory;
mod target;

pub use engine_choice::StoreEngine;
pub use error::StoreError;
pub use interface::{
    Insertion, MAX_BUDGETS, MAX_LASTING_BYTES, MAX_LIMITS, MAX_NAME_BYTES, MAX_RECEIPT_BYTES,
    MAX_TOGETHER, MAX_VALUE_BYTES, OneTimeUse, Origin, Store, StoreStatus,
};
#[cfg(has_processes)]
pub use lmdb::{DEFAULT_MAP_BYTES, HostIdentity, LmdbStore};
pub use memory::MemoryStore;
#[cfg(all(feature = "redis", has_processes))]
#[doc(hidden)]
pub use redis::read_any as read_any_redis_reply;
#[cfg(all(feature = "redis", has_processes))]
pub use redis::{RedisFault, RedisStore, redis_address};
#[cfg(has_os)]
pub use settings::StoreSettings;
#[cfg(has_processes)]
pub use shared::open_shared;
#[cfg(has_os)]
pub use site_memory::{SITE_MEMORY, open_site_memory};
pub use target::StoreTarget;
