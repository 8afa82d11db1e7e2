//! Stretches without bodies, and the entries that record their pruning.

use std::ops::Range;

use super::findings::Findings;
use crate::audit::file::report::Remark;
use crate::audit::verify::LogVerdict;

/// The number of stretches, and of records, that are remembered one by one.
pub(super) const MAX_KEPT: usize = 4096;

/// Compares the stretches that the file gives as pruned with the prunings that the log records.
#[derive(Default)]
pub(super) struct Prunings {
    /// The stretches that the file gives as pruned, in order, adjacent ones joined.
    pub(super) stretches: Vec<(u64, u64)>,
    /// The ranges that entries of the log record as pruned.
    pub(super) records: Vec<Range<u64>>,
}

impl Prunings {
    /// Takes a `pruned` line about the entries `from..until`.
    pub(super) fn stretch(&mut self, from: u64, until: u64, findings: &mut Findings) {
        let room = self.stretches.len() < MAX_KEPT;
        match self.stretches.last_mut() {
            Some((_, end)) if *end == from => *end = until,
            _ if room => self.stretches.push((from, until)),
            _ => findings.malformed(),
        }
    }

    /// Takes an entry that records a pruning. Records beyond [`MAX_KEPT`] are dropped.
    pub(super) fn record(&mut self, range: Range<u64>) {
        if self.records.len() < MAX_KEPT {
            self.records.push(range);
        }
    }

    /// Reports every stretch as recorded, unproved or missing. `complete` states that the file contains all entries up
    /// to the head; only then must it contain the record of a pruning.
    pub(super) fn close(&self, complete: bool, findings: &mut Findings) {
        for (from, until) in &self.stretches {
            let recorded = self
                .records
                .iter()
                .any(|range| range.start <= *from && *until <= range.end);
            let (from, until) = (Some(*from), Some(*until));
            if recorded {
                findings.remark(Remark::Pruned, from, until);
            } else if complete {
                findings.add(LogVerdict::MissingRange, from, until);
            } else {
                findings.remark(Remark::PruningUnproved, from, until);
            }
        }
    }
}
