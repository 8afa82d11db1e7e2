//! The Merkle tree of [RFC 6962 §2.1](https://www.rfc-editor.org/rfc/rfc6962#section-2.1): leaf and node hashes, roots,
//! inclusion proofs and consistency proofs.
//!
//! This is written by hand although the crate `ct-merkle` exists. That crate keeps the whole tree in memory or addresses
//! stored nodes by number. The log stores leaf hashes only, appends from the right edge of the tree, and must compute
//! roots and proofs over stretches of pruned entries, for which only subtree hashes are left. The crate could replace
//! only the two verification functions, and its inclusion check takes the entry itself, which a pruned log no longer has. The test vectors of RFC 6962 and of Certificate Transparency check this implementation.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::AuditError;
use crate::bytes::sha256;

/// A SHA-256 hash: of a leaf, a node or a whole tree.
pub type Hash = [u8; 32];

/// The largest number of entries in a log: 2^53, so that sequence numbers are exact in JavaScript.
pub const MAX_SIZE: u64 = 1 << 53;

/// Computes the hash of an entry: SHA-256 over `0x00` and its bytes (RFC 6962 §2.1).
#[must_use]
pub fn leaf_hash(body: &[u8]) -> Hash {
    let mut input = Vec::with_capacity(body.len() + 1);
    input.push(0);
    input.extend_from_slice(body);
    sha256(&input)
}

/// Computes the hash of a node: SHA-256 over `0x01`, `left` and `right` (RFC 6962 §2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The right edge of a tree, from which it can be appended to and its root computed.
///
/// Holds one hash for every bit that is set in the size, largest subtree first: at most 54 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// Returns the number of entries in the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf hash of the next entry.
    ///
    /// # Errors
    /// [`AuditError::Full`] at [`MAX_SIZE`]; the tree is then unchanged.
    pub fn append(&mut self, leaf: Hash) -> Result<(), AuditError> {
        if self.size >= MAX_SIZE {
            return Err(AuditError::Full);
        }
        let mut node = leaf;
        // Every trailing 1 bit of the size is a complete subtree of this height.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.edge.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.edge.push(node);
        self.size += 1;
        Ok(())
    }

    /// Adds a complete subtree of 2^`height` leaves by its hash.
    ///
    /// # Errors
    /// [`AuditError::Range`] when the size is not a multiple of 2^`height`, [`AuditError::Full`] beyond [`MAX_SIZE`]; the
    /// tree is then unchanged.
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

    /// Returns the root of the tree. The root of the empty tree is SHA-256 of the empty string.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.edge.iter().rev();
        let Some(first) = smallest_first.next() else {
            return sha256(b"");
        };
        smallest_first.fold(*first, |right, left| node_hash(left, &right))
    }

    /// Encodes the frontier: the size as 64-bit big-endian, then the hashes, 32 bytes each.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        for hash in &self.edge {
            out.extend_from_slice(hash);
        }
        out
    }

    /// Decodes [`Frontier::encode`]. There must be as many hashes as the size has bits set.
    ///
    /// # Errors
    /// [`AuditError::Head`] for any other bytes.
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

/// Computes the root over leaf hashes.
#[must_use]
pub fn root_of_leaves(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        // This cannot fail: a slice in memory is shorter than the limit.
        let _ = frontier.append(*leaf);
    }
    frontier.root()
}

/// Computes the root over entries, each given by its bytes.
#[must_use]
pub fn root_of<B: AsRef<[u8]>>(bodies: impl IntoIterator<Item = B>) -> Hash {
    let leaves: Vec<Hash> = bodies
        .into_iter()
        .map(|body| leaf_hash(body.as_ref()))
        .collect();
    root_of_leaves(&leaves)
}

/// Returns the ranges of leaves that the hashes of a consistency proof from size `old` to size `new` cover, in the order
/// of the proof (RFC 6962 §2.1.2). A caller with many leaves reads only these ranges, one at a time.
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
    // Descend to the subtree that ends where the old tree ended. The siblings on the way are the proof, from the bottom up.
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
    // The verifier has the root of the old tree, so the proof contains no hash for it.
    if low != 0 {
        ranges.push(low..high);
    }
    ranges.reverse();
    Ok(ranges)
}

/// Returns the ranges of leaves that the hashes of an inclusion proof of entry `index` in a tree of `size` entries cover,
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

/// Returns the largest power of two that is smaller than `size`, which must be at least 2.
const fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// Makes the proof that the tree over `leaves` continues the tree over its first `old` leaves.
///
/// # Errors
/// [`AuditError::Range`] when there are fewer than `old` leaves.
pub fn consistency_proof(leaves: &[Hash], old: u64) -> Result<Vec<Hash>, AuditError> {
    roots(leaves, consistency_ranges(old, leaves.len() as u64)?)
}

/// Makes the proof that leaf `index` is in the tree over `leaves`.
///
/// # Errors
/// [`AuditError::Range`] when there is no leaf `index`.
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

/// Verifies that the tree of `new` entries with `new_root` continues the tree of `old` entries with `old_root`
/// ([RFC 9162 §2.1.4.2](https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2)). Every tree continues the empty one.
///
/// # Errors
/// [`AuditError::Proof`] when the proof does not show it, or has the wrong number of hashes.
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
    // If the old tree is one complete subtree, its root begins the path.
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

/// Verifies that `leaf` is entry `index` of the tree of `size` entries with `root`
/// ([RFC 9162 §2.1.3.2](https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2)).
///
/// # Errors
/// [`AuditError::Proof`] when the proof does not show it, or has the wrong number of hashes.
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
