//! A store that a test can break.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use countersign::clock::Timestamp;
use countersign::limit::budget::{Budget, Spending, Standing};
use countersign::limit::period::UtcOffset;
use countersign::limit::{self, Admission};
use countersign::store::{Insertion, MemoryStore, OneTimeUse, Store, StoreError, StoreStatus};

/// The memory store. It fails every operation while `broken` is set.
pub struct TestStore {
    memory: MemoryStore,
    folder: Option<PathBuf>,
    pub broken: AtomicBool,
}

impl TestStore {
    pub fn new(now: Timestamp) -> Self {
        Self {
            memory: MemoryStore::new(now),
            folder: None,
            broken: AtomicBool::new(false),
        }
    }

    /// A store whose files lie in `folder`.
    pub fn in_folder(now: Timestamp, folder: &Path) -> Self {
        Self {
            folder: Some(folder.to_owned()),
            ..Self::new(now)
        }
    }

    fn sound(&self) -> Result<&MemoryStore, StoreError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(StoreError::Busy);
        }
        Ok(&self.memory)
    }
}

impl Store for TestStore {
    fn state_folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
    fn insert_together(
        &self,
        things: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        self.sound()?.insert_together(things, now)
    }
    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        self.sound()?.settle(key, receipt)
    }
    fn admit(&self, limits: &[limit::Limit], now: Timestamp) -> Result<Admission, StoreError> {
        self.sound()?.admit(limits, now)
    }
    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        self.sound()?.spend(budgets, cost, offset, now)
    }
    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        self.sound()?.correct(budgets, estimated, cost, offset, now)
    }
    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.sound()?.get(name)
    }
    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.sound()?.put(name, value)
    }
    fn replace(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.sound()?.replace(name, expected, new)
    }
    fn remove(&self, name: &[u8]) -> Result<bool, StoreError> {
        self.sound()?.remove(name)
    }
    fn status(&self) -> Result<StoreStatus, StoreError> {
        self.sound()?.status()
    }
}
