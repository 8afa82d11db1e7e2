//! The log as a file. An export writes it, and it can be verified without the keys and the database of the site.
//!
//! The file consists of lines of UTF-8, each ended by one newline. The line of an entry is its exact bytes, so the file can
//! be searched with any tool, and the hash of an entry is SHA-256 over `0x00` and its line. Every other line is one compact
//! JSON object in one fixed spelling, which is recognised by its first key:
//!
//! * `countersign_audit`: the header, which is the first line;
//! * `leaves`: the recorded leaf hashes of up to [`TILE`] entries, after these entries. With them one changed entry is
//!   identified and does not hide whether the others are intact;
//! * `pruned` and `outside`: a stretch without bodies, given by the hashes of its [`Span`](super::span::Span). The bodies
//!   were deleted by retention, or are not part of the export. These hashes serve as inclusion proofs of the other entries;
//! * `checkpoint`: a checkpoint of the log up to here;
//! * `seal`: the seal at the end of an epoch;
//! * `end`: the last line, with counts and the hash over all lines that are not entries, signed by the site.

mod check;
mod conclusion;
mod csv;
mod index;
mod line;
mod report;
mod scan;
mod verify;
mod write;

pub use check::{ExpectationError, FileCheck};
pub use conclusion::{FileConclusion, Soundness, place};
pub use csv::Csv;
pub use index::FileIndex;
pub use line::{MAX_LINE, TILE, VERSION};
pub use report::{Expectations, FileFinding, FileRemark, FileReport, Remark};
pub use scan::{Scanned, scan};
pub use verify::{FileVerifier, verify};
pub use write::{Export, Omission};
