//! Verification: every entry hashed again, and every root that was kept held against the result.
//!
//! Streaming: rows in order, one at a time, in memory that grows with the logarithm of the log (and with the
//! roots still to be met). State can be saved between chunks.
//!
//! What is found without any outside root: a change of an entry, its leaf hash or a column, a missing, added
//! or moved row, a cut tail under an old head. What needs one: a tail cut together with the head, and entries
//! rewritten together with leaves and head. [`LogReport::vouched`] says how far outside roots reach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::AuditError;
use super::append::Head;
use super::checkpoint::Checkpoint;
use super::entry::{Entry, Summary};
use super::note::VerifierKey;
use super::tree::{Frontier, Hash, leaf_hash};
use crate::bytes::{from_hex, hex};
use crate::secret::{Secret, mac, same};
use crate::words::words;

words! {
    /// What verification found. Ordered from sound to unsound by [`LogVerdict::weight`].
    pub enum LogVerdict {
        /// Nothing wrong.
        Ok = "ok",
        /// A column kept for filtering differs from the entry, which itself is sound.
        IndexColumnMismatch = "index_column_mismatch",
        /// A checkpoint is by no known key.
        UnknownKey = "unknown_key",
        /// A checkpoint is malformed, about another log, or not what its key signed.
        CheckpointInvalid = "checkpoint_invalid",
        /// Bytes of an entry do not fit its leaf hash, or are not an entry.
        EntryModified = "entry_modified",
        /// Entries are missing before others.
        MissingRange = "missing_range",
        /// A row stands where it was not written: put in, doubled, moved, from another site or behind the head.
        Inserted = "inserted",
        /// Entries are missing at the end.
        TruncatedTail = "truncated_tail",
        /// A root that was kept is not the root of these entries: history was rewritten.
        Fork = "fork",
        /// The head row, or the head an export names, is not the head of these entries.
        HeadMismatch = "head_mismatch",
        /// An epoch has no seal although the log is sealed.
        SealGap = "seal_gap",
        /// A seal is not what the key of its epoch makes, or seals another root.
        SealInvalid = "seal_invalid",
        /// An entry's time lies outside the epoch it is sealed in.
        OutsideEpoch = "outside_epoch",
        /// An export does not hold what its header or its last line says.
        HeaderMismatch = "header_mismatch",
        /// A line of an export is none of the format: damaged, too long, doubled or out of order.
        FileMalformed = "file_malformed",
    }
}

impl LogVerdict {
    /// 0 sound; 1 the copies for filtering are not to be trusted; 2 a checkpoint, or what an export says of
    /// itself, is not; 3 the log is not.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::IndexColumnMismatch => 1,
            Self::UnknownKey | Self::CheckpointInvalid | Self::HeaderMismatch => 2,
            _ => 3,
        }
    }
}

/// The columns that came with a row.
#[derive(Debug, Clone, Copy)]
pub enum Columns<'a> {
    /// There are none, as in an export.
    Absent,
    /// They do not even have the form of a [`Summary`].
    Unreadable,
    /// They say this.
    Read(&'a Summary),
}

impl<'a> From<Option<&'a Summary>> for Columns<'a> {
    /// The columns of a row in a table: `None` if they do not have the form of a [`Summary`].
    fn from(summary: Option<&'a Summary>) -> Self {
        summary.map_or(Columns::Unreadable, Columns::Read)
    }
}

/// One row as it was found, nothing of it trusted.
#[derive(Debug, Clone, Copy)]
pub struct StoredRow<'a> {
    /// The sequence number column.
    pub seq: u64,
    /// The leaf hash column, of whatever length.
    pub leaf: &'a [u8],
    /// The entry's bytes.
    pub body: &'a [u8],
    /// The columns to filter by.
    pub columns: Columns<'a>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFinding {
    /// What is wrong.
    pub verdict: LogVerdict,
    /// The first entry that is or may be concerned; none for a checkpoint that is not to be believed.
    pub first_bad: Option<u64>,
    /// The first entry behind it that is not concerned. A root covers many entries, so a fork has a range.
    pub until: Option<u64>,
}

/// How the clock of the writers went. A remark, not a verdict: web heads differ by milliseconds, and clocks are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRemark {
    /// Entries with an earlier time than the one before.
    pub regressions: u64,
    /// The first of them.
    pub first: Option<u64>,
    /// The longest step back, in milliseconds.
    pub longest: u64,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReport {
    /// The gravest finding's verdict; of equally grave ones, the one found first.
    pub verdict: LogVerdict,
    /// Where that finding begins.
    pub first_bad: Option<u64>,
    /// Where it ends, exclusive.
    pub until: Option<u64>,
    /// Rows looked at.
    pub checked: u64,
    /// Size of the tree that was built.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The log agrees with a kept root up to this size; what comes after rests on the database alone.
    pub vouched: u64,
    /// The first [`MAX_FINDINGS`] findings, in the order they were found.
    pub findings: Vec<LogFinding>,
    /// Findings there were beyond those.
    pub more: u64,
    /// How the clock went.
    pub clock: ClockRemark,
}

impl LogReport {
    /// Returns whether nothing is wrong with the log.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.verdict == LogVerdict::Ok
    }
}

/// Most findings that are kept; the rest are counted.
pub const MAX_FINDINGS: usize = 64;

/// A verification in progress.
#[derive(Debug, Clone)]
pub struct LogVerifier {
    site: [u8; 8],
    frontier: Frontier,
    /// The sequence number that comes next.
    next: u64,
    /// A row was missing or surplus: the tree cannot be built any further.
    broken: bool,
    checked: u64,
    vouched: u64,
    last: Option<u64>,
    clock: ClockRemark,
    anchors: BTreeMap<u64, Vec<Hash>>,
    findings: Vec<LogFinding>,
    more: u64,
}

impl LogVerifier {
    /// Begins to verify the log of `site`.
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

    /// Holds the log against a root that was kept outside the database: a high-water mark, or the size and
    /// root of a checkpoint already opened. To be called before the rows it covers are fed.
    ///
    /// # Errors
    /// [`AuditError::Late`] when more rows than `size` have been fed.
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

    /// Holds the log against a checkpoint. One that cannot be believed is a finding, not an error.
    /// `recorded` is the size its table row says, where it comes from a table.
    ///
    /// # Errors
    /// [`AuditError::Late`] as [`LogVerifier::expect_root`].
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

    /// Takes the next row, in ascending order of sequence number.
    pub fn feed(&mut self, row: &StoredRow<'_>) {
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
        let leaf = self.examine(row);
        if !self.broken {
            self.broken = self.frontier.append(leaf).is_err();
            self.meet_anchors();
        }
    }

    /// Checks what a row says by itself, and returns the leaf hash to build on: the recorded one, so that one
    /// changed body does not hide whether everything behind it is sound.
    fn examine(&mut self, row: &StoredRow<'_>) -> Hash {
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

    /// A row whose place has passed. If it was thought missing, it was moved; one finding speaks for the whole
    /// range, since remembering which of its rows did come would need memory for each.
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
        // Also beside one that agrees: two roots of one size are a fork whichever of them is ours.
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

    /// Ends the verification against the head row, read in the same snapshot as the last rows; `None` where
    /// there is none, as in an export.
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
                // The rows go further, and a kept root says rightly so: it is the head that was set back.
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

    /// The state as bytes, to go on in another request. Sealed with `key`, since it will lie in the very
    /// database that is being verified; a key of its own for each run keeps an older run's state out.
    #[must_use]
    pub fn export(&self, key: &Secret<32>) -> Vec<u8> {
        let state = State {
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
        // A structure of numbers and texts always serialises; were it not so, import would refuse the rest.
        let json = serde_json::to_vec(&state).unwrap_or_default();
        let mut out = mac(key, &json).to_vec();
        out.extend_from_slice(&json);
        out
    }

    /// Goes on from [`LogVerifier::export`].
    ///
    /// # Errors
    /// [`AuditError::State`] for anything but bytes exported with this key.
    pub fn import(bytes: &[u8], key: &Secret<32>) -> Result<Self, AuditError> {
        let (tag, json) = bytes.split_first_chunk::<32>().ok_or(AuditError::State)?;
        if !same(&mac(key, json), tag) {
            return Err(AuditError::State);
        }
        let state: State = serde_json::from_slice(json).map_err(|_| AuditError::State)?;
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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
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
