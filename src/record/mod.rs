//! Records: what the site decided, sealed so that the database can neither change it nor bring an older state back.
//!
//! A connection, a grant, a client, the settings, the kill switch and the site itself are records. Each has a kind, an id,
//! a version and data, and names the entry of the audit log that explains it. Its [sealed text](sealed) is stored in the
//! database. Everything else there is an index and is never believed.
//!
//! The [witness] keeps the least version of each record outside the database. A record behind it was brought back. A
//! connection that was revoked has the [final version](FINAL_VERSION), so the witness knows that nothing follows. The
//! [ratchet] bounds what a process can seal after it has begun a call of an agent.
//!
//! [`Records`] puts these together for one site.

mod adoption;
mod beacon;
mod change;
mod ending;
mod error;
mod found;
#[cfg(has_os)]
pub mod key_file;
mod lineage;
mod name;
mod opened;
pub mod ratchet;
mod records;
pub mod sealed;
mod sealing;
mod site;
mod versions;
pub mod witness;

pub use change::RecordChange;
pub use ending::FINAL_VERSION;
pub use error::RecordError;
pub use found::{FoundRecord, RecordRefusal, TokenOutlook, UnusableRecord};
pub use lineage::Lineage;
pub use name::{RecordKind, RecordName};
pub use opened::Record;
pub use records::Records;
pub use sealed::RecordEntry;
pub use site::SiteEvent;
