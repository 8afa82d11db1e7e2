//! What a report says beside its verdict: above all what was not proved.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod audit_support;

use audit_support::{check, checkpoint, draft, expectations, key, pruned_site, site, usual, write};
use countersign::audit::file::{Expectations, Remark};
use countersign::audit::note::{VerifierKey, sign};
use countersign::audit::verify::Verdict;
use ed25519_dalek::SigningKey;

const SIZE: u64 = 20;

#[test]
fn a_report_says_what_was_not_proved() {
    let honest = site(SIZE);
    let file = honest.export();
    let report = check(&file, &expectations());
    assert!(report.is_proved());
    assert_eq!(
        (
            report.vouched,
            report.witnessed,
            report.seals,
            report.entries
        ),
        (SIZE, 0, 2, SIZE)
    );
    assert_eq!(
        report
            .remarks
            .iter()
            .map(|made| made.remark)
            .collect::<Vec<_>>(),
        [Remark::UnsealedTail]
    );
    let blind = check(&file, &Expectations::default());
    assert!(!blind.is_proved());
    assert_eq!(blind.verdict, Verdict::Ok);
    for remark in [
        Remark::SelfConsistent,
        Remark::HeaderUnsigned,
        Remark::SealsUnchecked,
    ] {
        assert!(blind.remark(remark).is_some(), "{remark:?}");
    }
    let root = Expectations {
        roots: vec![(17, *honest.heads[17].root())],
        ..Expectations::default()
    };
    let report = check(&file, &root);
    assert_eq!((report.vouched, report.witnessed), (17, 17));
    assert_eq!(report.remark(Remark::UnsignedTail).unwrap().first, Some(17));
    let part = check(&honest.export_of(6..13, None, &|_| true), &expectations());
    assert!(part.remark(Remark::Selection).is_some() && part.is_proved());
    assert_eq!((part.range.clone(), part.entries), (6..13, 7));
    let pruned = check(&pruned_site(SIZE, 12).export(), &expectations());
    assert_eq!(pruned.remark(Remark::Pruned).unwrap().until, Some(12));
    let mut drafts: Vec<_> = (0..SIZE).map(draft).collect();
    drafts[4] = countersign::audit::entry::Draft::from_json(
        r#"{"kind":"system","actor":{"kind":"admin"},"action":"audit.rollback_acknowledged"}"#,
    )
    .unwrap();
    let odd = write(drafts, |n| if n == 3 { usual(1) } else { usual(n) });
    let report = check(&odd.export(), &expectations());
    assert_eq!(
        report.remark(Remark::RollbackAcknowledged).unwrap().first,
        Some(4)
    );
    assert_eq!(
        report.remark(Remark::ClockRegression).unwrap().first,
        Some(3)
    );
    for made in &report.remarks {
        assert!(made.remark.message().ends_with('.'));
    }
}

/// Whoever holds the key of one site cannot vouch for the log of another, where an auditor gave both keys.
#[test]
fn a_key_vouches_for_its_own_log_alone() {
    let other = SigningKey::from_bytes(&[9; 32]);
    let name = "other.example/5a5a5a5a5a5a5a5a/audit";
    let mut forged = write((0..SIZE).map(draft).collect(), usual);
    let head = forged.head().clone();
    let text = checkpoint(&head, &key());
    let text = &text[..=text.find("\n\n").unwrap()];
    forged.notes = vec![(SIZE, sign(text, name, &other).unwrap())];
    let mut expected = Expectations {
        keys: expectations().keys,
        ..Expectations::default()
    };
    expected
        .keys
        .push(VerifierKey::new(name, other.verifying_key()).unwrap());
    let report = check(&forged.export(), &expected);
    assert_eq!((report.verdict, report.vouched), (Verdict::UnknownKey, 0));
}
