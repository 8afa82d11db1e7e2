//! The parts of a report other than its verdict, such as the list of parts that were not proved.

use super::support::lines::Lines;

use super::support::{
    check, checkpoint, draft, expectations, key, pruned_site, site, usual, write,
};
use countersign::audit::file::{Expectations, Remark};
use countersign::audit::note::{VerifierKey, sign};
use countersign::audit::verify::LogVerdict;
use ed25519_dalek::SigningKey;

const SIZE: u64 = 20;

#[test]
fn report_lists_what_was_not_proved() {
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
    let tail = report.remark(Remark::UnsealedTail).unwrap();
    assert_eq!((tail.first, tail.until), (Some(18), Some(SIZE)));
    let blind = check(&file, &Expectations::default());
    assert!(!blind.is_proved());
    assert_eq!((blind.verdict, blind.seals), (LogVerdict::Ok, 0));
    // A log without entries has no root that could be proved.
    assert!(!check(&site(0).export(), &expectations()).is_proved());
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
    drafts[4] = countersign::audit::draft::Draft::from_json(
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

/// A known root can be compared at the end of a stretch without bodies, and not within it.
#[test]
fn known_root_within_a_stretch_is_not_compared() {
    let site = pruned_site(SIZE, 12);
    let file = site.export();
    for (size, met) in [(8, false), (12, true), (13, true)] {
        let known = Expectations {
            roots: vec![(size, *site.heads[size as usize].root())],
            ..Expectations::default()
        };
        let report = check(&file, &known);
        assert_eq!(report.verdict, LogVerdict::Ok, "{size}");
        assert_eq!(report.witnessed, if met { size } else { 0 });
        assert_eq!(report.remark(Remark::RootNotMet).is_none(), met, "{size}");
    }
}

/// One fault is reported once, and the number of findings is bounded.
#[test]
fn one_fault_is_one_finding_and_findings_are_bounded() {
    let file = site(SIZE).export();
    let findings = |change: &dyn Fn(&mut Lines)| {
        let mut lines = Lines::of(&file);
        change(&mut lines);
        let report = check(&lines.reframed().file(), &Expectations::default());
        let found = report.findings.iter();
        found
            .map(|found| (found.verdict, found.first_bad, found.until))
            .collect::<Vec<_>>()
    };
    // An entry and its `leaves` line are removed. Later roots cannot be compared then, and are not reported as forged.
    let gone = findings(&|lines| {
        lines.0.remove(lines.entry(7));
        lines.0.remove(lines.find("{\"leaves\":5"));
    });
    let missing = (LogVerdict::MissingRange, Some(7), Some(8));
    assert_eq!(gone, [(LogVerdict::FileMalformed, None, None), missing]);
    let moved = findings(&|lines| {
        let (at, to) = (lines.entry(3), lines.entry(9));
        let line = lines.0.remove(at);
        lines.0.insert(to - 1, line);
    });
    let late = (LogVerdict::OutsideEpoch, Some(3), Some(4));
    assert_eq!(moved, [(LogVerdict::Inserted, Some(3), Some(4)), late]);
    // Entries 18 and 19 have the same time: the remark names the first one.
    let mut same = write((0..SIZE).map(draft).collect(), |n| usual(n.min(18)));
    same.sign(&[SIZE], &key());
    let report = check(&same.export(), &expectations());
    let tail = report.remark(Remark::UnsealedTail).unwrap();
    assert_eq!(tail.first, Some(18));
    let mut late = write((0..SIZE).map(draft).collect(), |n| {
        if n == 12 { usual(0) } else { usual(n) }
    });
    late.sign(&[SIZE], &key());
    let report = check(&late.export(), &expectations());
    assert_eq!(
        (report.verdict, report.first_bad, report.until),
        (LogVerdict::OutsideEpoch, Some(12), Some(13))
    );
}

/// Only an entry of the kind `system` can acknowledge a rollback or record a pruning.
#[test]
fn only_system_entries_acknowledge_and_record() {
    let mut drafts: Vec<_> = (0..SIZE).map(draft).collect();
    drafts[4] = countersign::audit::draft::Draft::from_json(
        r#"{"kind":"intent","actor":{"kind":"agent"},"action":"audit.rollback_acknowledged"}"#,
    )
    .unwrap();
    let mut site = write(drafts, usual);
    site.sign(&[SIZE], &key());
    let report = check(&site.export(), &expectations());
    assert_eq!(report.remark(Remark::RollbackAcknowledged), None);
    assert!(report.is_proved());
}

/// If an auditor gives the keys of two sites, the key of one site cannot vouch for the log of the other.
#[test]
fn key_of_another_log_is_ignored() {
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
    assert_eq!(
        (report.verdict, report.vouched),
        (LogVerdict::UnknownKey, 0)
    );
}
