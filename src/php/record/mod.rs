//! `Countersign\Records` and its handle.

mod key;
mod opened;
mod records;

pub(super) use key::{digest, end, start};
pub(super) use opened::PhpRecord;
pub(super) use records::PhpRecords;
