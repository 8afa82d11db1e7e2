//! Entries: what a line says by itself, and its place among the others.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::{FileVerifier, MAX_KEPT, MAX_PENDING, Pending};
use crate::audit::entry::{Entry, EntryKind};
use crate::audit::file::report::{FileFinding, Remark};
use crate::audit::file::{TILE, scan};
use crate::audit::prune;
use crate::audit::tree::Hash;
use crate::audit::verify::LogVerdict;

/// The action of the entry in which an administrator takes a log that was set back for the true one.
const ROLLBACK: &str = "audit.rollback_acknowledged";

/// What one line says by itself. Everything that costs time is found out here, on whatever thread.
pub(super) struct Examined {
    pub(super) leaf: Hash,
    /// `None` for a line that is no entry.
    pub(super) said: Option<Said>,
}

pub(super) struct Said {
    pub(super) seq: u64,
    pub(super) time: u64,
    pub(super) site: [u8; 8],
    pub(super) notable: Option<Notable>,
}

/// Entries that verification has to know of.
pub(super) enum Notable {
    Pruned(Range<u64>),
    Rollback,
}

impl Examined {
    pub(super) fn of(line: &[u8]) -> Self {
        let leaf = Sha256::new()
            .chain_update([0])
            .chain_update(line)
            .finalize()
            .into();
        let said = |seq, time, site, kind, action: &str| Said {
            seq,
            time,
            site,
            notable: match action {
                prune::ACTION => prune::recorded(line).map(Notable::Pruned),
                ROLLBACK if kind == EntryKind::System => Some(Notable::Rollback),
                _ => None,
            },
        };
        // The common spelling is read fast; any other the strict reader decides.
        let said = match scan(line) {
            Some(found) => Some(said(
                found.seq,
                found.time,
                found.site,
                found.kind,
                found.action,
            )),
            None => Entry::parse(line).ok().map(|entry| {
                let summary = entry.summary;
                let time = summary.time.millis();
                said(entry.seq, time, entry.site, summary.kind, &summary.action)
            }),
        };
        Self { leaf, said }
    }
}

impl FileVerifier {
    pub(super) fn entry(&mut self, found: Examined) {
        if self.pending.len() >= MAX_PENDING {
            self.malformed();
            self.settle(None);
        }
        self.entries += 1;
        self.pending.push(Pending {
            seq: found.said.as_ref().map(|said| said.seq),
            leaf: found.leaf,
            line: self.line,
        });
        let Some(said) = found.said else {
            return;
        };
        let (seq, behind) = (said.seq, said.seq.saturating_add(1));
        if said.site != self.site {
            self.find(LogVerdict::Inserted, Some(seq), Some(behind));
        }
        let asked = self
            .header
            .as_ref()
            .is_some_and(|header| (header.from..header.until).contains(&seq));
        if !asked {
            self.find(LogVerdict::HeaderMismatch, Some(seq), Some(behind));
        }
        self.time(seq, said.time);
        match said.notable {
            Some(Notable::Pruned(range)) if self.records.len() < MAX_KEPT => {
                self.records.push(range);
            }
            Some(Notable::Rollback) => self.remark(Remark::RollbackAcknowledged, Some(seq), None),
            _ => {}
        }
    }

    fn time(&mut self, seq: u64, time: u64) {
        let back = self.last_time.map_or(0, |last| last.saturating_sub(time));
        if back > 0 {
            self.clock.regressions += 1;
            self.clock.first = self.clock.first.or(Some(seq));
            self.clock.longest = self.clock.longest.max(back);
        }
        self.last_time = Some(time);
        if self
            .times
            .earliest
            .is_none_or(|(earliest, _)| time < earliest)
        {
            self.times.earliest = Some((time, seq));
        }
        if self.times.latest.is_none_or(|(latest, _)| time > latest) {
            self.times.latest = Some((time, seq));
        }
    }

    pub(super) fn leaves(&mut self, from: u64, hashes: &[Hash]) {
        if hashes.is_empty() || hashes.len() > TILE || from < self.position {
            self.malformed();
            self.settle(None);
            return;
        }
        let own = |entry: &Pending| entry.seq.is_some_and(|seq| seq >= from);
        let before = self
            .pending
            .iter()
            .position(own)
            .unwrap_or(self.pending.len());
        if from > self.position && before > 0 {
            // Entries before those it is about: their own line is missing.
            let behind = self.pending.split_off(before);
            self.malformed();
            self.settle(None);
            self.pending = behind;
        }
        self.settle(Some((from, hashes)));
    }

    /// Seats the waiting entries, by the recorded leaf hashes where there are any: the tree is built on those, so
    /// that one changed body does not hide whether everything behind it is sound.
    pub(super) fn settle(&mut self, recorded: Option<(u64, &[Hash])>) {
        let pending = std::mem::take(&mut self.pending);
        let (mut at, hashes) = match recorded {
            Some((from, hashes)) => {
                if from > self.position {
                    self.find(LogVerdict::MissingRange, Some(self.position), Some(from));
                    self.broken = true;
                }
                (
                    from,
                    Some((from, from.saturating_add(hashes.len() as u64), hashes)),
                )
            }
            None => (self.position, None),
        };
        let mut waiting = pending.iter().peekable();
        while let Some(entry) = waiting.next() {
            let full = hashes.is_some_and(|(_, end, _)| at >= end);
            let Some(seq) = entry.seq else {
                let next = waiting.peek().and_then(|next| next.seq);
                if full || next == Some(at) {
                    // Its place is taken by the entry that belongs there.
                    self.find_at(LogVerdict::Inserted, Some(at), Some(at + 1), entry.line);
                } else {
                    self.find_at(
                        LogVerdict::EntryModified,
                        Some(at),
                        Some(at + 1),
                        entry.line,
                    );
                    self.seat(at, entry.leaf, hashes.is_some());
                    at += 1;
                }
                continue;
            };
            if seq < at {
                self.misplaced(seq, entry.line);
                continue;
            }
            if full || hashes.is_some_and(|(_, end, _)| seq >= end) {
                self.find_at(
                    LogVerdict::Inserted,
                    Some(seq),
                    Some(seq.saturating_add(1)),
                    entry.line,
                );
                continue;
            }
            if seq > at {
                self.find_at(LogVerdict::MissingRange, Some(at), Some(seq), entry.line);
                self.broken |= hashes.is_none();
                at = seq;
            }
            let known = hashes.and_then(|(from, _, hashes)| {
                hashes.get(usize::try_from(at - from).unwrap_or(usize::MAX))
            });
            if known.is_some_and(|known| *known != entry.leaf) {
                self.find_at(
                    LogVerdict::EntryModified,
                    Some(at),
                    Some(at + 1),
                    entry.line,
                );
            }
            self.seat(at, entry.leaf, hashes.is_some());
            at = at.saturating_add(1);
        }
        if let Some((from, end, hashes)) = hashes {
            if at < end {
                self.find(LogVerdict::MissingRange, Some(at), Some(end));
            }
            self.position = from;
            for leaf in hashes {
                self.grow(*leaf);
            }
        }
        self.pending = pending;
        self.pending.clear();
    }

    /// An entry in its place. Where recorded hashes follow they are what the tree is built on.
    fn seat(&mut self, at: u64, leaf: Hash, recorded: bool) {
        if !recorded {
            self.position = at;
            self.grow(leaf);
        }
    }

    fn grow(&mut self, leaf: Hash) {
        self.position = self.position.saturating_add(1);
        if !self.broken {
            self.broken = self.frontier.append(leaf).is_err();
        }
        self.meet(self.position);
    }

    /// An entry whose place has passed. If it was thought missing, it was moved.
    fn misplaced(&mut self, seq: u64, line: u64) {
        let covers = |finding: &&mut FileFinding| {
            matches!(
                finding.verdict,
                LogVerdict::MissingRange | LogVerdict::Inserted
            ) && finding.first_bad.is_some_and(|first| first <= seq)
                && finding.until.is_some_and(|until| seq < until)
        };
        match self.findings.iter_mut().find(covers) {
            Some(finding) => finding.verdict = LogVerdict::Inserted,
            None => self.find_at(
                LogVerdict::Inserted,
                Some(seq),
                Some(seq.saturating_add(1)),
                line,
            ),
        }
    }
}
