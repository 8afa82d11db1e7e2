//! A witness in a store: one value, changed by compare-and-set.

use std::sync::Arc;

use super::error::WitnessError;
use super::interface::{Witness, WitnessChange, WitnessPlace};
use super::owner::WitnessOf;
use super::table::WitnessTable;
use crate::store::{Store, StoreError};

/// How often a change is tried if other processes change the witness at the same time.
const ATTEMPTS: u32 = 100;

/// A witness in a store.
pub(super) struct StoredWitness {
    store: Arc<dyn Store>,
    of: WitnessOf,
    name: String,
}

impl StoredWitness {
    pub(super) fn new(store: Arc<dyn Store>, of: WitnessOf) -> Self {
        Self {
            store,
            of,
            name: format!("witness/{}", of.word()),
        }
    }

    fn decode(&self, value: &[u8], replaces: bool) -> Result<Option<WitnessTable>, WitnessError> {
        match WitnessTable::decode(value, &self.of) {
            Ok(table) => Ok(Some(table)),
            Err(WitnessError::Damaged) if replaces => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Witness for StoredWitness {
    fn read(&self) -> Result<Option<Arc<WitnessTable>>, WitnessError> {
        match self.store.lasting(self.name.as_bytes())? {
            Some(value) => Ok(self.decode(&value, false)?.map(Arc::new)),
            None => Ok(None),
        }
    }

    fn update(&self, replaces: bool, change: WitnessChange<'_>) -> Result<(), WitnessError> {
        let name = self.name.as_bytes();
        for _ in 0..ATTEMPTS {
            let old = self.store.lasting(name)?;
            let table = match &old {
                Some(value) => self.decode(value, replaces)?,
                None => None,
            };
            let Some(new) = change(table.as_ref()) else {
                return Ok(());
            };
            let new = new.encode(&self.of)?;
            let replaced = self.store.replace_lasting(name, old.as_deref(), &new);
            match replaced {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(StoreError::Misuse) => return Err(WitnessError::Full),
                Err(error) => return Err(error.into()),
            }
        }
        Err(WitnessError::Contended)
    }

    fn place(&self) -> WitnessPlace {
        WitnessPlace {
            word: "store",
            keeps_data: self.store.keeps_data(),
        }
    }
}
