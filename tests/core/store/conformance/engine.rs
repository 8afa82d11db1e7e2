//! The engines that the conformance suite tests.

use std::any::Any;

#[cfg(feature = "redis")]
use countersign::clock::SKEW_MS;
use countersign::clock::Timestamp;
use countersign::store::{HostIdentity, LmdbStore, MemoryStore, Store};

/// The moment at which the stores under test are started, in milliseconds.
pub const START: u64 = 1_800_000_000_000;

pub fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(START + ms)
}

/// An engine. It makes an empty store, large or very small, that was started at START.
pub trait Engine {
    /// How long after its start the engine refuses items of this site, in milliseconds.
    const LOCAL_MS: u64 = 0;
    fn ample() -> Subject;
    fn small() -> Subject;
}

/// A store under test, and the folder or server that must exist as long.
pub struct Subject {
    pub store: Box<dyn Store>,
    pub _folder: Option<Box<dyn Any>>,
}

pub struct Memory;
impl Memory {
    fn of(capacity: usize) -> Subject {
        Subject {
            store: Box::new(MemoryStore::with_capacity(at(0), capacity)),
            _folder: None,
        }
    }
}
impl Engine for Memory {
    fn ample() -> Subject {
        Self::of(1 << 20)
    }
    fn small() -> Subject {
        Self::of(200)
    }
}

/// The store in memory of a site in WebAssembly, which its instances of PHP share by a folder.
pub struct SiteMemory;
impl SiteMemory {
    fn of(bytes: usize) -> Subject {
        let folder = tempfile::tempdir().unwrap();
        let store = MemoryStore::of_site(&folder.path().join("site"), bytes, at(0)).unwrap();
        Subject {
            store: Box::new(store),
            _folder: Some(Box::new(folder)),
        }
    }
}
impl Engine for SiteMemory {
    fn ample() -> Subject {
        Self::of(16 << 20)
    }
    fn small() -> Subject {
        Self::of(64 << 10)
    }
}

pub struct Lmdb;
impl Lmdb {
    fn of(map_bytes: usize) -> Subject {
        let folder = tempfile::tempdir().unwrap();
        let identity = HostIdentity::new("boot", "machine");
        let store = LmdbStore::open(folder.path(), identity, map_bytes, at(0)).unwrap();
        Subject {
            store: Box::new(store),
            _folder: Some(Box::new(folder)),
        }
    }
}
impl Engine for Lmdb {
    fn ample() -> Subject {
        Self::of(16 << 20)
    }
    fn small() -> Subject {
        Self::of(1 << 20)
    }
}

#[cfg(feature = "redis")]
pub struct Redis;
#[cfg(feature = "redis")]
impl Redis {
    fn of(bytes: usize) -> Subject {
        let server = super::super::redis_server::Server::start(&[]);
        let store = server.store(bytes, at(0));
        Subject {
            store: Box::new(store),
            _folder: Some(Box::new(server)),
        }
    }
}
#[cfg(feature = "redis")]
impl Engine for Redis {
    const LOCAL_MS: u64 = SKEW_MS;
    fn ample() -> Subject {
        Self::of(16 << 20)
    }
    fn small() -> Subject {
        Self::of(256 << 10)
    }
}
