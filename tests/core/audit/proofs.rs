//! The vectors of proofs: that a log continues another (`tests/vectors/proof/consistency/`) and that an entry is in a log
//! (`tests/vectors/proof/inclusion/`). `valid/` contains valid proofs, and `invalid/` one file for each kind of fault.
//! `COUNTERSIGN_BLESS=1 cargo test --test core audit::proofs` writes them.

use countersign::audit::tree::{
    Hash, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of_leaves,
    verify_consistency, verify_inclusion,
};
use countersign::bytes::{from_hex, hex};
use serde_json::{Value, json};

use crate::support::vectors::{Vectors, same_as_files};

fn leaves() -> Vec<Hash> {
    (0..13)
        .map(|n| leaf_hash(format!("entry {n}").as_bytes()))
        .collect()
}

fn root(size: usize) -> Hash {
    root_of_leaves(&leaves()[..size])
}

fn flipped(hash: Hash) -> Hash {
    let mut hash = hash;
    hash[31] ^= 1;
    hash
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

/// The statement that the log of `new.0` entries continues the log of `old.0` entries.
#[derive(Clone)]
struct Continued {
    old: (usize, Hash),
    new: (usize, Hash),
    proof: Vec<Hash>,
}

impl Continued {
    fn new(old: usize, new: usize) -> Self {
        Self {
            old: (old, root(old)),
            new: (new, root(new)),
            proof: consistency_proof(&leaves()[..new], old as u64).unwrap(),
        }
    }

    fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }

    fn vector(&self) -> Value {
        json!({
            "old_size": self.old.0, "old_root": hex(&self.old.1),
            "new_size": self.new.0, "new_root": hex(&self.new.1), "proof": texts(&self.proof),
        })
    }
}

/// The statement that `leaf` is entry `seq` of the log of `size` entries with `root`.
#[derive(Clone)]
struct Included {
    seq: usize,
    leaf: Hash,
    size: usize,
    root: Hash,
    proof: Vec<Hash>,
}

impl Included {
    fn new(seq: usize, size: usize) -> Self {
        Self {
            seq,
            leaf: leaves()[seq],
            size,
            root: root(size),
            proof: inclusion_proof(&leaves()[..size], seq as u64).unwrap(),
        }
    }

    fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }

    fn vector(&self) -> Value {
        json!({
            "seq": self.seq, "leaf": hex(&self.leaf), "size": self.size, "root": hex(&self.root),
            "proof": texts(&self.proof),
        })
    }
}

fn continued() -> Vectors {
    [
        (0, 5),
        (1, 2),
        (3, 7),
        (4, 8),
        (6, 13),
        (8, 13),
        (12, 13),
        (13, 13),
    ]
    .into_iter()
    .map(|(old, new)| {
        (
            format!("from_{old}_to_{new}"),
            Continued::new(old, new).vector(),
        )
    })
    .collect()
}

fn not_continued() -> Vectors {
    let good = Continued::new(6, 13);
    let whole = Continued::new(8, 13);
    let same = Continued::new(13, 13);
    let empty = Continued::new(0, 5);
    [
        ("proof_cut", good.but(|c| _ = c.proof.pop())),
        (
            "proof_cut_at_the_beginning",
            good.but(|c| _ = c.proof.remove(0)),
        ),
        ("proof_empty", good.but(|c| c.proof.clear())),
        ("proof_longer", good.but(|c| c.proof.push([0; 32]))),
        ("proof_doubled", good.but(|c| c.proof.push(c.proof[0]))),
        ("proof_backwards", good.but(|c| c.proof.reverse())),
        (
            "proof_changed",
            good.but(|c| c.proof[1] = flipped(c.proof[1])),
        ),
        (
            "proof_of_another_pair",
            good.but(|c| c.proof = Continued::new(7, 13).proof),
        ),
        ("old_root_changed", good.but(|c| c.old.1 = flipped(c.old.1))),
        ("new_root_changed", good.but(|c| c.new.1 = flipped(c.new.1))),
        (
            "roots_exchanged",
            good.but(|c| (c.old.1, c.new.1) = (c.new.1, c.old.1)),
        ),
        (
            "sizes_exchanged",
            good.but(|c| (c.old.0, c.new.0) = (c.new.0, c.old.0)),
        ),
        ("backwards", good.but(|c| (c.old, c.new) = (c.new, c.old))),
        ("old_size_one_less", good.but(|c| c.old.0 -= 1)),
        ("old_size_one_more", good.but(|c| c.old.0 += 1)),
        // A neighbouring size would not be a fault: one hash of the proof covers all entries after the old log, and only
        // the checkpoint states how many there are.
        ("new_size_of_another_shape", good.but(|c| c.new.0 = 8)),
        ("rewritten", good.but(|c| c.old.1 = root(7))),
        (
            "whole_subtree_with_its_own_hash",
            whole.but(|c| c.proof.insert(0, c.old.1)),
        ),
        (
            "whole_subtree_changed",
            whole.but(|c| c.old.1 = flipped(c.old.1)),
        ),
        (
            "same_size_other_root",
            same.but(|c| c.old.1 = flipped(c.old.1)),
        ),
        (
            "same_size_with_a_proof",
            same.but(|c| c.proof.push(c.new.1)),
        ),
        ("empty_log_with_a_root", empty.but(|c| c.old.1 = root(1))),
        (
            "empty_log_with_a_proof",
            empty.but(|c| c.proof.push(c.new.1)),
        ),
    ]
    .into_iter()
    .map(|(name, claim)| (name.to_owned(), claim.vector()))
    .collect()
}

fn included() -> Vectors {
    [(0, 1), (0, 13), (5, 8), (7, 8), (8, 13), (12, 13)]
        .into_iter()
        .map(|(seq, size)| {
            (
                format!("entry_{seq}_of_{size}"),
                Included::new(seq, size).vector(),
            )
        })
        .collect()
}

fn not_included() -> Vectors {
    let good = Included::new(5, 13);
    let last = Included::new(12, 13);
    let only = Included::new(0, 1);
    let pair = node_hash(&leaves()[4], &leaves()[5]);
    [
        ("proof_cut", good.but(|c| _ = c.proof.pop())),
        (
            "proof_cut_at_the_beginning",
            good.but(|c| _ = c.proof.remove(0)),
        ),
        ("proof_empty", good.but(|c| c.proof.clear())),
        ("proof_longer", good.but(|c| c.proof.push([0; 32]))),
        ("proof_backwards", good.but(|c| c.proof.reverse())),
        (
            "proof_changed",
            good.but(|c| c.proof[0] = flipped(c.proof[0])),
        ),
        ("leaf_changed", good.but(|c| c.leaf = flipped(c.leaf))),
        ("leaf_of_the_neighbour", good.but(|c| c.leaf = leaves()[4])),
        (
            "leaf_and_its_neighbour_exchanged",
            good.but(|c| (c.leaf, c.proof[0]) = (c.proof[0], c.leaf)),
        ),
        ("root_changed", good.but(|c| c.root = flipped(c.root))),
        ("root_of_another_size", good.but(|c| c.root = root(12))),
        ("place_before", good.but(|c| c.seq -= 1)),
        ("place_behind", good.but(|c| c.seq += 1)),
        ("place_in_the_other_half", good.but(|c| c.seq += 8)),
        ("behind_the_last", good.but(|c| c.seq = c.size)),
        // The hashes of this proof lead from an inner node to the root. Only the position shows that it is not an entry.
        (
            "inner_node_as_entry",
            good.but(|c| {
                c.leaf = pair;
                _ = c.proof.remove(0);
            }),
        ),
        ("last_with_one_less", last.but(|c| c.size -= 1)),
        ("last_one_place_before", last.but(|c| c.seq -= 1)),
        (
            "only_entry_with_a_proof",
            only.but(|c| c.proof.push(c.root)),
        ),
        ("only_entry_of_another_root", only.but(|c| c.root = root(2))),
        ("of_the_empty_log", only.but(|c| c.size = 0)),
    ]
    .into_iter()
    .map(|(name, claim)| (name.to_owned(), claim.vector()))
    .collect()
}

fn hash(value: &Value) -> Hash {
    from_hex(value.as_str().unwrap()).unwrap()
}

fn proof(vector: &Value) -> Vec<Hash> {
    let list = vector["proof"].as_array().unwrap();
    list.iter().map(hash).collect()
}

fn is_continued(vector: &Value) -> bool {
    let size = |name: &str| vector[name].as_u64().unwrap();
    verify_consistency(
        size("old_size"),
        &hash(&vector["old_root"]),
        size("new_size"),
        &hash(&vector["new_root"]),
        &proof(vector),
    )
    .is_ok()
}

fn is_included(vector: &Value) -> bool {
    verify_inclusion(
        vector["seq"].as_u64().unwrap(),
        &hash(&vector["leaf"]),
        vector["size"].as_u64().unwrap(),
        &hash(&vector["root"]),
        &proof(vector),
    )
    .is_ok()
}

#[test]
fn proofs_equal_the_vectors() {
    same_as_files("proof/consistency/valid", &continued());
    same_as_files("proof/consistency/invalid", &not_continued());
    same_as_files("proof/inclusion/valid", &included());
    same_as_files("proof/inclusion/invalid", &not_included());
}

#[test]
fn valid_proofs_verify_and_invalid_ones_are_refused() {
    for (name, vector) in continued() {
        assert!(is_continued(&vector), "{name}");
    }
    for (name, vector) in not_continued() {
        assert!(!is_continued(&vector), "{name}");
    }
    for (name, vector) in included() {
        assert!(is_included(&vector), "{name}");
    }
    for (name, vector) in not_included() {
        assert!(!is_included(&vector), "{name}");
    }
}
