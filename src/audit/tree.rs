//! The Merkle tree of [RFC 6962 §2.1](https://www.rfc-editor.org/rfc/rfc6962#section-2.1): leaves, nodes, roots,
//! and proofs that an entry is in a tree and that one tree continues another.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::AuditError;
use crate::bytes::sha256;

/// A SHA-256 value: of a leaf, a node or a whole tree.
pub type Hash = [u8; 32];

/// Most entries a log can have: 2^53, so that sequence numbers are exact in JavaScript.
pub const MAX_SIZE: u64 = 1 << 53;

/// The hash of one entry: SHA-256 of `0x00` and its bytes (RFC 6962 §2.1).
#[must_use]
pub fn leaf_hash(body: &[u8]) -> Hash {
    let mut input = Vec::with_capacity(body.len() + 1);
    input.push(0);
    input.extend_from_slice(body);
    sha256(&input)
}

/// The hash over two subtrees: SHA-256 of `0x01`, `left` and `right` (RFC 6962 §2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The right edge of a tree: all that is needed to append to it and to know its root.
///
/// Holds one hash for every bit set in the size, largest subtree first: at most 54.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// How many entries the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf hash of the next entry.
    ///
    /// # Errors
    /// [`AuditError::Full`] at [`MAX_SIZE`]; the tree is then as before.
    pub fn append(&mut self, leaf: Hash) -> Result<(), AuditError> {
        if self.size >= MAX_SIZE {
            return Err(AuditError::Full);
        }
        let mut node = leaf;
        // Every trailing 1 bit of the size is a finished subtree of just this height.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.edge.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.edge.push(node);
        self.size += 1;
        Ok(())
    }

    /// Adds a whole subtree of 2^`height` leaves by its hash, where such a subtree can begin.
    ///
    /// # Errors
    /// [`AuditError::Range`] when the size is no multiple of 2^`height`, [`AuditError::Full`] beyond [`MAX_SIZE`]; the tree is
    /// then as before.
    pub fn append_subtree(&mut self, height: u32, hash: Hash) -> Result<(), AuditError> {
        let leaves = 1_u64.checked_shl(height).ok_or(AuditError::Range)?;
        if !self.size.is_multiple_of(leaves) {
            return Err(AuditError::Range);
        }
        if leaves > MAX_SIZE - self.size {
            return Err(AuditError::Full);
        }
        let mut node = hash;
        for _ in 0..(self.size >> height).trailing_ones() {
            if let Some(left) = self.edge.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.edge.push(node);
        self.size += leaves;
        Ok(())
    }

    /// The root of the tree; of the empty tree, SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.edge.iter().rev();
        let Some(first) = smallest_first.next() else {
            return sha256(b"");
        };
        smallest_first.fold(*first, |right, left| node_hash(left, &right))
    }

    /// The bytes for the head row: the size as 64-bit big-endian, then the hashes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        for hash in &self.edge {
            out.extend_from_slice(hash);
        }
        out
    }

    /// Reads [`Frontier::encode`] strictly: as many hashes as the size has bits set, and nothing else.
    ///
    /// # Errors
    /// [`AuditError::Head`].
    pub fn decode(bytes: &[u8]) -> Result<Self, AuditError> {
        let (size, hashes) = bytes.split_first_chunk().ok_or(AuditError::Head)?;
        let size = u64::from_be_bytes(*size);
        let (edge, rest) = hashes.as_chunks::<32>();
        let fits = size <= MAX_SIZE && rest.is_empty() && edge.len() == size.count_ones() as usize;
        if !fits {
            return Err(AuditError::Head);
        }
        Ok(Self {
            size,
            edge: edge.to_vec(),
        })
    }
}

/// The root over the leaf hashes `leaves`.
#[must_use]
pub fn root_of_leaves(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        // A slice in memory is shorter than the limit: this cannot fail.
        let _ = frontier.append(*leaf);
    }
    frontier.root()
}

/// The root over the entries `bodies`.
#[must_use]
pub fn root_of<B: AsRef<[u8]>>(bodies: impl IntoIterator<Item = B>) -> Hash {
    let leaves: Vec<Hash> = bodies
        .into_iter()
        .map(|body| leaf_hash(body.as_ref()))
        .collect();
    root_of_leaves(&leaves)
}

/// Which ranges of leaves the hashes of a consistency proof from `old` to `new` stand for, in the order of
/// the proof (RFC 6962 §2.1.2). A caller with many leaves reads only these ranges, one at a time.
///
/// # Errors
/// [`AuditError::Range`] unless `old` ≤ `new` ≤ [`MAX_SIZE`].
pub fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range<u64>>, AuditError> {
    if old > new || new > MAX_SIZE {
        return Err(AuditError::Range);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut ranges = Vec::new();
    let (mut low, mut high) = (0, new);
    // Down to the subtree that ends where the old tree ended; siblings on the way are the proof, bottom up.
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            ranges.push(middle..high);
            high = middle;
        } else {
            ranges.push(low..middle);
            low = middle;
        }
    }
    // The old tree itself needs no hash: the verifier knows its root.
    if low != 0 {
        ranges.push(low..high);
    }
    ranges.reverse();
    Ok(ranges)
}

/// Which ranges of leaves the hashes of an inclusion proof of entry `index` in a tree of `size` stand for,
/// in the order of the proof (RFC 6962 §2.1.1).
///
/// # Errors
/// [`AuditError::Range`] unless `index` < `size` ≤ [`MAX_SIZE`].
pub fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, AuditError> {
    if index >= size || size > MAX_SIZE {
        return Err(AuditError::Range);
    }
    let mut ranges = Vec::new();
    let (mut low, mut high) = (0, size);
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            ranges.push(middle..high);
            high = middle;
        } else {
            ranges.push(low..middle);
            low = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The largest power of two below `size`, which is at least 2.
const fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// The proof that the tree over `leaves` continues its own first `old` leaves.
///
/// # Errors
/// [`AuditError::Range`] when `old` is more than there are.
pub fn consistency_proof(leaves: &[Hash], old: u64) -> Result<Vec<Hash>, AuditError> {
    roots(leaves, consistency_ranges(old, leaves.len() as u64)?)
}

/// The proof that leaf `index` is in the tree over `leaves`.
///
/// # Errors
/// [`AuditError::Range`] when there is no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: u64) -> Result<Vec<Hash>, AuditError> {
    roots(leaves, inclusion_ranges(index, leaves.len() as u64)?)
}

fn roots(leaves: &[Hash], ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, AuditError> {
    let part = |range: Range<u64>| {
        let start = usize::try_from(range.start).ok()?;
        let end = usize::try_from(range.end).ok()?;
        leaves.get(start..end).map(root_of_leaves)
    };
    ranges
        .into_iter()
        .map(|range| part(range).ok_or(AuditError::Range))
        .collect()
}

/// Checks that the tree of `new` entries with `new_root` continues the one of `old` entries with `old_root`
/// ([RFC 9162 §2.1.4.2](https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2)). Every tree continues the empty one.
///
/// # Errors
/// [`AuditError::Proof`] when it is not so, or the proof is longer or shorter than it has to be.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), AuditError> {
    let sure = |holds: bool| {
        if holds {
            Ok(())
        } else {
            Err(AuditError::Proof)
        }
    };
    if old > new {
        return Err(AuditError::Proof);
    }
    if old == new {
        return sure(proof.is_empty() && old_root == new_root);
    }
    if old == 0 {
        return sure(proof.is_empty() && *old_root == sha256(b""));
    }
    let mut path = proof.iter();
    let mut old_last = old - 1;
    let mut new_last = new - 1;
    // An old tree that is one whole subtree begins the path itself.
    let first = if old.is_power_of_two() {
        Some(old_root)
    } else {
        path.next()
    };
    let first = *first.ok_or(AuditError::Proof)?;
    let up = old_last.trailing_ones();
    old_last >>= up;
    new_last >>= up;
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in path {
        if new_last == 0 {
            return Err(AuditError::Proof);
        }
        if old_last & 1 == 1 || old_last == new_last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while old_last & 1 == 0 && old_last != 0 {
                old_last >>= 1;
                new_last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        old_last >>= 1;
        new_last >>= 1;
    }
    sure(new_last == 0 && old_hash == *old_root && new_hash == *new_root)
}

/// Checks that `leaf` is entry `index` of the tree of `size` entries with `root`
/// ([RFC 9162 §2.1.3.2](https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2)).
///
/// # Errors
/// [`AuditError::Proof`] when it is not so.
pub fn verify_inclusion(
    index: u64,
    leaf: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), AuditError> {
    if index >= size {
        return Err(AuditError::Proof);
    }
    let mut at = index;
    let mut last = size - 1;
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(AuditError::Proof);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == *root {
        Ok(())
    } else {
        Err(AuditError::Proof)
    }
}
