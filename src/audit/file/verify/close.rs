//! The end: what is missing by now is missing.

use super::FileVerifier;
use crate::audit::file::report::{Remark, Remarked};
use crate::audit::seal::Chain;
use crate::audit::verify::Verdict;
use crate::bytes::hex;

impl FileVerifier {
    /// Holds the whole against the header, the roots not met, the seals owed and the prunings recorded.
    pub(super) fn close(&mut self) {
        let Some(header) = self.header.clone() else {
            return;
        };
        let promised = self
            .roots
            .keys()
            .next_back()
            .map_or(header.size, |size| header.size.max(*size));
        if promised > self.position {
            self.find(Verdict::TruncatedTail, Some(self.position), Some(promised));
        } else if header.size < self.position {
            self.find(Verdict::Inserted, Some(header.size), Some(self.position));
        } else if self.broken || header.root == hex(&self.frontier.root()) {
        } else if self.vouched == self.position && self.position > 0 {
            // The entries are vouched for to the last: it is the header that lies.
            self.find(Verdict::HeaderMismatch, None, None);
        } else {
            self.find(
                Verdict::HeadMismatch,
                Some(self.vouched),
                Some(self.position),
            );
        }
        self.owed();
        self.prunings(header.size);
        if self.vouched == 0 && self.position > 0 {
            self.remark(Remark::SelfConsistent, None, None);
        } else if self.vouched < self.position {
            self.remark(
                Remark::UnsignedTail,
                Some(self.vouched),
                Some(self.position),
            );
        }
        if self.keys.is_empty() {
            self.remark(Remark::HeaderUnsigned, None, None);
        }
        if header.filter.is_some() || header.from > 0 || header.until < header.size {
            self.remark(Remark::Selection, Some(header.from), Some(header.until));
        }
        if self.clock.regressions > 0 {
            self.remarks.push(Remarked {
                remark: Remark::ClockRegression,
                first: self.clock.first,
                until: None,
                count: self.clock.regressions,
            });
        }
    }

    /// Whether an epoch has passed that has no seal.
    fn owed(&mut self) {
        if self.unkeyed_seals {
            self.remark(Remark::SealsUnchecked, None, None);
        }
        let Some(overdue) = self.chain.as_ref().and_then(Chain::overdue) else {
            return;
        };
        let late = self
            .times
            .latest
            .filter(|(time, _)| *time >= overdue.millis());
        if let Some((_, seq)) = late {
            self.find(Verdict::SealGap, Some(seq), None);
        } else if self.taken.is_some_and(|taken| taken >= overdue) {
            self.find(Verdict::SealGap, None, None);
        } else if let Some((_, seq)) = self.times.earliest {
            self.remark(Remark::UnsealedTail, Some(seq), Some(self.position));
        }
    }

    /// Whether the log itself says what was pruned. Where the end of the log is not in the file it may say so there.
    fn prunings(&mut self, size: u64) {
        for (from, until) in std::mem::take(&mut self.pruned) {
            let recorded = self
                .records
                .iter()
                .any(|range| range.start <= from && until <= range.end);
            let whole = self
                .header
                .as_ref()
                .is_some_and(|header| header.filter.is_none() && header.until == size);
            if recorded {
                self.remark(Remark::Pruned, Some(from), Some(until));
            } else if whole {
                self.find(Verdict::MissingRange, Some(from), Some(until));
            } else {
                self.remark(Remark::PruningUnproved, Some(from), Some(until));
            }
        }
    }
}
