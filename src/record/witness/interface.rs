//! The interface of a place for a witness.

use std::sync::Arc;

use super::error::WitnessError;
use super::table::WitnessTable;

/// Where a witness lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessPlace {
    /// `file`, `store`, or `off` if the store keeps no witness.
    pub word: &'static str,
    /// Whether it outlives a restart of the machine or the server; `None` if that is unknown.
    pub keeps_data: Option<bool>,
}

/// A change of a witness: gets the current table, `None` if there is no witness, and returns the new one, `None` to leave
/// it as it is.
pub(in crate::record) type WitnessChange<'a> =
    &'a mut dyn FnMut(Option<&WitnessTable>) -> Option<WitnessTable>;

/// A place for a witness.
pub(in crate::record) trait Witness: Send + Sync {
    /// Returns the table; `None` if there is no witness.
    ///
    /// # Errors
    /// [`WitnessError`] if it is damaged or cannot be read.
    fn read(&self) -> Result<Option<Arc<WitnessTable>>, WitnessError>;

    /// Reads the table, changes it and writes it durably, while no other process does. With `replaces`, a witness that is
    /// damaged counts as missing.
    ///
    /// # Errors
    /// [`WitnessError`] if it cannot be read or written. It is then the old one.
    fn update(&self, replaces: bool, change: WitnessChange<'_>) -> Result<(), WitnessError>;

    /// Tells where the witness lies.
    fn place(&self) -> WitnessPlace;
}
