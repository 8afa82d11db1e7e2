//! The witness: the least version of each record, kept outside the database.
//!
//! An embedded store has a folder: the witness is a file in it. A shared store keeps the witness itself. There is one
//! witness for each site and stored address. It is always replaced as a whole, and its versions only rise.
//!
//! A store that ends with the site, in WebAssembly, keeps none: the witness is off, and so is the protection against
//! restored databases. [`WitnessPlace`] says so.

mod error;
#[cfg(has_processes)]
mod file;
mod interface;
mod off;
mod owner;
mod stored;
mod table;

use std::sync::Arc;

pub use error::WitnessError;
pub(super) use interface::Witness;
pub use interface::WitnessPlace;
pub use owner::WitnessOf;
pub use table::WitnessTable;

use crate::store::Store;

/// Returns the place of the witness `of` for a site that uses `store`.
pub(super) fn open(store: &Arc<dyn Store>, of: WitnessOf) -> Box<dyn Witness> {
    if !store.keeps_witness() {
        return Box::new(off::WitnessOff);
    }
    #[cfg(has_processes)]
    if let Some(folder) = store.state_folder() {
        return Box::new(file::WitnessFile::new(folder, of));
    }
    Box::new(stored::StoredWitness::new(Arc::clone(store), of))
}
