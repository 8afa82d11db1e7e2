//! Files with single bytes changed or cut off, lines across the border of two chunks, and files that exceed the bounds of
//! memory.

use std::io::{self, BufReader, ErrorKind, Read};

use super::cases::texts::told;
use super::support::lines::Lines;
use super::support::{
    SITE, START, Site, check, draft, expectations, key, log_origin, site, usual, write,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::audit::append::{Head, append};
use countersign::audit::file::{Expectations, Export, FileVerifier, MAX_LINE, Remark, verify};
use countersign::audit::prune;
use countersign::audit::verify::{LogVerdict, MAX_FINDINGS};
use countersign::clock::Timestamp;

#[test]
fn every_changed_or_missing_byte_is_found() {
    let expected = expectations();
    for file in [site(3).export(), told(3).export()] {
        assert_eq!(check(&file, &expected).verdict, LogVerdict::Ok);
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1 << (at % 8);
            for wrong in [&changed[..], &file[..at]] {
                let report = verify(wrong, &expected, &mut |_| ()).unwrap();
                assert_ne!(report.verdict, LogVerdict::Ok, "{at}");
            }
        }
    }
}

/// The file is larger than one chunk, so that a line lies across the border of two chunks.
#[test]
fn lines_across_chunks_are_verified() {
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
        assert_ne!(report.verdict, LogVerdict::Ok, "{at}");
    }
}

/// Returns a log of `size` entries with a signature at its end and without checkpoints and seals.
fn plain(size: u64) -> Site {
    let mut site = write((0..size).map(draft).collect(), usual);
    site.seals.clear();
    site
}

#[test]
fn too_many_lines_without_hashes_are_malformed() {
    let file = plain(256).export();
    let verdicts = |more: usize| {
        let mut lines = Lines::of(&file);
        let doubled: Vec<Vec<u8>> = lines.0[1..=256]
            .iter()
            .flat_map(|line| [line.clone(), line.clone()])
            .chain(vec![lines.0[256].clone(); more])
            .collect();
        lines.0.splice(1..=256, doubled);
        let report = check(&lines.file(), &Expectations::default());
        assert_eq!(report.findings.len(), MAX_FINDINGS);
        assert!(report.more >= 192);
        let first = report.findings[0].verdict;
        (first, report.more)
    };
    // One finding is that the last line counts fewer entries.
    assert_eq!(verdicts(0), (LogVerdict::Inserted, 193));
    assert_eq!(verdicts(1).0, LogVerdict::FileMalformed);
}

#[test]
fn misplaced_leaves_lines_are_one_finding() {
    let site = plain(300);
    let file = site.export();
    let findings = |change: &dyn Fn(&mut Lines)| {
        let mut lines = Lines::of(&file);
        change(&mut lines);
        let report = check(&lines.reframed().file(), &Expectations::default());
        let found = report.findings.iter();
        found
            .map(|found| (found.verdict, found.first_bad))
            .collect::<Vec<_>>()
    };
    assert_eq!(findings(&|_| ()), []);
    let lost = findings(&|lines| drop(lines.0.remove(lines.find("{\"leaves\":0"))));
    assert_eq!(lost, [(LogVerdict::FileMalformed, None)]);
    // A line with one hash more than a tile.
    let both = findings(&|lines| {
        let hashes: Vec<u8> = site.rows.iter().flat_map(|row| row.leaf).collect();
        lines.0.remove(lines.find("{\"leaves\":0"));
        let end = lines.find("{\"leaves\":256");
        let text = STANDARD.encode(hashes);
        lines.0[end] = format!(r#"{{"leaves":0,"hashes":"{text}"}}"#).into_bytes();
    });
    assert_eq!(both, [(LogVerdict::FileMalformed, None)]);
}

#[test]
fn line_over_the_longest_length_is_malformed() {
    let file = site(3).export();
    for (length, verdict) in [
        (MAX_LINE, LogVerdict::Inserted),
        (MAX_LINE + 1, LogVerdict::FileMalformed),
    ] {
        let mut lines = Lines::of(&file);
        lines.0.insert(2, vec![b'x'; length]);
        let wrong = lines.file();
        let report = check(&wrong, &expectations());
        assert_eq!((report.verdict, report.line), (verdict, Some(3)));
        // The whole file in one chunk.
        let mut verifier = FileVerifier::new(&expectations());
        verifier.push(&wrong);
        assert_eq!(verifier.finish(), report);
        // A long text after the last line of a file, and a file that consists of nothing else.
        let open = [file.as_slice(), &vec![b'x'; length]].concat();
        let report = check(&open, &expectations());
        assert_eq!(report.verdict, LogVerdict::FileMalformed);
        let cut = check(&vec![b'x'; length], &expectations());
        assert_eq!(
            (cut.verdict, cut.line),
            (LogVerdict::TruncatedTail, Some(1))
        );
    }
}

/// Returns a log in which every other entry is pruned, as the next entry records. With `twice`, the first pruning is
/// recorded twice.
fn alternating(stretches: u64, twice: bool) -> Vec<u8> {
    let mut drafts = Vec::new();
    for at in 0..stretches {
        let seq = 2 * at + u64::from(twice && at > 0);
        drafts.push(draft(0));
        drafts.push(prune::pruning_draft(&(seq..seq + 1)).unwrap());
        if twice && at == 0 {
            drafts.push(prune::pruning_draft(&(0..1)).unwrap());
        }
    }
    let start = Timestamp::from_millis(START);
    let made = append(&Head::default(), &drafts, SITE, start).unwrap();
    let range = 0..drafts.len() as u64;
    let mut export = Export::new(&log_origin(), SITE, &made.head, &range, None).unwrap();
    for row in &made.rows {
        let body = row.body.windows(12).any(|part| part == b"audit.pruned");
        let body = body.then_some(row.body.as_slice());
        export.row(row.seq, &row.leaf, body, true).unwrap();
    }
    export.finish(None).unwrap()
}

#[test]
fn remembered_stretches_and_records_are_bounded() {
    let nothing = Expectations::default();
    let most = verify(&alternating(4096, false)[..], &nothing, &mut |_| ()).unwrap();
    assert_eq!(most.verdict, LogVerdict::Ok);
    assert_eq!(most.remark(Remark::Pruned).unwrap().count, 4096);
    let more = verify(&alternating(4097, false)[..], &nothing, &mut |_| ()).unwrap();
    assert_eq!(more.verdict, LogVerdict::FileMalformed);
    let records = verify(&alternating(4096, true)[..], &nothing, &mut |_| ()).unwrap();
    assert_eq!(
        (records.verdict, records.first_bad),
        (LogVerdict::MissingRange, Some(8191))
    );
}

/// A reader that is interrupted once and fails at its end.
struct Troubled<'a>(&'a [u8], bool, Option<ErrorKind>);

impl Read for Troubled<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.1, true) {
            return Err(ErrorKind::Interrupted.into());
        }
        match (self.0.read(into)?, self.2) {
            (0, Some(kind)) => Err(kind.into()),
            (length, _) => Ok(length),
        }
    }
}

#[test]
fn interrupted_read_is_repeated_and_failed_read_is_an_error() {
    let file = site(20).export();
    let read = |fails| {
        let reader = BufReader::new(Troubled(&file, false, fails));
        verify(reader, &expectations(), &mut |_| ())
    };
    assert!(read(None).unwrap().is_proved());
    let failed = read(Some(ErrorKind::ConnectionReset)).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::ConnectionReset);
}
