//! Cases of tampering with the log in the database: each must give the right verdict at the right entry. The last tests
//! state what verification cannot find, so that the documentation does not promise it.

use countersign::audit::AuditError;
use countersign::audit::append::{Head, append};
use countersign::audit::checkpoint::{Checkpoint, origin};
use countersign::audit::draft::Draft;
use countersign::audit::entry::{Entry, Summary};
use countersign::audit::note::{VerifierKey, sign};
use countersign::audit::tree::{Frontier, Hash, leaf_hash};
use countersign::audit::verify::{
    Columns, LogReport, LogVerdict, LogVerifier, MAX_FINDINGS, StoredRow,
};
use countersign::clock::Timestamp;
use countersign::secret::Secret;
use ed25519_dalek::SigningKey;

const SITE: [u8; 8] = [0x5a; 8];
const SIZE: u64 = 100;

/// A row of the entry table.
#[derive(Clone)]
struct Stored {
    seq: u64,
    leaf: Vec<u8>,
    body: Vec<u8>,
    columns: Option<Summary>,
}

/// A log. A database administrator can change everything but `marks`.
#[derive(Clone)]
struct Log {
    rows: Vec<Stored>,
    head: Option<Head>,
    /// The table of checkpoints: size column and note.
    checkpoints: Vec<(u64, String)>,
    /// Sizes and roots that are kept outside the database.
    marks: Vec<(u64, Hash)>,
}

fn log_origin() -> String {
    origin("shop.example", SITE).unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn checkpoint(head: &Head, key: &SigningKey) -> String {
    let checkpoint = Checkpoint {
        origin: log_origin(),
        size: head.size(),
        root: *head.root(),
    };
    checkpoint.sign(key).unwrap()
}

fn draft(n: u64) -> Draft {
    let json = format!(
        r#"{{"kind":"intent","actor":{{"kind":"agent","connection":{},"user":7}},"action":"update_post","target":"post:{n}","change":{{"title":"{n}"}}}}"#,
        n % 3
    );
    Draft::from_json(&json).unwrap()
}

/// Returns a log of `size` entries with a checkpoint after every 32 entries and without a mark.
fn write(size: u64) -> Log {
    let mut log = Log {
        rows: Vec::new(),
        head: None,
        checkpoints: Vec::new(),
        marks: Vec::new(),
    };
    let mut head = Head::default();
    for n in 0..size {
        let appended = append(&head, &[draft(n)], SITE, Timestamp::from_millis(1_000 + n)).unwrap();
        head = appended.head;
        log.rows.extend(appended.rows.into_iter().map(|row| Stored {
            seq: row.seq,
            leaf: row.leaf.to_vec(),
            body: row.body,
            columns: Some(row.summary),
        }));
        if head.size().is_multiple_of(32) {
            log.checkpoints
                .push((head.size(), checkpoint(&head, &key())));
        }
    }
    log.head = Some(head);
    log
}

impl Log {
    /// Returns the unchanged log of these tests: 100 entries, checkpoints at 32, 64 and 96.
    fn new() -> Self {
        write(SIZE)
    }

    /// Returns the same log with a mark of its last size and root.
    fn marked() -> Self {
        let mut log = Self::new();
        log.mark();
        log
    }

    fn mark(&mut self) {
        let head = self.head.as_ref().unwrap();
        self.marks.push((head.size(), *head.root()));
    }

    fn row(&mut self, seq: usize) -> &mut Stored {
        &mut self.rows[seq]
    }

    /// Replaces a body by another valid body of the same length.
    fn edit(&mut self, seq: usize) {
        let body = String::from_utf8(self.rows[seq].body.clone()).unwrap();
        let edited = body.replace("update_post", "delete_post");
        assert_ne!(body, edited);
        self.rows[seq].body = edited.into_bytes();
    }

    fn fix_columns(&mut self, seq: usize) {
        let row = &mut self.rows[seq];
        row.columns = Some(Entry::parse(&row.body).unwrap().summary);
    }

    fn fix_leaf(&mut self, seq: usize) {
        self.rows[seq].leaf = leaf_hash(&self.rows[seq].body).to_vec();
    }

    /// Computes the head from the present rows.
    fn fix_head(&mut self) {
        let mut frontier = Frontier::default();
        for row in &self.rows {
            frontier
                .append(row.leaf.as_slice().try_into().unwrap())
                .unwrap();
        }
        self.head =
            Some(Head::decode(frontier.size(), &frontier.encode(), &frontier.root()).unwrap());
    }

    /// Rewrites one entry so that rows, leaves, columns and head agree again.
    fn rewrite(&mut self, seq: usize) {
        self.edit(seq);
        self.fix_columns(seq);
        self.fix_leaf(seq);
        self.fix_head();
    }

    fn begin(&self) -> LogVerifier {
        let keys = [VerifierKey::new(&log_origin(), key().verifying_key()).unwrap()];
        let mut verifier = LogVerifier::new(SITE);
        for (size, note) in &self.checkpoints {
            verifier
                .expect_checkpoint(note, &keys, &log_origin(), Some(*size))
                .unwrap();
        }
        for (size, root) in &self.marks {
            verifier.expect_root(*size, *root).unwrap();
        }
        verifier
    }

    fn feed(verifier: &mut LogVerifier, rows: &[Stored]) {
        for row in rows {
            let columns = row
                .columns
                .as_ref()
                .map_or(Columns::Unreadable, Columns::Read);
            verifier.feed(&StoredRow {
                seq: row.seq,
                leaf: &row.leaf,
                body: &row.body,
                columns,
            });
        }
    }

    fn verify(&self) -> LogReport {
        let mut verifier = self.begin();
        Self::feed(&mut verifier, &self.rows);
        let whole = verifier.finish(self.head.as_ref());
        // The result is the same if the rows are passed in chunks and the state is saved between them.
        let seal = Secret::new([3; 32]);
        let mut verifier = self.begin();
        for chunk in self.rows.chunks(17) {
            verifier = LogVerifier::import(&verifier.export(&seal), &seal).unwrap();
            Self::feed(&mut verifier, chunk);
        }
        assert_eq!(verifier.finish(self.head.as_ref()), whole);
        whole
    }
}

/// A case of tampering: its name, the log, the change, and the expected verdict and place.
type Case = (
    &'static str,
    Log,
    fn(&mut Log),
    LogVerdict,
    Option<u64>,
    Option<u64>,
);

// A table is easiest to read with one line for each case.
#[rustfmt::skip]
#[allow(clippy::too_many_lines)]
fn corpus() -> Vec<Case> {
    use LogVerdict::{
        CheckpointInvalid, EntryModified, Fork, HeadMismatch, IndexColumnMismatch, Inserted,
        MissingRange, TruncatedTail, UnknownKey,
    };
    let (log, marked) = (Log::new(), Log::marked());
    let bare = Log { checkpoints: Vec::new(), ..log.clone() };
    for untouched in [&log, &marked, &bare] {
        assert_eq!(untouched.verify().verdict, LogVerdict::Ok);
    }
    vec![
        // Entries
        ("body", log.clone(), |l| l.edit(50), EntryModified, Some(50), Some(51)),
        ("body and column", log.clone(), |l| { l.edit(50); l.fix_columns(50); }, EntryModified, Some(50), Some(51)),
        ("first body", log.clone(), |l| l.edit(0), EntryModified, Some(0), Some(1)),
        ("last body", log.clone(), |l| l.edit(99), EntryModified, Some(99), Some(100)),
        ("one bit of white space", log.clone(), |l| l.row(7).body.push(b' '), EntryModified, Some(7), Some(8)),
        ("body emptied", log.clone(), |l| l.row(7).body.clear(), EntryModified, Some(7), Some(8)),
        ("two bodies", log.clone(), |l| { l.edit(80); l.edit(20); }, EntryModified, Some(20), Some(21)),
        ("leaf", log.clone(), |l| l.row(9).leaf[0] ^= 1, EntryModified, Some(9), Some(10)),
        ("leaf shortened", log.clone(), |l| l.row(9).leaf.truncate(31), EntryModified, Some(9), Some(10)),
        ("body not an entry, leaf fixed", bare.clone(), |l| { l.row(9).body = b"{}".to_vec(); l.fix_leaf(9); l.fix_head(); }, EntryModified, Some(9), Some(10)),
        ("body and leaf", bare.clone(), |l| { l.edit(50); l.fix_columns(50); l.fix_leaf(50); }, HeadMismatch, Some(0), Some(100)),
        ("body and leaf, under checkpoints", log.clone(), |l| { l.edit(50); l.fix_columns(50); l.fix_leaf(50); }, Fork, Some(32), Some(64)),
        ("body, leaf and head", log.clone(), |l| l.rewrite(50), Fork, Some(32), Some(64)),
        ("body, leaf and head after the last checkpoint", marked.clone(), |l| l.rewrite(98), Fork, Some(96), Some(100)),
        ("body, leaf and head, checkpoints deleted", marked.clone(), |l| { l.rewrite(50); l.checkpoints.clear(); }, Fork, Some(0), Some(100)),
        // Removed
        ("first removed", log.clone(), |l| { l.rows.remove(0); }, MissingRange, Some(0), Some(1)),
        ("one removed", log.clone(), |l| { l.rows.remove(40); }, MissingRange, Some(40), Some(41)),
        ("many removed", log.clone(), |l| { l.rows.drain(40..70); }, MissingRange, Some(40), Some(70)),
        ("one removed, head fixed", log.clone(), |l| { l.rows.remove(40); l.fix_head(); }, MissingRange, Some(40), Some(41)),
        ("one removed, the rest moved up", bare.clone(), |l| { l.rows.remove(40); for (n, row) in l.rows.iter_mut().enumerate() { row.seq = n as u64; } l.fix_head(); }, Inserted, Some(40), Some(41)),
        ("last removed", log.clone(), |l| { l.rows.pop(); }, TruncatedTail, Some(99), Some(100)),
        ("tail removed", bare.clone(), |l| l.rows.truncate(10), TruncatedTail, Some(10), Some(100)),
        ("all removed", bare.clone(), |l| l.rows.clear(), TruncatedTail, Some(0), Some(100)),
        ("tail removed, head fixed", marked.clone(), |l| { l.rows.truncate(97); l.fix_head(); }, TruncatedTail, Some(97), Some(100)),
        ("tail removed to before a checkpoint, head fixed", log.clone(), |l| { l.rows.truncate(90); l.fix_head(); }, TruncatedTail, Some(90), Some(96)),
        ("all removed, head and checkpoints too", marked.clone(), |l| { l.rows.clear(); l.checkpoints.clear(); l.fix_head(); }, TruncatedTail, Some(0), Some(100)),
        ("no head, tail removed", marked.clone(), |l| { l.rows.truncate(99); l.head = None; }, TruncatedTail, Some(99), Some(100)),
        // Moved and added
        ("two swapped as they are", log.clone(), |l| l.rows.swap(40, 41), Inserted, Some(40), Some(41)),
        ("two far apart swapped as they are", log.clone(), |l| l.rows.swap(40, 60), Inserted, Some(40), Some(60)),
        ("two swapped with their numbers", log.clone(), |l| { l.rows.swap(40, 60); l.row(40).seq = 40; l.row(60).seq = 60; }, Inserted, Some(40), Some(41)),
        ("doubled", log.clone(), |l| { let row = l.rows[40].clone(); l.rows.insert(41, row); }, Inserted, Some(40), Some(41)),
        ("added with a number that exists", log.clone(), |l| { let mut row = l.rows[10].clone(); row.seq = 40; l.rows.insert(41, row); }, Inserted, Some(40), Some(41)),
        ("replaced by a copy of another", log.clone(), |l| { l.rows[40] = Stored { seq: 40, ..l.rows[10].clone() }; }, Inserted, Some(40), Some(41)),
        ("added, the rest moved down", bare.clone(), |l| { let row = l.rows[40].clone(); l.rows.insert(40, row); for (n, row) in l.rows.iter_mut().enumerate() { row.seq = n as u64; } l.fix_head(); }, Inserted, Some(41), Some(42)),
        ("added after the head", log.clone(), |l| { l.rows.push(write(101).rows[100].clone()); }, Inserted, Some(100), Some(101)),
        ("from another site", log.clone(), |l| { let row = append(&Head::default(), &[draft(0)], [9; 8], Timestamp::from_millis(1)).unwrap().rows.remove(0); *l.row(0) = Stored { seq: 0, leaf: row.leaf.to_vec(), body: row.body, columns: Some(row.summary) }; }, Inserted, Some(0), Some(1)),
        // Columns
        ("time column", log.clone(), |l| l.row(30).columns.as_mut().unwrap().time = Timestamp::from_millis(0), IndexColumnMismatch, Some(30), Some(31)),
        ("connection column", log.clone(), |l| l.row(30).columns.as_mut().unwrap().connection = None, IndexColumnMismatch, Some(30), Some(31)),
        ("user column", log.clone(), |l| l.row(30).columns.as_mut().unwrap().user = Some(1), IndexColumnMismatch, Some(30), Some(31)),
        ("action column", log.clone(), |l| l.row(30).columns.as_mut().unwrap().action.push('x'), IndexColumnMismatch, Some(30), Some(31)),
        ("target column", log.clone(), |l| l.row(30).columns.as_mut().unwrap().target = Some(String::new()), IndexColumnMismatch, Some(30), Some(31)),
        ("correlation column", log.clone(), |l| l.row(30).columns.as_mut().unwrap().correlation = Some("00".repeat(8)), IndexColumnMismatch, Some(30), Some(31)),
        ("column unreadable", log.clone(), |l| l.row(30).columns = None, IndexColumnMismatch, Some(30), Some(31)),
        ("a column early and a body late", log.clone(), |l| { l.row(3).columns = None; l.edit(90); }, EntryModified, Some(90), Some(91)),
        // Head
        ("earlier head", log.clone(), |l| l.head = write(80).head, HeadMismatch, Some(80), Some(100)),
        ("earlier head, no checkpoints", bare.clone(), |l| l.head = write(80).head, Inserted, Some(80), Some(100)),
        ("head of another log", log.clone(), |l| { let mut other = Log::new(); other.rewrite(99); l.head = other.head; }, HeadMismatch, Some(96), Some(100)),
        ("later head", log.clone(), |l| l.head = write(120).head, TruncatedTail, Some(100), Some(120)),
        // Checkpoints
        ("checkpoint's text changed", log.clone(), |l| l.checkpoints[1].1 = l.checkpoints[1].1.replace("\n64\n", "\n65\n"), CheckpointInvalid, None, None),
        ("checkpoint by another key", log.clone(), |l| { l.checkpoints[1].1 = checkpoint(&write(64).head.unwrap(), &SigningKey::from_bytes(&[2; 32])) }, UnknownKey, None, None),
        ("checkpoint of another log", log.clone(), |l| { let other = l.checkpoints[1].1.split_once("\n\n").unwrap().0.replace("shop", "other") + "\n"; l.checkpoints[1].1 = sign(&other, &log_origin(), &key()).unwrap(); }, CheckpointInvalid, None, None),
        ("checkpoint emptied", log.clone(), |l| l.checkpoints[1].1.clear(), CheckpointInvalid, None, None),
        ("two checkpoints swapped", log.clone(), |l| { let note = l.checkpoints[0].1.clone(); l.checkpoints[0].1 = std::mem::replace(&mut l.checkpoints[1].1, note); }, IndexColumnMismatch, Some(32), None),
        ("two signed roots of one size", log.clone(), |l| { let mut other = write(64); other.rewrite(60); l.checkpoints.push((64, checkpoint(other.head.as_ref().unwrap(), &key()))); }, Fork, Some(32), Some(64)),
        // Roots outside the database
        ("restored from a backup", marked.clone(), |l| { let marks = l.marks.clone(); *l = write(80); l.marks = marks; }, TruncatedTail, Some(80), Some(100)),
        ("restored, and grown to the same size", marked.clone(), |l| { for n in 97..100 { l.rewrite(n); } }, Fork, Some(96), Some(100)),
        ("restored, and grown beyond", marked.clone(), |l| { let marks = l.marks.clone(); *l = write(120); l.checkpoints.truncate(3); l.rewrite(98); l.marks = marks; }, Fork, Some(96), Some(100)),
    ]
}

#[test]
fn every_case_of_tampering_is_found_at_its_place() {
    let corpus = corpus();
    assert!(corpus.len() >= 25);
    for (name, mut log, tamper, verdict, first_bad, until) in corpus {
        tamper(&mut log);
        let report = log.verify();
        assert_eq!(
            (report.verdict, report.first_bad, report.until),
            (verdict, first_bad, until),
            "{name}: {:?}",
            report.findings
        );
    }
}

#[test]
fn unchanged_log_is_ok() {
    for size in [0, 1, 2, 31, 32, 33, 1_000] {
        let mut log = write(size);
        log.mark();
        let report = log.verify();
        assert_eq!(
            (report.verdict, report.first_bad),
            (LogVerdict::Ok, None),
            "{size}"
        );
        assert_eq!(
            (report.checked, report.size, report.vouched),
            (size, size, size)
        );
        assert_eq!(report.root, *log.head.as_ref().unwrap().root());
        assert!(report.findings.is_empty());
    }
}

#[test]
fn every_changed_byte_of_an_entry_is_found() {
    let log = write(3);
    for at in 0..log.rows[1].body.len() {
        let mut log = log.clone();
        log.row(1).body[at] ^= 1;
        let report = log.verify();
        assert_eq!(
            (report.verdict, report.first_bad),
            (LogVerdict::EntryModified, Some(1)),
            "byte {at}"
        );
    }
}

#[test]
fn changed_body_does_not_hide_later_changes() {
    let mut log = Log::marked();
    log.edit(50);
    let report = log.verify();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.vouched, SIZE, "the tree is intact to its end");
    log.edit(70);
    assert_eq!(log.verify().findings.len(), 2);
    for n in 0..100 {
        log.row(n).leaf.clear();
    }
    let report = log.verify();
    assert_eq!(report.findings.len(), MAX_FINDINGS);
    assert!(report.more >= 36);
}

#[test]
fn moved_row_is_one_finding() {
    let mut log = Log::new();
    log.rows.swap(40, 60);
    assert_eq!(log.verify().findings.len(), 1);
}

#[test]
fn missing_row_is_not_a_head_mismatch() {
    let mut log = Log::new();
    log.rows.remove(40);
    assert_eq!(log.verify().findings.len(), 1);
}

#[test]
fn doubled_row_does_not_replace_a_missing_one() {
    // Entries 40 to 42 are missing. The doubled row is the one before them, the first after them, or one far after them.
    for doubled in [39, 43, 60] {
        let mut log = Log::new();
        let row = log.rows[doubled].clone();
        log.rows.insert(doubled + 1, row);
        log.rows.retain(|row| !(40..43).contains(&row.seq));
        let found = log.verify().findings.into_iter();
        let found: Vec<_> = found
            .filter(|finding| finding.until.is_some_and(|until| until < 100))
            .map(|finding| (finding.verdict, finding.first_bad, finding.until))
            .collect();
        let at = doubled as u64;
        let missing = (LogVerdict::MissingRange, Some(40), Some(43));
        let inserted = (LogVerdict::Inserted, Some(at), Some(at + 1));
        assert!(
            found.contains(&missing) && found.contains(&inserted),
            "{doubled}: {found:?}"
        );
    }
    // An entry that seemed to be missing comes later, so it was moved.
    for late in [40, 41, 42] {
        let mut log = Log::new();
        let row = log.rows[late].clone();
        log.rows.retain(|row| !(40..43).contains(&row.seq));
        log.rows.insert(50, row);
        let found = log.verify().findings;
        assert_eq!(
            (found[0].verdict, found[0].first_bad, found[0].until),
            (LogVerdict::Inserted, Some(40), Some(43)),
            "{late}"
        );
    }
}

#[test]
fn step_back_of_the_clock_is_a_remark() {
    let mut head = Head::default();
    let mut verifier = LogVerifier::new(SITE);
    for time in [10, 20, 5, 6, 4, 30] {
        let appended = append(&head, &[draft(0)], SITE, Timestamp::from_millis(time)).unwrap();
        for row in &appended.rows {
            verifier.feed(&StoredRow {
                seq: row.seq,
                leaf: &row.leaf,
                body: &row.body,
                columns: Columns::Absent,
            });
        }
        head = appended.head;
    }
    let report = verifier.finish(Some(&head));
    assert_eq!(report.verdict, LogVerdict::Ok);
    assert_eq!(
        (
            report.clock.regressions,
            report.clock.first,
            report.clock.longest
        ),
        (2, Some(2), 15)
    );
}

#[test]
fn known_root_after_its_rows_is_refused() {
    let log = write(3);
    let mut verifier = log.begin();
    Log::feed(&mut verifier, &log.rows);
    assert_eq!(verifier.expect_root(2, [0; 32]), Err(AuditError::Late));
    let root = *log.head.as_ref().unwrap().root();
    assert_eq!(verifier.expect_root(3, root), Ok(()));
    assert_eq!(verifier.finish(log.head.as_ref()).vouched, 3);
}

#[test]
fn changed_state_is_refused() {
    let log = Log::marked();
    let mut verifier = log.begin();
    Log::feed(&mut verifier, &log.rows[..50]);
    let seal = Secret::new([3; 32]);
    let state = verifier.export(&seal);
    assert!(LogVerifier::import(&state, &seal).is_ok());
    assert_eq!(
        LogVerifier::import(&state, &Secret::new([4; 32])).unwrap_err(),
        AuditError::State
    );
    for at in 0..state.len() {
        let mut changed = state.clone();
        changed[at] ^= 1;
        assert_eq!(
            LogVerifier::import(&changed, &seal).unwrap_err(),
            AuditError::State
        );
    }
    assert_eq!(
        LogVerifier::import(&[], &seal).unwrap_err(),
        AuditError::State
    );
}

/// A known limit: if an attacker rewrites entries, leaf hashes, columns and head, and has the signing key or deletes the
/// checkpoints, verification does not detect it without a known root. `vouched` is 0 then.
#[test]
fn limit_full_rewrite_passes_without_a_known_root() {
    let mut log = Log::new();
    log.checkpoints.clear();
    log.rewrite(50);
    let report = log.verify();
    assert_eq!((report.verdict, report.vouched), (LogVerdict::Ok, 0));
}

/// A known limit: without a known root, verification does not detect that the end was cut off together with the head and
/// the checkpoints.
#[test]
fn limit_end_cut_off_with_the_head_passes_without_a_known_root() {
    let mut log = Log::new();
    log.rows.truncate(70);
    log.fix_head();
    log.checkpoints.truncate(2);
    let report = log.verify();
    assert_eq!((report.verdict, report.vouched), (LogVerdict::Ok, 64));
}

/// A known limit: verification does not detect that entries after the last known root were rewritten.
#[test]
fn limit_entries_after_the_last_known_root_rest_on_the_database() {
    let mut log = Log::new();
    log.rewrite(99);
    let report = log.verify();
    assert_eq!((report.verdict, report.vouched), (LogVerdict::Ok, 96));
}
