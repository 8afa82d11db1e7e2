//! Single bytes changed, cut off, and at the border between two chunks: none of it verifies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod audit_support;

use audit_support::{check, draft, expectations, key, site, usual, write};
use countersign::audit::file::verify;
use countersign::audit::verify::Verdict;

#[test]
fn no_byte_can_be_changed_or_cut() {
    let file = site(3).export();
    let expected = expectations();
    assert_eq!(check(&file, &expected).verdict, Verdict::Ok);
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        for wrong in [&changed[..], &file[..at]] {
            let report = verify(wrong, &expected, &mut |_| ()).unwrap();
            assert_ne!(report.verdict, Verdict::Ok, "{at}");
        }
    }
}

/// Larger than what is examined at once, so that lines lie across the border.
#[test]
fn a_long_file_is_verified_like_a_short_one() {
    let mut site = write((0..2000).map(draft).collect(), usual);
    site.sign(&[700, 2000], &key());
    let file = site.export();
    assert!(file.len() > 1 << 18);
    let mut done = Vec::new();
    let report = verify(&file[..], &expectations(), &mut |bytes| done.push(bytes)).unwrap();
    assert!(report.is_proved(), "{:?}", report.findings);
    assert!(done.len() > 1 && done.is_sorted());
    assert_eq!(done.last(), Some(&(file.len() as u64)));
    assert_eq!(check(&file, &expectations()), report);
    let border = (1 << 18) - 40;
    for at in border..border + 80 {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let report = verify(&changed[..], &expectations(), &mut |_| ()).unwrap();
        assert_ne!(report.verdict, Verdict::Ok, "{at}");
    }
}
