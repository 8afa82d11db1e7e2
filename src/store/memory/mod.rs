//! A store in memory: of one process, for tests; or of one site in WebAssembly, with the lifetime of the site.

#[cfg(has_os)]
mod folder;
#[cfg(has_os)]
mod image;
mod state;

use std::sync::Mutex;

use self::state::{Capacity, MemoryState};
use super::count::CountOperation;
use super::error::StoreError;
use super::interface::{Insertion, OneTimeUse, Store, StoreStatus};
use crate::clock::Timestamp;
use crate::limit::budget::{Budget, Spending, Standing};
use crate::limit::period::UtcOffset;
use crate::limit::{Admission, Limit};

/// A [`Store`] in memory, which ends with its process or its site.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: Capacity,
    place: Place,
}

/// Where the state is.
#[derive(Debug)]
enum Place {
    /// In the memory of this process. It is shared by the threads of the process, not between processes.
    Process(Mutex<MemoryState>),
    /// In a folder that the instances of PHP share that serve one site.
    #[cfg(has_os)]
    Site(folder::ImageFolder),
}

impl MemoryStore {
    /// Returns an empty store with the watermark `opened_at`, for at most 1,048,576 records of each kind.
    #[must_use]
    pub const fn new(opened_at: Timestamp) -> Self {
        Self::with_capacity(opened_at, 1 << 20)
    }

    /// Returns an empty store with the watermark `opened_at`, for at most `capacity` records of each kind.
    #[must_use]
    pub const fn with_capacity(opened_at: Timestamp, capacity: usize) -> Self {
        Self {
            capacity: Capacity {
                records: capacity,
                bytes: None,
            },
            place: Place::Process(Mutex::new(MemoryState::new(opened_at))),
        }
    }

    /// Opens the store of the site whose instances of PHP share `folder`, which is made if it does not exist. The folder above it
    /// must exist. A store that is started has the watermark `now`. One-time items, histories, counts and values may each
    /// take a quarter of `bytes`.
    ///
    /// Every operation is atomic across all instances, and an item that one has used is used for all of them, as long as
    /// the folder lasts. An instance that ends in the middle of an operation leaves an empty store with a new watermark.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Full`] if the folder cannot be used.
    #[cfg(has_os)]
    pub fn of_site(
        folder: &std::path::Path,
        bytes: usize,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            capacity: Capacity {
                records: usize::MAX,
                bytes: Some(bytes / 4),
            },
            place: Place::Site(folder::ImageFolder::open(folder, now)?),
        })
    }

    /// Returns a store in which every record of these limits and budgets has the content `bytes`, as on a damaged disk.
    /// For the fuzzer.
    #[doc(hidden)]
    #[must_use]
    pub fn with_records(
        opened_at: Timestamp,
        limits: &[Limit],
        budgets: &[Budget],
        bytes: &[u8],
    ) -> Self {
        let store = Self::new(opened_at);
        let _ = store.change(None, |state, _| {
            let limits = limits.iter().map(|limit| (*limit.key(), bytes.to_vec()));
            state.limits.extend(limits);
            let budgets = budgets.iter().map(|budget| (*budget.key(), bytes.to_vec()));
            state.budgets.extend(budgets);
            Ok(())
        });
        store
    }

    /// Changes the state. After a panic in the middle of an operation the state may be inconsistent, so every further
    /// operation fails.
    fn change<T>(
        &self,
        now: Option<Timestamp>,
        operation: impl FnOnce(&mut MemoryState, Capacity) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        #[cfg(not(has_os))]
        let _ = now;
        match &self.place {
            Place::Process(state) => {
                let mut state = state.lock().map_err(|_| StoreError::Corrupt)?;
                operation(&mut state, self.capacity)
            }
            #[cfg(has_os)]
            Place::Site(folder) => folder.change(now, |state| operation(state, self.capacity)),
        }
    }

    fn read<T>(&self, operation: impl FnOnce(&MemoryState) -> T) -> Result<T, StoreError> {
        match &self.place {
            Place::Process(state) => {
                let state = state.lock().map_err(|_| StoreError::Corrupt)?;
                Ok(operation(&state))
            }
            #[cfg(has_os)]
            Place::Site(folder) => folder.read(operation),
        }
    }
}

impl Store for MemoryStore {
    fn keeps_data(&self) -> Option<bool> {
        Some(false)
    }

    fn keeps_witness(&self) -> bool {
        matches!(self.place, Place::Process(_))
    }

    fn insert_together(
        &self,
        items: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        self.change(Some(now), |state, capacity| {
            state.insert_together(capacity, items, now)
        })
    }

    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        self.change(None, |state, capacity| state.settle(capacity, key, receipt))
    }

    fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<Admission, StoreError> {
        self.change(Some(now), |state, capacity| {
            state.admit(capacity, limits, now)
        })
    }

    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        let call = CountOperation::spend(budgets, cost, offset, now)?;
        self.change(Some(now), |state, capacity| state.count(capacity, &call))
    }

    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        let call = CountOperation::correct(budgets, estimated, cost, offset, now)?;
        let counted = self.change(Some(now), |state, capacity| state.count(capacity, &call));
        Ok(counted?.standings)
    }

    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|state| state.get(name))?
    }

    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.change(None, |state, capacity| state.put(capacity, name, value))
    }

    fn replace(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.change(None, |state, capacity| {
            state.replace(capacity, name, expected, new)
        })
    }

    fn remove(&self, name: &[u8]) -> Result<bool, StoreError> {
        self.change(None, |state, _| state.remove(name))
    }

    fn status(&self) -> Result<StoreStatus, StoreError> {
        self.read(MemoryState::status)
    }
}
