//! Proofs made from ranges of leaves: the caller reads only the leaf hashes that a proof needs, and passes them one by one.
//! Every proof is verified before it is returned.

use std::ops::Range;

use super::AuditError;
use super::append::Head;
use super::span::Span;
use super::tree::{
    Hash, consistency_ranges, inclusion_ranges, verify_consistency, verify_inclusion,
};
use crate::reason::Reason;

/// The statement to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Continues { size: u64, root: Hash },
    Holds { seq: u64, leaf: Hash },
}

/// Makes one proof.
#[derive(Debug, Clone)]
pub struct Prover {
    claim: Claim,
    size: u64,
    root: Hash,
    ranges: Vec<Range<u64>>,
    /// The hashes of the ranges that are complete.
    done: Vec<Hash>,
    /// The leaves of the range that is not complete yet.
    current: Option<Span>,
}

impl Prover {
    fn new(claim: Claim, head: &Head, ranges: Vec<Range<u64>>) -> Self {
        Self {
            claim,
            size: head.size(),
            root: *head.root(),
            ranges,
            done: Vec::new(),
            current: None,
        }
    }

    /// Begins the proof that the log of `head` continues the log of `size` entries with `root`. If `size` is larger than
    /// the log, no leaves are needed, and [`Prover::finish`] refuses.
    #[must_use]
    pub fn continues(size: u64, root: Hash, head: &Head) -> Self {
        let ranges = consistency_ranges(size, head.size()).unwrap_or_default();
        Self::new(Claim::Continues { size, root }, head, ranges)
    }

    /// Begins the proof that the entry `seq` with the hash `leaf` is in the log of `head`.
    ///
    /// # Errors
    /// [`AuditError::Range`] when the log has no entry `seq`.
    pub fn holds(seq: u64, leaf: Hash, head: &Head) -> Result<Self, AuditError> {
        let ranges = inclusion_ranges(seq, head.size())?;
        Ok(Self::new(Claim::Holds { seq, leaf }, head, ranges))
    }

    /// Returns the ranges of leaves to pass to [`Prover::feed`], in this order, each from left to right.
    #[must_use]
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// Takes the next leaf hash.
    ///
    /// # Errors
    /// [`AuditError::Range`] when all leaves have been passed.
    pub fn feed(&mut self, leaf: Hash) -> Result<(), AuditError> {
        let range = self.ranges.get(self.done.len()).ok_or(AuditError::Range)?;
        let span = self.current.get_or_insert_with(|| Span::new(range.start));
        span.push_leaf(leaf)?;
        if span.range() == *range {
            self.done.push(span.root());
            self.current = None;
        }
        Ok(())
    }

    /// Returns the hashes of the proof, in the order of [RFC 9162](https://www.rfc-editor.org/rfc/rfc9162).
    ///
    /// # Errors
    /// [`AuditError::Range`] when leaves are still missing; [`AuditError::Proof`] when the statement is not true of this log.
    pub fn finish(&self) -> Result<&[Hash], AuditError> {
        if self.done.len() != self.ranges.len() {
            return Err(AuditError::Range);
        }
        match self.claim {
            Claim::Continues { size, root } => {
                verify_consistency(size, &root, self.size, &self.root, &self.done)?;
            }
            Claim::Holds { seq, leaf } => {
                verify_inclusion(seq, &leaf, self.size, &self.root, &self.done)?;
            }
        }
        Ok(&self.done)
    }

    /// Returns the hashes of the proof as [`Prover::finish`] does, or the reason for which the log cannot prove the claim.
    ///
    /// # Errors
    /// [`AuditError::Range`] when leaves are still missing.
    pub fn answer(&self) -> Result<Result<&[Hash], Reason>, AuditError> {
        match self.finish() {
            Ok(proof) => Ok(Ok(proof)),
            Err(AuditError::Proof) => Ok(Err(Reason::AuditFork)),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::append::append;
    use crate::audit::draft::Draft;
    use crate::audit::tree::{consistency_proof, inclusion_proof, root_of_leaves};
    use crate::clock::Timestamp;

    fn log(size: usize) -> (Vec<Hash>, Head) {
        let draft = r#"{"kind":"system","actor":{"kind":"system"},"action":"a"}"#;
        let drafts = vec![Draft::from_json(draft).unwrap(); size];
        let made = append(&Head::default(), &drafts, [1; 8], Timestamp::from_millis(1)).unwrap();
        (made.rows.iter().map(|row| row.leaf).collect(), made.head)
    }

    fn feed(prover: &mut Prover, leaves: &[Hash]) {
        for range in prover.ranges().to_vec() {
            for leaf in &leaves[range.start as usize..range.end as usize] {
                prover.feed(*leaf).unwrap();
            }
        }
        assert_eq!(prover.feed([0; 32]), Err(AuditError::Range));
    }

    #[test]
    fn proofs_from_ranges_equal_proofs_from_all_leaves() {
        let (leaves, head) = log(21);
        for old in 0..=21 {
            let root = root_of_leaves(&leaves[..old]);
            let mut prover = Prover::continues(old as u64, root, &head);
            feed(&mut prover, &leaves);
            assert_eq!(
                prover.finish().unwrap(),
                consistency_proof(&leaves, old as u64).unwrap()
            );
            let mut forked = Prover::continues(old as u64, [9; 32], &head);
            feed(&mut forked, &leaves);
            assert_eq!(forked.finish(), Err(AuditError::Proof), "{old}");
        }
        for (seq, leaf) in leaves.iter().enumerate() {
            let mut prover = Prover::holds(seq as u64, *leaf, &head).unwrap();
            assert_eq!(prover.finish(), Err(AuditError::Range));
            feed(&mut prover, &leaves);
            assert_eq!(
                prover.finish().unwrap(),
                inclusion_proof(&leaves, seq as u64).unwrap()
            );
            let mut other = Prover::holds(seq as u64, [9; 32], &head).unwrap();
            feed(&mut other, &leaves);
            assert_eq!(other.finish(), Err(AuditError::Proof));
        }
        assert_eq!(
            Prover::continues(22, [0; 32], &head).finish(),
            Err(AuditError::Proof)
        );
        assert_eq!(
            Prover::holds(21, [0; 32], &head).err(),
            Some(AuditError::Range)
        );
    }
}
