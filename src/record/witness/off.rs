//! No witness: what the database shows is believed, as far as it is genuine.

use std::sync::Arc;

use super::error::WitnessError;
use super::interface::{Witness, WitnessChange, WitnessPlace};
use super::table::WitnessTable;

/// The witness of a site whose store keeps none. It is never missing and never knows a record, so no record is behind it.
pub(super) struct WitnessOff;

impl Witness for WitnessOff {
    fn read(&self) -> Result<Option<Arc<WitnessTable>>, WitnessError> {
        Ok(Some(Arc::default()))
    }

    fn update(&self, _replaces: bool, change: WitnessChange<'_>) -> Result<(), WitnessError> {
        // The caller learns from it whether the change is permitted. Its result is kept nowhere.
        let _ = change(Some(&WitnessTable::default()));
        Ok(())
    }

    fn place(&self) -> WitnessPlace {
        WitnessPlace {
            word: "off",
            keeps_data: Some(false),
        }
    }
}
