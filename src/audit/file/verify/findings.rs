//! The findings and remarks of a verification.

use crate::audit::file::report::{FileFinding, FileRemark, Remark};
use crate::audit::verify::{LogVerdict, MAX_FINDINGS};

/// Findings and remarks, in the order they were made.
#[derive(Default)]
pub(super) struct Findings {
    /// The number of the line that is being read, from 1. Findings are attributed to it.
    pub(super) line: u64,
    /// The first [`MAX_FINDINGS`] findings.
    pub(super) list: Vec<FileFinding>,
    /// The number of findings beyond those.
    pub(super) more: u64,
    /// At most one remark of each kind.
    pub(super) remarks: Vec<FileRemark>,
}

impl Findings {
    /// Adds a finding about the entries `first_bad..until` at the current line.
    pub(super) fn add(&mut self, verdict: LogVerdict, first_bad: Option<u64>, until: Option<u64>) {
        self.add_at(verdict, first_bad, until, self.line);
    }

    /// Adds a finding about the entry `seq` at an earlier line.
    pub(super) fn add_one(&mut self, verdict: LogVerdict, seq: u64, line: u64) {
        self.add_at(verdict, Some(seq), Some(seq.saturating_add(1)), line);
    }

    /// Adds a finding about the entries `first_bad..until` at an earlier line.
    pub(super) fn add_at(
        &mut self,
        verdict: LogVerdict,
        first_bad: Option<u64>,
        until: Option<u64>,
        line: u64,
    ) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(FileFinding {
                verdict,
                first_bad,
                until,
                line,
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds the finding that the current line is not a line of the format, or not at this place.
    pub(super) fn malformed(&mut self) {
        self.add(LogVerdict::FileMalformed, None, None);
    }

    /// Adds the finding that the entry `seq` comes after its place. If it was reported as missing before, that finding
    /// is changed instead: the entry was moved.
    pub(super) fn misplaced(&mut self, seq: u64, line: u64) {
        let covers = |finding: &&mut FileFinding| {
            matches!(
                finding.verdict,
                LogVerdict::MissingRange | LogVerdict::Inserted
            ) && finding.first_bad.is_some_and(|first| first <= seq)
                && finding.until.is_some_and(|until| seq < until)
        };
        match self.list.iter_mut().find(covers) {
            Some(finding) => finding.verdict = LogVerdict::Inserted,
            None => self.add_one(LogVerdict::Inserted, seq, line),
        }
    }

    /// Makes a remark. If there is a remark of this kind already, increases its count.
    pub(super) fn remark(&mut self, remark: Remark, first: Option<u64>, until: Option<u64>) {
        match self.remarks.iter_mut().find(|made| made.remark == remark) {
            Some(made) => made.count = made.count.saturating_add(1),
            None => self.remarks.push(FileRemark {
                remark,
                first,
                until,
                count: 1,
            }),
        }
    }

    /// Returns the gravest finding, and of equally grave ones the first.
    pub(super) fn worst(&self) -> Option<FileFinding> {
        let mut worst: Option<FileFinding> = None;
        for finding in &self.list {
            if worst.is_none_or(|worst| finding.verdict.weight() > worst.verdict.weight()) {
                worst = Some(*finding);
            }
        }
        worst
    }
}
