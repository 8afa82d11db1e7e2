//! `Countersign\Records` and its handle.

mod opened;
mod records;

pub(super) use opened::PhpRecord;
pub(super) use records::PhpRecords;
