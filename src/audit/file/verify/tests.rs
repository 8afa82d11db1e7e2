//! What no whole file shows well: what is remembered, and how often something is said.

use super::entries::{Examined, Notable, Said};
use super::{FileVerifier, MAX_KEPT, MAX_PENDING};
use crate::audit::file::{Expectations, MAX_LINE};
use crate::audit::tree::Hash;
use crate::audit::verify::LogVerdict;

fn line(leaf: u8, seq: Option<u64>) -> Examined {
    Examined {
        leaf: [leaf; 32],
        said: seq.map(|seq| Said {
            seq,
            time: 0,
            site: [0; 8],
            notable: None,
        }),
    }
}

#[test]
fn a_line_that_is_no_entry_takes_the_place_of_one_and_no_more() {
    for damaged in [[1].as_slice(), &[1, 2], &[0, 3]] {
        let mut verifier = FileVerifier::new(&Expectations::default());
        for seq in 0..4 {
            let readable = !damaged.contains(&seq);
            verifier.entry(line(7, readable.then_some(seq)));
        }
        verifier.leaves(0, &[[7; 32]; 4]);
        let found: Vec<_> = verifier
            .findings
            .iter()
            // There is no header that asks for entries.
            .filter(|finding| finding.verdict != LogVerdict::HeaderMismatch)
            .map(|finding| (finding.verdict, finding.first_bad, finding.until))
            .collect();
        let expected: Vec<_> = damaged
            .iter()
            .map(|at| (LogVerdict::EntryModified, Some(*at), Some(at + 1)))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(verifier.position, 4);
    }
}

#[test]
fn a_file_of_nothing_but_prunings_does_not_fill_the_memory() {
    let mut verifier = FileVerifier::new(&Expectations::default());
    for seq in 0..MAX_KEPT as u64 + 2 {
        verifier.entry(Examined {
            leaf: Hash::default(),
            said: Some(Said {
                seq,
                time: 0,
                site: [0; 8],
                notable: Some(Notable::Pruned(seq..seq + 1)),
            }),
        });
        assert!(verifier.pending.len() <= MAX_PENDING);
    }
    assert_eq!(verifier.records.len(), MAX_KEPT);
}

#[test]
fn stretches_are_one_where_one_follows_the_other_at_once() {
    let mut verifier = FileVerifier::new(&Expectations::default());
    for (from, until) in [(0, 5), (10, 15), (15, 20), (20, 21)] {
        verifier.pruned(from, until);
    }
    assert_eq!(verifier.pruned, [(0, 5), (10, 21)]);
    assert_eq!(verifier.findings, []);
}

#[test]
fn a_file_of_nothing_but_stretches_does_not_fill_the_memory() {
    let mut verifier = FileVerifier::new(&Expectations::default());
    let most = MAX_KEPT as u64;
    for n in 0..most + 2 {
        verifier.pruned(2 * n, 2 * n + 1);
    }
    assert_eq!(verifier.pruned.len(), MAX_KEPT);
    let verdicts: Vec<_> = verifier
        .findings
        .iter()
        .map(|found| found.verdict)
        .collect();
    assert_eq!(verdicts, [LogVerdict::FileMalformed; 2]);
}

#[test]
fn a_line_that_is_too_long_ends_where_it_ends() {
    for end in ["\n", "x\n", "{\"end\":1}\n"] {
        let mut verifier = FileVerifier::new(&Expectations::default());
        verifier.push(&vec![b'x'; MAX_LINE + 1]);
        verifier.push(end.as_bytes());
        assert!(!verifier.too_long && verifier.partial.is_empty());
        // Nothing of it was read as a line.
        assert!(!verifier.foreign);
        let said: Vec<_> = verifier
            .findings
            .iter()
            .map(|found| (found.verdict, found.line))
            .collect();
        assert_eq!(said, [(LogVerdict::FileMalformed, 1)]);
        assert_eq!(verifier.line, 1);
    }
}
