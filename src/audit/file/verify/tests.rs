//! Tests of the bounds of memory and of the number of reports, which tests with whole files do not show well.

use super::examined::{Event, Examined, Fields};
use super::findings::Findings;
use super::prunings::{MAX_KEPT, Prunings};
use super::tree::{MAX_PENDING, TreeBuilder};
use super::verifier::FileVerifier;
use crate::audit::file::{Expectations, FileReport, MAX_LINE};
use crate::audit::tree::Hash;
use crate::audit::verify::LogVerdict;

#[test]
fn unreadable_line_takes_the_place_of_one_entry() {
    for damaged in [[1].as_slice(), &[1, 2], &[0, 3]] {
        let (mut tree, mut findings) = (TreeBuilder::new(&[]), Findings::default());
        for seq in 0..4 {
            let readable = !damaged.contains(&seq);
            tree.entry(readable.then_some(seq), [7; 32], &mut findings);
        }
        tree.leaves(0, &[[7; 32]; 4], &mut findings);
        let found: Vec<_> = findings
            .list
            .iter()
            .map(|finding| (finding.verdict, finding.first_bad, finding.until))
            .collect();
        let expected: Vec<_> = damaged
            .iter()
            .map(|at| (LogVerdict::EntryModified, Some(*at), Some(at + 1)))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(tree.position(), 4);
    }
}

#[test]
fn records_of_pruning_do_not_fill_the_memory() {
    let mut verifier = FileVerifier::new(&Expectations::default());
    for seq in 0..MAX_KEPT as u64 + 2 {
        verifier.entry(Examined {
            leaf: Hash::default(),
            fields: Some(Fields {
                seq,
                time: 0,
                site: [0; 8],
                event: Some(Event::Pruned(seq..seq + 1)),
                texts: None,
            }),
        });
        assert!(verifier.tree.waiting() <= MAX_PENDING);
    }
    assert_eq!(verifier.prunings.records.len(), MAX_KEPT);
}

#[test]
fn adjacent_pruned_stretches_are_joined() {
    let (mut prunings, mut findings) = (Prunings::default(), Findings::default());
    for (from, until) in [(0, 5), (10, 15), (15, 20), (20, 21)] {
        prunings.stretch(from, until, &mut findings);
    }
    assert_eq!(prunings.stretches, [(0, 5), (10, 21)]);
    assert_eq!(findings.list, []);
}

#[test]
fn pruned_stretches_do_not_fill_the_memory() {
    let (mut prunings, mut findings) = (Prunings::default(), Findings::default());
    for n in 0..MAX_KEPT as u64 + 2 {
        prunings.stretch(2 * n, 2 * n + 1, &mut findings);
    }
    assert_eq!(prunings.stretches.len(), MAX_KEPT);
    let verdicts: Vec<_> = findings.list.iter().map(|found| found.verdict).collect();
    assert_eq!(verdicts, [LogVerdict::FileMalformed; 2]);
}

#[test]
fn overlong_line_is_one_finding_and_ends_at_its_newline() {
    for end in ["\n", "x\n", "{\"end\":1}\n"] {
        let mut verifier = FileVerifier::new(&Expectations::default());
        verifier.push(&vec![b'x'; MAX_LINE + 1]);
        verifier.push(end.as_bytes());
        let said: Vec<_> = verifier
            .findings
            .list
            .iter()
            .map(|found| (found.verdict, found.line))
            .collect();
        assert_eq!(said, [(LogVerdict::FileMalformed, 1)]);
        assert_eq!(verifier.findings.line, 1);
        // The long line was neither kept nor read as a header, so the next line may still be the header.
        let report: FileReport = {
            verifier.push(b"not a header\n");
            verifier.finish()
        };
        let said: Vec<_> = report
            .findings
            .iter()
            .map(|found| (found.verdict, found.line))
            .collect();
        let malformed = LogVerdict::FileMalformed;
        assert_eq!(said, [(malformed, 1), (malformed, 2)]);
    }
}
