//! Compares the Merkle tree with the known answers of Certificate Transparency and with a second implementation that
//! follows the recursive definitions of RFC 6962 §2.1.

use countersign::audit::AuditError;
use countersign::audit::tree::{
    Frontier, Hash, MAX_SIZE, consistency_proof, consistency_ranges, inclusion_proof,
    inclusion_ranges, leaf_hash, root_of, verify_consistency, verify_inclusion,
};
use countersign::bytes::{from_hex, hex};
use sha2::{Digest as _, Sha256};

const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn sha(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

/// MTH of RFC 6962 §2.1.
fn mth(bodies: &[Vec<u8>]) -> Hash {
    match bodies.len() {
        0 => sha(&[]),
        1 => sha(&[&[0], &bodies[0]]),
        n => {
            let k = n.next_power_of_two() / 2;
            sha(&[&[1], &mth(&bodies[..k]), &mth(&bodies[k..])])
        }
    }
}

/// PATH of RFC 6962 §2.1.1.
fn path(m: usize, bodies: &[Vec<u8>]) -> Vec<Hash> {
    let n = bodies.len();
    if n == 1 {
        return Vec::new();
    }
    let k = n.next_power_of_two() / 2;
    let (mut out, sibling) = if m < k {
        (path(m, &bodies[..k]), &bodies[k..])
    } else {
        (path(m - k, &bodies[k..]), &bodies[..k])
    };
    out.push(mth(sibling));
    out
}

/// SUBPROOF of RFC 6962 §2.1.2.
fn subproof(m: usize, bodies: &[Vec<u8>], whole: bool) -> Vec<Hash> {
    let n = bodies.len();
    if m == n {
        return if whole { Vec::new() } else { vec![mth(bodies)] };
    }
    let k = n.next_power_of_two() / 2;
    let (mut out, sibling) = if m <= k {
        (subproof(m, &bodies[..k], whole), &bodies[k..])
    } else {
        (subproof(m - k, &bodies[k..], false), &bodies[..k])
    };
    out.push(mth(sibling));
    out
}

fn bodies(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| format!("entry {n}").into_bytes())
        .collect()
}

fn leaves(bodies: &[Vec<u8>]) -> Vec<Hash> {
    bodies.iter().map(|body| leaf_hash(body)).collect()
}

#[test]
fn roots_equal_those_of_certificate_transparency() {
    let mut frontier = Frontier::default();
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(hex(&root_of(&LEAVES[..size])), *root);
        assert_eq!(hex(&frontier.root()), *root);
        assert_eq!(Frontier::decode(&frontier.encode()), Ok(frontier.clone()));
        if let Some(leaf) = LEAVES.get(size) {
            frontier.append(leaf_hash(leaf)).unwrap();
        }
    }
}

#[test]
fn proofs_equal_those_of_certificate_transparency() {
    let leaves: Vec<Hash> = LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect();
    let hexed = |proof: Vec<Hash>| proof.iter().map(|hash| hex(hash)).collect::<Vec<_>>();
    assert_eq!(
        hexed(consistency_proof(&leaves, 6).unwrap()),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hexed(consistency_proof(&leaves[..5], 2).unwrap()),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
    assert_eq!(
        hexed(inclusion_proof(&leaves, 5).unwrap()),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    let root: Hash = from_hex(ROOTS[8]).unwrap();
    let six: Hash = from_hex(ROOTS[6]).unwrap();
    let proof = consistency_proof(&leaves, 6).unwrap();
    assert_eq!(verify_consistency(6, &six, 8, &root, &proof), Ok(()));
    assert_eq!(
        verify_consistency(6, &from_hex(ROOTS[5]).unwrap(), 8, &root, &proof),
        Err(AuditError::Proof)
    );
}

#[test]
fn roots_and_proofs_agree_with_the_recursive_definition() {
    let all = bodies(40);
    for size in 0..=all.len() {
        let now = &all[..size];
        let now_leaves = leaves(now);
        let root = mth(now);
        assert_eq!(root_of(now), root);
        for old in 0..=size {
            let proof = consistency_proof(&now_leaves, old as u64).unwrap();
            if old > 0 {
                assert_eq!(proof, subproof(old, now, true), "{old} {size}");
            }
            let old_root = mth(&all[..old]);
            let verify = |old, old_root: &Hash, new, root: &Hash, proof: &[Hash]| {
                verify_consistency(old, old_root, new, root, proof)
            };
            let (old, new) = (old as u64, size as u64);
            assert_eq!(
                verify(old, &old_root, new, &root, &proof),
                Ok(()),
                "{old} {new}"
            );
            // Similar statements are refused. Two sizes with the same shape of path cannot be told apart by a proof; only
            // the signed checkpoint binds a root to its size.
            if 0 < old && old < new {
                assert!(verify(old, &old_root, new * 4, &root, &proof).is_err());
            }
            let (mut longer, mut shorter) = (proof.clone(), proof.clone());
            longer.push([0; 32]);
            assert!(verify(old, &old_root, new, &root, &longer).is_err());
            if shorter.pop().is_some() {
                assert!(verify(old, &old_root, new, &root, &shorter).is_err());
            }
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at][31] ^= 1;
                assert!(verify(old, &old_root, new, &root, &changed).is_err());
            }
            assert!(verify(old, &[1; 32], new, &root, &proof).is_err());
            if old > 0 {
                assert!(verify(old, &old_root, new, &[1; 32], &proof).is_err());
            }
        }
        for index in 0..size {
            let proof = inclusion_proof(&now_leaves, index as u64).unwrap();
            assert_eq!(proof, path(index, now));
            let verify = |index: usize, leaf: usize, size: usize, proof: &[Hash]| {
                verify_inclusion(index as u64, &now_leaves[leaf], size as u64, &root, proof)
            };
            assert_eq!(verify(index, index, size, &proof), Ok(()));
            assert!(verify(size, index, size, &proof).is_err());
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify(index, other, size, &proof).is_err());
                assert!(verify(other, index, size, &proof).is_err());
            }
            let mut longer = proof.clone();
            longer.push([0; 32]);
            assert!(verify(index, index, size, &longer).is_err());
            if let Some((_, shorter)) = proof.split_last() {
                assert!(verify(index, index, size, shorter).is_err());
            }
        }
    }
}

#[test]
fn every_tree_continues_the_empty_tree_and_no_larger_tree() {
    let leaves = leaves(&bodies(3));
    let root = root_of(bodies(3));
    let empty: Hash = from_hex(ROOTS[0]).unwrap();
    assert_eq!(verify_consistency(0, &empty, 3, &root, &[]), Ok(()));
    assert_eq!(
        verify_consistency(3, &root, 0, &empty, &[]),
        Err(AuditError::Proof)
    );
    assert_eq!(consistency_proof(&leaves, 4), Err(AuditError::Range));
    assert_eq!(inclusion_proof(&leaves, 3), Err(AuditError::Range));
    assert_eq!(inclusion_proof(&[], 0), Err(AuditError::Range));
}

#[test]
fn tree_over_the_largest_size_is_refused() {
    assert_eq!(inclusion_ranges(MAX_SIZE - 1, MAX_SIZE).unwrap().len(), 53);
    assert!(consistency_ranges(MAX_SIZE - 1, MAX_SIZE).unwrap().len() <= 54);
    assert_eq!(consistency_ranges(1, MAX_SIZE + 1), Err(AuditError::Range));
    assert_eq!(inclusion_ranges(1, MAX_SIZE + 1), Err(AuditError::Range));
    // A leaf cannot be appended to a full log.
    let mut bytes = MAX_SIZE.to_be_bytes().to_vec();
    bytes.extend([7; 32]);
    let mut full = Frontier::decode(&bytes).unwrap();
    assert_eq!(full.append([0; 32]), Err(AuditError::Full));
    assert_eq!((full.size(), full.root()), (MAX_SIZE, [7; 32]));
    // A subtree cannot be appended to a full log either.
    let mut whole = Frontier::default();
    assert_eq!(whole.append_subtree(54, [7; 32]), Err(AuditError::Full));
    assert_eq!(whole.append_subtree(53, [7; 32]), Ok(()));
    assert_eq!(whole, full);
    assert_eq!(whole.append_subtree(0, [0; 32]), Err(AuditError::Full));
}
