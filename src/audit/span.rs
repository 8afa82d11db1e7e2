//! A stretch of the log given by hashes alone: the smallest number of complete subtrees that cover it.
//!
//! A span replaces entries whose bodies were pruned or that an export leaves out. With it the root over the whole log can
//! still be computed, so the entries before and after the stretch remain provable.

use std::ops::Range;

use super::AuditError;
use super::tree::{Frontier, Hash, MAX_SIZE, node_hash};

/// Consecutive leaves, as subtree hashes from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    from: u64,
    until: u64,
    /// The first leaf, the height and the hash of each subtree.
    nodes: Vec<(u64, u32, Hash)>,
}

/// Returns the heights of the subtrees that cover `range`, from left to right: each is the largest that can begin at its
/// place and ends within the range. There are at most 106.
///
/// # Errors
/// [`AuditError::Range`] when the range ends before it begins, or after [`MAX_SIZE`].
pub fn heights(range: &Range<u64>) -> Result<Vec<u32>, AuditError> {
    if range.start > range.end || range.end > MAX_SIZE {
        return Err(AuditError::Range);
    }
    let mut heights = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let room = (range.end - at).ilog2();
        let height = at.trailing_zeros().min(room);
        heights.push(height);
        at += 1 << height;
    }
    Ok(heights)
}

impl Span {
    /// Begins with the empty stretch before leaf `from`.
    #[must_use]
    pub const fn new(from: u64) -> Self {
        Self {
            from,
            until: from,
            nodes: Vec::new(),
        }
    }

    /// Makes the stretch `range` from its subtree hashes.
    ///
    /// # Errors
    /// [`AuditError::Range`] unless there are as many hashes as [`heights`] returns.
    pub fn of(range: &Range<u64>, hashes: &[Hash]) -> Result<Self, AuditError> {
        let heights = heights(range)?;
        if heights.len() != hashes.len() {
            return Err(AuditError::Range);
        }
        let mut span = Self::new(range.start);
        for (height, hash) in heights.into_iter().zip(hashes) {
            span.push(height, *hash)?;
        }
        Ok(span)
    }

    /// Adds the next leaf.
    ///
    /// # Errors
    /// [`AuditError::Range`] at [`MAX_SIZE`].
    pub fn push_leaf(&mut self, leaf: Hash) -> Result<(), AuditError> {
        self.push(0, leaf)
    }

    /// Adds a complete subtree of 2^`height` leaves.
    ///
    /// # Errors
    /// [`AuditError::Range`] when no such subtree can begin here, or it would end after [`MAX_SIZE`].
    pub fn push(&mut self, height: u32, hash: Hash) -> Result<(), AuditError> {
        let leaves = 1_u64.checked_shl(height).ok_or(AuditError::Range)?;
        let fits = self.until.is_multiple_of(leaves) && leaves <= MAX_SIZE - self.until;
        if !fits {
            return Err(AuditError::Range);
        }
        let (mut start, mut height, mut hash) = (self.until, height, hash);
        // Two neighbours of one height form a subtree if the left one can begin a subtree of twice the size.
        while let Some(&(left, same, sibling)) = self.nodes.last()
            && same == height
            && left.is_multiple_of(2 << height)
        {
            self.nodes.pop();
            hash = node_hash(&sibling, &hash);
            (start, height) = (left, height + 1);
        }
        self.nodes.push((start, height, hash));
        self.until += leaves;
        Ok(())
    }

    /// Adds the stretch that begins where this one ends.
    ///
    /// # Errors
    /// [`AuditError::Range`] when `next` begins elsewhere.
    pub fn join(&mut self, next: &Self) -> Result<(), AuditError> {
        if next.from != self.until {
            return Err(AuditError::Range);
        }
        next.nodes
            .iter()
            .try_for_each(|(_, height, hash)| self.push(*height, *hash))
    }

    /// Returns the range of leaves that it covers.
    #[must_use]
    pub const fn range(&self) -> Range<u64> {
        self.from..self.until
    }

    /// Returns height and hash of each subtree, from left to right.
    pub fn nodes(&self) -> impl Iterator<Item = (u32, Hash)> {
        self.nodes.iter().map(|(_, height, hash)| (*height, *hash))
    }

    /// Returns the hash over the stretch, as a proof needs it for a range that [`consistency_ranges`] or
    /// [`inclusion_ranges`] returned. The hash of the empty stretch is all zeros.
    ///
    /// [`consistency_ranges`]: super::tree::consistency_ranges
    /// [`inclusion_ranges`]: super::tree::inclusion_ranges
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.nodes.iter().rev().map(|(_, _, hash)| *hash);
        let Some(first) = smallest_first.next() else {
            return Hash::default();
        };
        smallest_first.fold(first, |right, left| node_hash(&left, &right))
    }

    /// Appends the stretch to a tree that ends where the stretch begins.
    ///
    /// # Errors
    /// [`AuditError::Range`] when the tree ends elsewhere.
    pub fn append_to(&self, frontier: &mut Frontier) -> Result<(), AuditError> {
        if frontier.size() != self.from {
            return Err(AuditError::Range);
        }
        self.nodes()
            .try_for_each(|(height, hash)| frontier.append_subtree(height, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tree::{leaf_hash, root_of_leaves};

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    #[test]
    fn span_in_place_of_leaves_keeps_the_root() {
        let leaves = leaves(37);
        for from in 0..37_usize {
            for until in from..=37 {
                let mut span = Span::new(from as u64);
                for leaf in &leaves[from..until] {
                    span.push_leaf(*leaf).unwrap();
                }
                let range = from as u64..until as u64;
                assert_eq!(span.range(), range);
                let (found, hashes): (Vec<u32>, Vec<Hash>) = span.nodes().unzip();
                assert_eq!(found, heights(&range).unwrap());
                assert_eq!(Span::of(&range, &hashes).as_ref(), Ok(&span));
                let mut frontier = Frontier::default();
                for leaf in &leaves[..from] {
                    frontier.append(*leaf).unwrap();
                }
                span.append_to(&mut frontier).unwrap();
                for leaf in &leaves[until..] {
                    frontier.append(*leaf).unwrap();
                }
                assert_eq!(frontier.root(), root_of_leaves(&leaves), "{range:?}");
                let middle = usize::midpoint(from, until);
                let mut left = Span::new(from as u64);
                let mut right = Span::new(middle as u64);
                for leaf in &leaves[from..middle] {
                    left.push_leaf(*leaf).unwrap();
                }
                for leaf in &leaves[middle..until] {
                    right.push_leaf(*leaf).unwrap();
                }
                left.join(&right).unwrap();
                assert_eq!(left, span);
            }
        }
    }

    #[test]
    fn ranges_that_do_not_fit_are_refused() {
        let hash = [1; 32];
        assert_eq!(Span::new(1).push(1, hash), Err(AuditError::Range));
        assert_eq!(Span::new(0).push(64, hash), Err(AuditError::Range));
        assert_eq!(Span::new(MAX_SIZE).push_leaf(hash), Err(AuditError::Range));
        assert_eq!(Span::of(&(0..3), &[hash]), Err(AuditError::Range));
        assert_eq!(Span::new(3).join(&Span::new(4)), Err(AuditError::Range));
        assert_eq!(
            heights(&std::ops::Range { start: 2, end: 1 }),
            Err(AuditError::Range)
        );
        assert_eq!(heights(&(0..1 << 53)), Ok(vec![53]));
        assert_eq!(heights(&(0..(1 << 53) + 1)), Err(AuditError::Range));
        assert_eq!(heights(&(0..(1 << 53) + 2)), Err(AuditError::Range));
        let mut frontier = Frontier::default();
        frontier.append(hash).unwrap();
        assert_eq!(frontier.append_subtree(1, hash), Err(AuditError::Range));
        assert_eq!(frontier.append_subtree(64, hash), Err(AuditError::Range));
        assert_eq!(frontier.append_subtree(0, hash), Ok(()));
        assert_eq!(
            Span::new(0).append_to(&mut frontier),
            Err(AuditError::Range)
        );
    }
}
