//! Comparison of the tree with signatures, seals and clocks.

use super::findings::Findings;
use super::times::Times;
use super::tree::{Place, TreeBuilder};
use crate::audit::AuditError;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::file::line::{CheckpointLine, EndLine, end_text};
use crate::audit::file::report::{Expectations, Remark};
use crate::audit::note::{self, VerifierKey};
use crate::audit::seal::{FirstKey, Seal, SealChain, SealFault};
use crate::audit::verify::LogVerdict;
use crate::clock::{SKEW_MS, Timestamp};

/// Compares the tree with checkpoints and seals, which it verifies with the given keys.
pub(super) struct Trust {
    keys: Vec<VerifierKey>,
    first_key: Option<FirstKey>,
    /// When the file was taken, by a trusted clock.
    taken: Option<Timestamp>,
    /// The seals of the log; `None` before the header.
    chain: Option<SealChain>,
    seals: u64,
    unkeyed_seals: bool,
    pub(super) times: Times,
}

impl Trust {
    pub(super) fn new(expected: &Expectations) -> Self {
        Self {
            keys: expected.keys.clone(),
            first_key: expected.seal.as_ref().map(FirstKey::copy),
            taken: expected.taken,
            chain: None,
            seals: 0,
            unkeyed_seals: false,
            times: Times::default(),
        }
    }

    /// Returns the number of seals that were checked with the sealing key.
    pub(super) const fn seals(&self) -> u64 {
        self.seals
    }

    /// Begins with the name of the log, from the header. A verifier key is used only for the log that it is named
    /// after.
    pub(super) fn begin(&mut self, origin: &str, findings: &mut Findings) {
        let own = |key: &VerifierKey| key.name() == origin;
        if self.keys.iter().any(own) {
            self.keys.retain(own);
        } else if !self.keys.is_empty() {
            findings.add(LogVerdict::UnknownKey, None, None);
        }
        self.chain = Some(SealChain::new(origin, self.first_key.as_ref()));
    }

    /// Takes a `checkpoint` line. Without verifier keys it proves nothing, but its place is still checked.
    pub(super) fn checkpoint(
        &self,
        origin: &str,
        line: &CheckpointLine,
        tree: &mut TreeBuilder,
        findings: &mut Findings,
    ) {
        let size = line.checkpoint;
        let at = Some(size);
        let opened = if self.keys.is_empty() {
            None
        } else {
            match Checkpoint::open(&line.note, &self.keys, origin) {
                Ok(checkpoint) if checkpoint.size == size => Some(checkpoint),
                Err(AuditError::UnknownKey) => {
                    return findings.add(LogVerdict::UnknownKey, at, None);
                }
                _ => return findings.add(LogVerdict::CheckpointInvalid, at, None),
            }
        };
        tree.skip_to(size, findings);
        match (tree.place(size), opened) {
            (Place::Elsewhere, _) => findings.add(LogVerdict::CheckpointInvalid, at, None),
            (_, None) => {}
            (Place::Unknown, Some(_)) => findings.remark(Remark::RootNotMet, at, None),
            (Place::Here, Some(checkpoint)) if checkpoint.root == tree.frontier().root() => {
                tree.vouch(size);
            }
            (Place::Here, Some(_)) => findings.add(LogVerdict::Fork, Some(tree.vouched()), at),
        }
    }

    /// Takes a `seal` line.
    pub(super) fn seal(&mut self, seal: &Seal, tree: &mut TreeBuilder, findings: &mut Findings) {
        let at = Some(seal.size);
        let Some(chain) = &mut self.chain else {
            return;
        };
        let keyed = chain.is_keyed();
        let fault = chain.take(seal).err();
        self.unkeyed_seals |= !keyed;
        self.seals += u64::from(keyed && fault.is_none());
        match fault {
            Some(SealFault::Gap) => findings.add(LogVerdict::SealGap, at, None),
            Some(SealFault::Invalid) => findings.add(LogVerdict::SealInvalid, at, None),
            None => {}
        }
        if fault != Some(SealFault::Invalid) {
            tree.skip_to(seal.size, findings);
            match tree.place(seal.size) {
                Place::Here if seal.root == tree.frontier().root() => {}
                Place::Unknown => findings.remark(Remark::RootNotMet, at, None),
                _ => findings.add(LogVerdict::SealInvalid, at, None),
            }
        }
        let times = self.times.end_epoch();
        // The first epoch also seals the entries that were written before sealing began.
        let early = times.earliest.filter(|(time, _)| {
            seal.epoch > 0 && time.saturating_add(SKEW_MS) < seal.from.millis()
        });
        let late = times
            .latest
            .filter(|(time, _)| *time >= seal.until.millis().saturating_add(SKEW_MS));
        if let Some((_, seq)) = early.or(late) {
            findings.add(LogVerdict::OutsideEpoch, Some(seq), Some(seq + 1));
        }
    }

    /// Checks the signature of the last line.
    pub(super) fn end(&self, origin: &str, end: &EndLine, findings: &mut Findings) {
        if self.keys.is_empty() {
            return;
        }
        let Some(signed) = &end.note else {
            findings.remark(Remark::HeaderUnsigned, None, None);
            return;
        };
        match note::open(signed, &self.keys) {
            Ok(text) if text == end_text(origin, end) => {}
            Err(AuditError::UnknownKey) => findings.add(LogVerdict::UnknownKey, None, None),
            _ => findings.add(LogVerdict::HeaderMismatch, None, None),
        }
    }

    /// Reports an epoch that has passed without a seal, and entries that are not sealed yet.
    pub(super) fn close_seals(&self, position: u64, findings: &mut Findings) {
        if self.unkeyed_seals {
            findings.remark(Remark::SealsUnchecked, None, None);
        }
        let Some(overdue) = self.chain.as_ref().and_then(SealChain::overdue) else {
            return;
        };
        let times = self.times.epoch;
        let late = times.latest.filter(|(time, _)| *time >= overdue.millis());
        if let Some((_, seq)) = late {
            findings.add(LogVerdict::SealGap, Some(seq), None);
        } else if self.taken.is_some_and(|taken| taken >= overdue) {
            findings.add(LogVerdict::SealGap, None, None);
        } else if let Some((_, seq)) = times.earliest {
            findings.remark(Remark::UnsealedTail, Some(seq), Some(position));
        }
    }

    /// Remarks on entries that no trusted root reaches, and on a header that no key has signed.
    pub(super) fn close_roots(&self, tree: &TreeBuilder, findings: &mut Findings) {
        let (vouched, position) = (tree.vouched(), tree.position());
        if vouched == 0 && position > 0 {
            findings.remark(Remark::SelfConsistent, None, None);
        } else if vouched < position {
            findings.remark(Remark::UnsignedTail, Some(vouched), Some(position));
        }
        if self.keys.is_empty() {
            findings.remark(Remark::HeaderUnsigned, None, None);
        }
    }
}
