//! The log as a file: what an export writes and an outsider verifies, with neither the site's keys nor its
//! database.
//!
//! Lines of UTF-8, each ended by one newline. An entry's line is its exact bytes, so the file can be searched with
//! any tool and the hash of an entry is SHA-256 over `0x00` and its line. Every other line is one compact JSON
//! object with one spelling, told by its first key:
//!
//! * `countersign_audit`: the header, first;
//! * `leaves`: the recorded leaf hashes of up to [`TILE`] entries, behind them, so that one changed entry is named and
//!   does not hide whether the others are sound;
//! * `pruned`, `outside`: a stretch without bodies, by the hashes of its [`Span`](super::span::Span): deleted by
//!   retention, or not asked for. They are the inclusion proofs of a filtered export, all in one;
//! * `checkpoint`: a signed note about the log up to here;
//! * `seal`: the end of an epoch;
//! * `end`: the last line, with counts and the hash over all lines that are no entries, signed by the site.

mod check;
mod csv;
mod line;
mod report;
mod scan;
mod verify;
mod write;

pub use check::{ExpectationError, FileCheck};
pub use csv::Csv;
pub use line::{MAX_LINE, TILE, VERSION};
pub use report::{Expectations, FileFinding, FileRemark, FileReport, Remark};
pub use scan::{Scanned, scan};
pub use verify::{FileVerifier, verify};
pub use write::{Export, Omission};
