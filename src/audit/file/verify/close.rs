//! The end: what is missing by now is missing.

use super::FileVerifier;
use crate::audit::file::report::{FileRemark, Remark};
use crate::audit::seal::SealChain;
use crate::audit::verify::LogVerdict;
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
            self.find(
                LogVerdict::TruncatedTail,
                Some(self.position),
                Some(promised),
            );
        } else if header.size < self.position {
            self.find(LogVerdict::Inserted, Some(header.size), Some(self.position));
        } else if self.broken || header.root == hex(&self.frontier.root()) {
        } else if self.vouched == self.position && self.position > 0 {
            // The entries are vouched for to the last: it is the header that lies.
            self.find(LogVerdict::HeaderMismatch, None, None);
        } else {
            self.find(
                LogVerdict::HeadMismatch,
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
            self.remarks.push(FileRemark {
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
        let Some(overdue) = self.chain.as_ref().and_then(SealChain::overdue) else {
            return;
        };
        let late = self
            .times
            .latest
            .filter(|(time, _)| *time >= overdue.millis());
        if let Some((_, seq)) = late {
            self.find(LogVerdict::SealGap, Some(seq), None);
        } else if self.taken.is_some_and(|taken| taken >= overdue) {
            self.find(LogVerdict::SealGap, None, None);
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
                self.find(LogVerdict::MissingRange, Some(from), Some(until));
            } else {
                self.remark(Remark::PruningUnproved, Some(from), Some(until));
            }
        }
    }
}
