//! Verification of the log in the database: every entry is hashed again, and the result is compared with every known root.
//!
//! Rows are passed in order, one at a time. Memory grows with the logarithm of the log and with the number of known roots
//! that were not reached. The state can be saved between requests.
//!
//! Without any known root, verification finds: a changed entry, leaf hash or column; a missing, added or moved row; and an
//! end that was cut off under an old head. With a known root it also finds an end that was cut off together with the head,
//! and entries that were rewritten together with leaf hashes and head. [`LogReport::vouched`] is the size up to which the
//! log agrees with a known root.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::AuditError;
use super::append::Head;
use super::checkpoint::Checkpoint;
use super::entry::{Entry, Summary};
use super::note::VerifierKey;
use super::text::StoredText;
use super::tree::{Frontier, Hash, leaf_hash};
use crate::bytes::{from_hex, hex};
use crate::secret::{Secret, mac, same};

pub use super::verdict::LogVerdict;

/// The columns for filtering that came with a row.
#[derive(Debug, Clone, Copy)]
pub enum Columns<'a> {
    /// There are no columns, as in an export.
    Absent,
    /// A column does not have its form.
    Unreadable,
    /// The columns could be read.
    Read(&'a Summary),
}

impl<'a> From<Option<&'a Summary>> for Columns<'a> {
    /// The columns of a row in a table: `None` if they do not have the form of a [`Summary`].
    fn from(summary: Option<&'a Summary>) -> Self {
        summary.map_or(Columns::Unreadable, Columns::Read)
    }
}

/// One row as it was found in the table. No field of it is trusted.
#[derive(Debug, Clone, Copy)]
pub struct StoredRow<'a> {
    /// The sequence number column.
    pub seq: u64,
    /// The leaf hash column, of any length.
    pub leaf: &'a [u8],
    /// The bytes of the entry.
    pub body: &'a [u8],
    /// The columns for filtering.
    pub columns: Columns<'a>,
}

/// A fault of the log, and the entries that it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFinding {
    /// What is wrong.
    pub verdict: LogVerdict,
    /// The first entry that is or may be concerned; `None` for a checkpoint that cannot be trusted.
    pub first_bad: Option<u64>,
    /// The first later entry that is not concerned. A root covers many entries, so a fork concerns a range.
    pub until: Option<u64>,
}

/// Steps back of the clock. They are a remark and not a verdict, because the clocks of web servers differ and are corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRemark {
    /// The number of entries with an earlier time than the previous entry.
    pub regressions: u64,
    /// The first such entry.
    pub first: Option<u64>,
    /// The longest step back, in milliseconds.
    pub longest: u64,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReport {
    /// The verdict of the gravest finding; of equally grave ones, of the first.
    pub verdict: LogVerdict,
    /// The first entry that this finding concerns.
    pub first_bad: Option<u64>,
    /// The first later entry that it does not concern.
    pub until: Option<u64>,
    /// The number of rows that were checked.
    pub checked: u64,
    /// The size of the tree that was built.
    pub size: u64,
    /// The root of that tree.
    pub root: Hash,
    /// The log agrees with a known root up to this size. Later entries rest on the database alone.
    pub vouched: u64,
    /// The first [`MAX_FINDINGS`] findings, in the order they were found.
    pub findings: Vec<LogFinding>,
    /// The number of findings beyond those.
    pub more: u64,
    /// Steps back of the clock.
    pub clock: ClockRemark,
}

impl LogReport {
    /// Returns whether nothing is wrong with the log.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.verdict == LogVerdict::Ok
    }
}

/// The number of findings that are kept. Further ones are counted.
pub const MAX_FINDINGS: usize = 64;

/// Verifies the log of one site.
///
/// ```
/// use countersign::audit::append::{Head, append};
/// use countersign::audit::draft::Draft;
/// use countersign::audit::verify::{Columns, LogVerdict, LogVerifier, StoredRow};
/// use countersign::clock::Timestamp;
///
/// let draft = Draft::from_json(r#"{"kind":"system","actor":{"kind":"system"},"action":"start"}"#)?;
/// let log = append(&Head::default(), &[draft], [1; 8], Timestamp::from_seconds(1_800_000_000))?;
/// let mut verifier = LogVerifier::new([1; 8]);
/// verifier.expect_root(log.head.size(), *log.head.root())?;
/// for row in &log.rows {
///     verifier.feed(&StoredRow {
///         seq: row.seq,
///         leaf: &row.leaf,
///         body: &row.body,
///         columns: Columns::Read(&row.summary),
///     });
/// }
/// let report = verifier.finish(Some(&log.head));
/// assert_eq!((report.verdict, report.vouched), (LogVerdict::Ok, 1));
/// # Ok::<(), countersign::audit::AuditError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LogVerifier {
    site: [u8; 8],
    frontier: Frontier,
    /// The next sequence number.
    next: u64,
    /// Whether a row was missing, so that the tree cannot be built any further.
    broken: bool,
    checked: u64,
    vouched: u64,
    /// The time of the last entry, in milliseconds.
    last: Option<u64>,
    clock: ClockRemark,
    /// The known roots of sizes that have not been reached.
    anchors: BTreeMap<u64, Vec<Hash>>,
    findings: Vec<LogFinding>,
    /// The number of findings beyond [`MAX_FINDINGS`].
    more: u64,
}

impl LogVerifier {
    /// Begins the verification of the log of `site`.
    #[must_use]
    pub fn new(site: [u8; 8]) -> Self {
        Self {
            site,
            frontier: Frontier::default(),
            next: 0,
            broken: false,
            checked: 0,
            vouched: 0,
            last: None,
            clock: ClockRemark::default(),
            anchors: BTreeMap::new(),
            findings: Vec::new(),
            more: 0,
        }
    }

    /// Expects the log of `size` entries to have a root that was kept outside the database: that of a high-water mark or of
    /// a checkpoint. Call it before the rows that the root covers are fed.
    ///
    /// # Errors
    /// [`AuditError::Late`] when more than `size` rows have been fed.
    pub fn expect_root(&mut self, size: u64, root: Hash) -> Result<(), AuditError> {
        if size < self.next {
            return Err(AuditError::Late);
        }
        self.anchors.entry(size).or_default().push(root);
        if size == self.next {
            self.meet_anchors();
        }
        Ok(())
    }

    /// Expects the log to continue a checkpoint. A checkpoint that cannot be trusted is a finding and not an error.
    /// `recorded` is the size in the table row of the checkpoint, if it comes from a table.
    ///
    /// # Errors
    /// As [`LogVerifier::expect_root`].
    pub fn expect_checkpoint(
        &mut self,
        note: &str,
        keys: &[VerifierKey],
        origin: &str,
        recorded: Option<u64>,
    ) -> Result<(), AuditError> {
        match Checkpoint::open(note, keys, origin) {
            Ok(checkpoint) => {
                if recorded.is_some_and(|size| size != checkpoint.size) {
                    self.find(LogVerdict::IndexColumnMismatch, recorded, None);
                }
                self.expect_root(checkpoint.size, checkpoint.root)
            }
            Err(error) => {
                let verdict = match error {
                    AuditError::UnknownKey => LogVerdict::UnknownKey,
                    _ => LogVerdict::CheckpointInvalid,
                };
                self.find(verdict, None, None);
                Ok(())
            }
        }
    }

    /// Checks the next row, without its texts. Rows are passed in ascending order of sequence number.
    pub fn feed(&mut self, row: &StoredRow<'_>) {
        self.feed_with_texts(row, &[]);
    }

    /// Checks the next row and the texts that are beside it. Texts that were erased are no fault.
    pub fn feed_with_texts(&mut self, row: &StoredRow<'_>, texts: &[StoredText<'_>]) {
        self.checked = self.checked.saturating_add(1);
        if row.seq < self.next {
            self.misplaced(row.seq);
            return;
        }
        if row.seq > self.next {
            self.find(LogVerdict::MissingRange, Some(self.next), Some(row.seq));
            self.broken = true;
        }
        self.next = row.seq.saturating_add(1);
        let leaf = self.examine(row, texts);
        if !self.broken {
            self.broken = self.frontier.append(leaf).is_err();
            self.meet_anchors();
        }
    }

    /// Checks a row by itself and returns the leaf hash for the tree. That is the recorded hash, so that one changed body
    /// does not hide whether the later entries are intact.
    fn examine(&mut self, row: &StoredRow<'_>, texts: &[StoredText<'_>]) -> Hash {
        let computed = leaf_hash(row.body);
        let recorded = Hash::try_from(row.leaf).unwrap_or(computed);
        let here = (Some(row.seq), Some(self.next));
        let entry = match Entry::parse(row.body) {
            Ok(entry) if computed.as_slice() == row.leaf => entry,
            _ => {
                self.find(LogVerdict::EntryModified, here.0, here.1);
                return recorded;
            }
        };
        if entry.seq != row.seq || entry.site != self.site {
            self.find(LogVerdict::Inserted, here.0, here.1);
        }
        let texts = texts.iter().copied();
        if entry.texts.compare(entry.site, entry.seq, texts).wrong {
            self.find(LogVerdict::TextModified, here.0, here.1);
        }
        let agree = match row.columns {
            Columns::Absent => true,
            Columns::Unreadable => false,
            Columns::Read(columns) => *columns == entry.summary,
        };
        if !agree {
            self.find(LogVerdict::IndexColumnMismatch, here.0, here.1);
        }
        let time = entry.summary.time.millis();
        let back = self.last.map_or(0, |last| last.saturating_sub(time));
        if back > 0 {
            self.clock.regressions += 1;
            self.clock.first = self.clock.first.or(Some(row.seq));
            self.clock.longest = self.clock.longest.max(back);
        }
        self.last = Some(time);
        recorded
    }

    /// Reports a row that comes after its place. If it was reported as missing, it was moved. The finding for the whole
    /// missing range is changed, because remembering each row of the range would need unbounded memory.
    fn misplaced(&mut self, seq: u64) {
        let covers = |finding: &&mut LogFinding| {
            matches!(
                finding.verdict,
                LogVerdict::MissingRange | LogVerdict::Inserted
            ) && finding.first_bad.is_some_and(|first| first <= seq)
                && finding.until.is_some_and(|until| seq < until)
        };
        match self.findings.iter_mut().find(covers) {
            Some(finding) => finding.verdict = LogVerdict::Inserted,
            None => self.find(LogVerdict::Inserted, Some(seq), Some(seq.saturating_add(1))),
        }
    }

    fn meet_anchors(&mut self) {
        let size = self.frontier.size();
        let Some(expected) = self.anchors.remove(&size) else {
            return;
        };
        let root = self.frontier.root();
        let (from, until) = (self.vouched, size);
        if expected.contains(&root) {
            self.vouched = size;
        }
        // Also reported if another root agrees: two different roots of one size are always a fork.
        for _ in expected.iter().filter(|other| **other != root) {
            self.find(LogVerdict::Fork, Some(from), Some(until));
        }
    }

    fn find(&mut self, verdict: LogVerdict, first_bad: Option<u64>, until: Option<u64>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(LogFinding {
                verdict,
                first_bad,
                until,
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Ends the verification by comparing the result with the head row, which must be read in the same snapshot as the last
    /// rows. Without a head row, `head` is `None`.
    #[must_use]
    pub fn finish(mut self, head: Option<&Head>) -> LogReport {
        let head_size = head.map_or(0, Head::size);
        let promised = self
            .anchors
            .keys()
            .next_back()
            .map_or(head_size, |size| head_size.max(*size));
        if promised > self.next {
            self.find(LogVerdict::TruncatedTail, Some(self.next), Some(promised));
        }
        if let Some(head) = head {
            if head.size() < self.vouched {
                // A known root confirms the rows after the head, so it is the head that was set back.
                self.find(LogVerdict::HeadMismatch, Some(head.size()), Some(self.next));
            } else if head.size() < self.next {
                self.find(LogVerdict::Inserted, Some(head.size()), Some(self.next));
            } else if head.size() == self.next
                && !self.broken
                && *head.root() != self.frontier.root()
            {
                self.find(
                    LogVerdict::HeadMismatch,
                    Some(self.vouched),
                    Some(self.next),
                );
            }
        }
        let mut worst = LogFinding {
            verdict: LogVerdict::Ok,
            first_bad: None,
            until: None,
        };
        for finding in &self.findings {
            if finding.verdict.weight() > worst.verdict.weight() {
                worst = *finding;
            }
        }
        LogReport {
            verdict: worst.verdict,
            first_bad: worst.first_bad,
            until: worst.until,
            checked: self.checked,
            size: self.frontier.size(),
            root: self.frontier.root(),
            vouched: self.vouched,
            findings: self.findings,
            more: self.more,
            clock: self.clock,
        }
    }

    /// Returns the state as bytes, to continue in another request. It is authenticated with `key`, because it is kept in the
    /// database that is being verified. A new key for each run prevents the state of an earlier run from being used.
    #[must_use]
    pub fn export(&self, key: &Secret<32>) -> Vec<u8> {
        let state = SavedState {
            v: 1,
            site: hex(&self.site),
            frontier: hex(&self.frontier.encode()),
            next: self.next,
            broken: self.broken,
            checked: self.checked,
            vouched: self.vouched,
            last: self.last,
            clock: self.clock,
            anchors: self
                .anchors
                .iter()
                .flat_map(|(size, roots)| roots.iter().map(|root| (*size, hex(root))))
                .collect(),
            findings: self.findings.clone(),
            more: self.more,
        };
        // Serialising numbers and strings cannot fail. If it did, `import` would refuse the result.
        let json = serde_json::to_vec(&state).unwrap_or_default();
        let mut out = mac(key, &json).to_vec();
        out.extend_from_slice(&json);
        out
    }

    /// Continues from the state that [`LogVerifier::export`] returned.
    ///
    /// # Errors
    /// [`AuditError::State`] for any bytes that were not exported with this key.
    pub fn import(bytes: &[u8], key: &Secret<32>) -> Result<Self, AuditError> {
        let (tag, json) = bytes.split_first_chunk::<32>().ok_or(AuditError::State)?;
        if !same(&mac(key, json), tag) {
            return Err(AuditError::State);
        }
        let state: SavedState = serde_json::from_slice(json).map_err(|_| AuditError::State)?;
        let mut anchors: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for (size, root) in state.anchors {
            anchors
                .entry(size)
                .or_default()
                .push(from_hex(&root).ok_or(AuditError::State)?);
        }
        let digits = state.frontier.as_bytes().chunks(2).map(|pair| {
            let byte: Option<[u8; 1]> = std::str::from_utf8(pair).ok().and_then(from_hex);
            byte.map(|[byte]| byte).ok_or(AuditError::State)
        });
        let frontier: Vec<u8> = digits.collect::<Result<_, _>>()?;
        Ok(Self {
            site: from_hex(&state.site).ok_or(AuditError::State)?,
            frontier: Frontier::decode(&frontier).map_err(|_| AuditError::State)?,
            next: state.next,
            broken: state.broken,
            checked: state.checked,
            vouched: state.vouched,
            last: state.last,
            clock: state.clock,
            anchors,
            findings: state.findings,
            more: state.more,
        })
    }
}

/// The state of a [`LogVerifier`], as it is written to JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedState {
    v: u8,
    site: String,
    frontier: String,
    next: u64,
    broken: bool,
    checked: u64,
    vouched: u64,
    last: Option<u64>,
    clock: ClockRemark,
    anchors: Vec<(u64, String)>,
    findings: Vec<LogFinding>,
    more: u64,
}
