//! Entries and hashes in their places, and the Merkle tree over them.

use std::collections::BTreeMap;

use super::findings::Findings;
use crate::audit::file::TILE;
use crate::audit::file::report::Remark;
use crate::audit::span::Span;
use crate::audit::tree::{Frontier, Hash};
use crate::audit::verify::LogVerdict;

/// The number of entry lines that may wait for their `leaves` line: those of a full tile, and as many inserted lines.
pub(super) const MAX_PENDING: usize = 2 * TILE;

/// An entry line whose `leaves` line has not arrived.
struct Pending {
    /// The position that the entry names; `None` for a line that is not an entry.
    seq: Option<u64>,
    leaf: Hash,
    line: u64,
}

/// The place of the size that a checkpoint or a seal names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The size is the current one, and the root of the tree is known.
    Here,
    /// The root of this size is not known: it is within a stretch of hashes, or after missing entries.
    Unknown,
    /// The size is not the current one.
    Elsewhere,
}

/// The recorded leaf hashes of a `leaves` line.
#[derive(Clone, Copy)]
struct Recorded<'a> {
    from: u64,
    until: u64,
    hashes: &'a [Hash],
}

/// Builds the tree of the log from the lines of the file, and compares it with the roots that were known beforehand.
#[derive(Default)]
pub(super) struct TreeBuilder {
    /// The known roots of sizes that have not been reached.
    roots: BTreeMap<u64, Vec<Hash>>,
    /// The position of the next entry.
    position: u64,
    frontier: Frontier,
    /// Whether an entry is missing whose hash is not in the file, so that no later root can be computed.
    broken: bool,
    pending: Vec<Pending>,
    /// The last stretch without bodies: where it began and ended.
    stretch: Option<(u64, u64)>,
    entries: u64,
    vouched: u64,
    witnessed: u64,
}

impl TreeBuilder {
    /// Begins with roots known from outside the file, each with the size of its tree.
    pub(super) fn new(known: &[(u64, Hash)]) -> Self {
        let mut roots: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for (size, root) in known {
            roots.entry(*size).or_default().push(*root);
        }
        Self {
            roots,
            pending: Vec::with_capacity(TILE),
            ..Self::default()
        }
    }

    /// Returns the position of the next entry.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Returns the number of entry lines so far.
    pub(super) const fn entries(&self) -> u64 {
        self.entries
    }

    /// Returns the size up to which a known root or a signed checkpoint agrees.
    pub(super) const fn vouched(&self) -> u64 {
        self.vouched
    }

    /// Returns the size up to which a known root agrees.
    pub(super) const fn witnessed(&self) -> u64 {
        self.witnessed
    }

    /// Returns the tree that was built.
    pub(super) const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Returns whether the root of the current size cannot be computed.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Returns the largest size that has a known root and has not been reached.
    pub(super) fn largest_unmet(&self) -> Option<u64> {
        self.roots.keys().next_back().copied()
    }

    /// Returns the number of entry lines that wait.
    #[cfg(test)]
    pub(super) const fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Records that a trusted signature covers the tree up to `size`.
    pub(super) const fn vouch(&mut self, size: u64) {
        self.vouched = size;
    }

    /// Takes an entry line. `seq` is `None` for a line that is not an entry.
    pub(super) fn entry(&mut self, seq: Option<u64>, leaf: Hash, findings: &mut Findings) {
        if self.pending.len() >= MAX_PENDING {
            findings.malformed();
            self.settle(None, findings);
        }
        self.entries += 1;
        self.pending.push(Pending {
            seq,
            leaf,
            line: findings.line,
        });
    }

    /// Takes a `leaves` line: the recorded hashes of the entries from `from` on.
    pub(super) fn leaves(&mut self, from: u64, hashes: &[Hash], findings: &mut Findings) {
        if hashes.is_empty() || hashes.len() > TILE || from < self.position {
            findings.malformed();
            self.settle(None, findings);
            return;
        }
        let own = |entry: &Pending| entry.seq.is_some_and(|seq| seq >= from);
        let before = self
            .pending
            .iter()
            .position(own)
            .unwrap_or(self.pending.len());
        if from > self.position && before > 0 {
            // The first lines that wait are earlier entries: their own `leaves` line is missing.
            let later = self.pending.split_off(before);
            findings.malformed();
            self.settle(None, findings);
            self.pending = later;
        }
        let recorded = Recorded {
            from,
            until: from.saturating_add(hashes.len() as u64),
            hashes,
        };
        self.settle(Some(recorded), findings);
    }

    /// Settles entries that still wait. Their `leaves` line should have come before the current line.
    pub(super) fn expect_settled(&mut self, findings: &mut Findings) {
        if !self.pending.is_empty() {
            findings.malformed();
            self.settle(None, findings);
        }
    }

    /// Settles the entries that wait at the end of the file.
    pub(super) fn close(&mut self, findings: &mut Findings) {
        self.settle(None, findings);
    }

    /// Puts the waiting entries in their places. If there are recorded hashes, the tree is built from these, so that one
    /// changed body does not hide whether the later entries are intact.
    fn settle(&mut self, recorded: Option<Recorded<'_>>, findings: &mut Findings) {
        let pending = std::mem::take(&mut self.pending);
        let mut at = self.position;
        if let Some(recorded) = recorded {
            at = recorded.from;
            if at > self.position {
                findings.add(LogVerdict::MissingRange, Some(self.position), Some(at));
                self.broken = true;
            }
        }
        let mut waiting = pending.iter().peekable();
        while let Some(entry) = waiting.next() {
            let full = recorded.is_some_and(|recorded| at >= recorded.until);
            let Some(seq) = entry.seq else {
                let next = waiting.peek().and_then(|next| next.seq);
                if full || next == Some(at) {
                    // The place belongs to the next entry, or all places are taken: the line was inserted.
                    findings.add_one(LogVerdict::Inserted, at, entry.line);
                } else {
                    findings.add_one(LogVerdict::EntryModified, at, entry.line);
                    self.seat(at, entry.leaf, recorded.is_some(), findings);
                    at += 1;
                }
                continue;
            };
            if seq < at {
                findings.misplaced(seq, entry.line);
                continue;
            }
            if full || recorded.is_some_and(|recorded| seq >= recorded.until) {
                findings.add_one(LogVerdict::Inserted, seq, entry.line);
                continue;
            }
            if seq > at {
                findings.add_at(LogVerdict::MissingRange, Some(at), Some(seq), entry.line);
                self.broken |= recorded.is_none();
                at = seq;
            }
            let known = recorded.and_then(|recorded| {
                let index = usize::try_from(at - recorded.from).unwrap_or(usize::MAX);
                recorded.hashes.get(index)
            });
            if known.is_some_and(|known| *known != entry.leaf) {
                findings.add_one(LogVerdict::EntryModified, at, entry.line);
            }
            self.seat(at, entry.leaf, recorded.is_some(), findings);
            at = at.saturating_add(1);
        }
        if let Some(recorded) = recorded {
            if at < recorded.until {
                findings.add(LogVerdict::MissingRange, Some(at), Some(recorded.until));
            }
            self.position = recorded.from;
            for leaf in recorded.hashes {
                self.grow(*leaf, findings);
            }
        }
        // The allocation is kept for the next tile.
        self.pending = pending;
        self.pending.clear();
    }

    /// Puts an entry in its place. With recorded hashes, the tree is built from these instead of from `leaf`.
    fn seat(&mut self, at: u64, leaf: Hash, recorded: bool, findings: &mut Findings) {
        if !recorded {
            self.position = at;
            self.grow(leaf, findings);
        }
    }

    fn grow(&mut self, leaf: Hash, findings: &mut Findings) {
        self.position = self.position.saturating_add(1);
        if !self.broken {
            self.broken = self.frontier.append(leaf).is_err();
        }
        self.meet_roots(findings);
    }

    /// Passes a stretch without bodies, which begins at the current position.
    pub(super) fn pass(&mut self, span: &Span, findings: &mut Findings) {
        let range = span.range();
        let from = match self.stretch {
            Some((from, until)) if until == range.start => from,
            _ => range.start,
        };
        self.stretch = Some((from, range.end));
        self.position = range.end;
        self.broken = self.broken || span.append_to(&mut self.frontier).is_err();
        // Known roots within the stretch cannot be compared. A known root at its end can.
        while let Some((&size, _)) = self.roots.first_key_value()
            && size < range.end
        {
            self.roots.remove(&size);
            findings.remark(Remark::RootNotMet, Some(size), None);
        }
        self.meet_roots(findings);
    }

    /// Compares the tree with the roots known for its current size.
    pub(super) fn meet_roots(&mut self, findings: &mut Findings) {
        let size = self.position;
        let Some(expected) = self.roots.remove(&size) else {
            return;
        };
        if self.broken {
            findings.remark(Remark::RootNotMet, Some(size), None);
            return;
        }
        let root = self.frontier.root();
        let from = self.vouched;
        if expected.contains(&root) {
            self.witnessed = size;
            self.vouched = size;
        }
        for _ in expected.iter().filter(|other| **other != root) {
            findings.add(LogVerdict::Fork, Some(from), Some(size));
        }
    }

    /// Returns the place of `size`. Its root can be compared at [`Place::Here`] only.
    pub(super) fn place(&self, size: u64) -> Place {
        let inside = |(from, until)| until == self.position && (from..until).contains(&size);
        if size == self.position {
            if self.broken {
                Place::Unknown
            } else {
                Place::Here
            }
        } else if self.stretch.is_some_and(inside) {
            Place::Unknown
        } else {
            Place::Elsewhere
        }
    }

    /// Reports all entries up to `size` that have not arrived as missing, because a trusted line states that the log has at
    /// least `size` entries.
    pub(super) fn skip_to(&mut self, size: u64, findings: &mut Findings) {
        if size > self.position {
            findings.add(LogVerdict::MissingRange, Some(self.position), Some(size));
            self.broken = true;
            self.position = size;
        }
    }
}
