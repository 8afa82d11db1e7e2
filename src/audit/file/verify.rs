//! Verifying the file: every body hashed again, line by line, in memory that does not grow with it.

mod close;
mod entries;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::BufRead as _;

use sha2::{Digest as _, Sha256};

pub use read::verify;

use entries::Examined;

use super::line::{
    CheckpointLine, EndLine, HeaderLine, LeavesLine, OutsideLine, PrunedLine, end_text,
    hashes_from_text, read,
};
use super::report::{Expectations, FileFinding, FileRemark, FileReport, Remark};
use super::write::Omission;
use super::{MAX_LINE, TILE, VERSION};
use crate::audit::AuditError;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::{self, VerifierKey};
use crate::audit::seal::{FirstKey, Seal, SealChain, SealFault};
use crate::audit::span::Span;
use crate::audit::tree::{Frontier, Hash};
use crate::audit::verify::{ClockRemark, LogVerdict, MAX_FINDINGS};
use crate::bytes::{from_hex, hex};
use crate::clock::{SKEW_MS, Timestamp};

/// Most entry lines that wait for their `leaves` line: a full tile, and as many that were put in.
const MAX_PENDING: usize = 2 * TILE;
/// Most stretches, records of pruning and known roots that are remembered one by one.
const MAX_KEPT: usize = 4096;

/// The first line of `bytes`, without its newline, and what is behind it.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut behind = bytes;
    // The standard library's fast search; a slice cannot fail to be read.
    let length = behind.skip_until(b'\n').ok()?;
    let line = bytes.get(..length)?.strip_suffix(b"\n")?;
    Some((line, behind))
}

/// An entry line that waits for the recorded leaf hash.
struct Pending {
    /// The position it names; `None` for a line that is no entry.
    seq: Option<u64>,
    leaf: Hash,
    line: u64,
}

/// Times of the entries since the last seal, each with its entry.
#[derive(Default)]
struct Times {
    earliest: Option<(u64, u64)>,
    latest: Option<(u64, u64)>,
}

/// The verification of a file, fed with chunks of any size.
pub struct FileVerifier {
    keys: Vec<VerifierKey>,
    roots: BTreeMap<u64, Vec<Hash>>,
    chain: Option<SealChain>,
    first_key: Option<FirstKey>,
    taken: Option<Timestamp>,

    partial: Vec<u8>,
    /// The line under way is longer than [`MAX_LINE`].
    too_long: bool,
    line: u64,
    header: Option<HeaderLine>,
    /// There is no header: nothing else can be read.
    foreign: bool,
    ended: bool,
    frame: Sha256,
    site: [u8; 8],

    position: u64,
    frontier: Frontier,
    /// An entry is missing whose hash is nowhere: roots cannot be computed any further.
    broken: bool,
    pending: Vec<Pending>,
    /// Where the last stretch without bodies began.
    gap: u64,
    entries: u64,
    vouched: u64,
    witnessed: u64,
    seals: u64,
    unkeyed_seals: bool,
    times: Times,
    last_time: Option<u64>,
    clock: ClockRemark,
    pruned: Vec<(u64, u64)>,
    records: Vec<std::ops::Range<u64>>,
    outside_end: Option<u64>,
    findings: Vec<FileFinding>,
    more: u64,
    remarks: Vec<FileRemark>,
}

impl FileVerifier {
    /// Begins.
    #[must_use]
    pub fn new(expected: &Expectations) -> Self {
        let mut roots: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for (size, root) in &expected.roots {
            roots.entry(*size).or_default().push(*root);
        }
        Self {
            keys: expected.keys.clone(),
            roots,
            chain: None,
            first_key: expected.seal.as_ref().map(FirstKey::copy),
            taken: expected.taken,
            partial: Vec::new(),
            too_long: false,
            line: 0,
            header: None,
            foreign: false,
            ended: false,
            frame: Sha256::new(),
            site: [0; 8],
            position: 0,
            frontier: Frontier::default(),
            broken: false,
            pending: Vec::with_capacity(TILE),
            gap: 0,
            entries: 0,
            vouched: 0,
            witnessed: 0,
            seals: 0,
            unkeyed_seals: false,
            times: Times::default(),
            last_time: None,
            clock: ClockRemark::default(),
            pruned: Vec::new(),
            records: Vec::new(),
            outside_end: None,
            findings: Vec::new(),
            more: 0,
            remarks: Vec::new(),
        }
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, chunk: &[u8]) {
        self.push_examined(chunk, &mut std::iter::empty());
    }

    /// Takes the next bytes, with what was found out of the lines that lie in them whole. A line begun in an earlier
    /// chunk is not among those.
    fn push_examined(
        &mut self,
        chunk: &[u8],
        examined: &mut dyn Iterator<Item = Option<Examined>>,
    ) {
        let mut rest = chunk;
        let mut begun = false;
        while let Some((line, behind)) = split_line(rest) {
            rest = behind;
            let known = if begun {
                examined.next().flatten()
            } else {
                None
            };
            begun = true;
            if self.partial.is_empty() && !self.too_long && line.len() <= MAX_LINE {
                self.take(line, known);
                continue;
            }
            self.keep(line);
            let whole = std::mem::take(&mut self.partial);
            if std::mem::take(&mut self.too_long) {
                self.line += 1;
                self.malformed();
            } else {
                self.take(&whole, None);
            }
        }
        self.keep(rest);
    }

    fn keep(&mut self, part: &[u8]) {
        if self.too_long || self.partial.len() + part.len() > MAX_LINE {
            self.too_long = true;
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(part);
        }
    }

    /// Takes one line, without its newline.
    fn take(&mut self, line: &[u8], known: Option<Examined>) {
        self.line += 1;
        if self.foreign {
            return;
        }
        if self.ended {
            self.malformed();
            return;
        }
        let Some(header) = &self.header else {
            self.begin(line);
            return;
        };
        let starts = |key: &[u8]| line.starts_with(key);
        if starts(b"{\"v\":") {
            self.entry(known.unwrap_or_else(|| Examined::of(line)));
            return;
        }
        let read_as = if starts(b"{\"leaves\":") {
            read(line)
                .and_then(|found: LeavesLine| {
                    Some((found.leaves, hashes_from_text(&found.hashes)?))
                })
                .map(|(from, hashes)| self.leaves(from, &hashes))
        } else if starts(b"{\"pruned\":") {
            read(line).map(|found: PrunedLine| {
                self.stretch(Omission::Pruned, found.pruned, &found.hashes);
            })
        } else if starts(b"{\"outside\":") {
            read(line).map(|found: OutsideLine| {
                self.stretch(Omission::Outside, found.outside, &found.hashes);
            })
        } else if starts(b"{\"checkpoint\":") {
            let origin = header.origin.clone();
            read(line).map(|found: CheckpointLine| self.checkpoint(&origin, &found))
        } else if starts(b"{\"seal\":") {
            std::str::from_utf8(line)
                .ok()
                .and_then(|text| Seal::from_text(text).ok())
                .map(|seal| self.seal(&seal))
        } else if starts(b"{\"end\":") {
            let origin = header.origin.clone();
            read(line).map(|found: EndLine| self.end(&origin, &found))
        } else {
            // Not told by its key: an entry whose beginning was damaged, or nothing of ours.
            self.entry(Examined::of(line));
            return;
        };
        if read_as.is_none() {
            self.malformed();
        }
        if !self.ended {
            self.frame.update(line);
            self.frame.update(b"\n");
        }
    }

    fn begin(&mut self, line: &[u8]) {
        let header = read(line).filter(|header: &HeaderLine| {
            let site: Option<[u8; 8]> = from_hex(&header.site);
            let root: Option<Hash> = from_hex(&header.root);
            header.countersign_audit == VERSION && site.is_some() && root.is_some()
        });
        let Some(header) = header else {
            self.malformed();
            self.foreign = true;
            return;
        };
        self.frame.update(line);
        self.frame.update(b"\n");
        self.site = from_hex(&header.site).unwrap_or_default();
        if !header.origin.ends_with(&format!("/{}/audit", header.site))
            || header.from > header.until
            || header.until > header.size
        {
            self.find(LogVerdict::HeaderMismatch, None, None);
        }
        let own = |key: &VerifierKey| key.name() == header.origin;
        if self.keys.iter().any(own) {
            // A key vouches for the log it is named after, and for no other.
            self.keys.retain(own);
        } else if !self.keys.is_empty() {
            self.find(LogVerdict::UnknownKey, None, None);
        }
        self.chain = Some(SealChain::new(&header.origin, self.first_key.as_ref()));
        self.header = Some(header);
        self.meet(0);
    }

    fn malformed(&mut self) {
        self.find(LogVerdict::FileMalformed, None, None);
    }

    /// What stands between entries settles those before it; their `leaves` line should have done so.
    fn settled(&mut self) {
        if !self.pending.is_empty() {
            self.malformed();
            self.settle(None);
        }
    }

    fn stretch(&mut self, why: Omission, [from, until]: [u64; 2], hashes: &str) {
        self.settled();
        let span = hashes_from_text(hashes)
            .and_then(|hashes| Span::of(&(from..until), &hashes).ok())
            .filter(|_| from < until && from >= self.position);
        let Some(span) = span else {
            self.malformed();
            return;
        };
        if from > self.position {
            self.find(LogVerdict::MissingRange, Some(self.position), Some(from));
            self.broken = true;
        }
        if let Some(header) = &self.header {
            let (asked, filtered) = (header.from..header.until, header.filter.is_some());
            let inside = !asked.is_empty() && from < asked.end && until > asked.start;
            let wrong = match why {
                Omission::Outside => inside && !filtered,
                Omission::Pruned => !inside,
            };
            if wrong {
                self.find(LogVerdict::HeaderMismatch, Some(from), Some(until));
            }
        }
        if self.gap_end() != Some(from) {
            self.gap = from;
        }
        match why {
            Omission::Pruned => self.pruned(from, until),
            Omission::Outside => {}
        }
        self.outside_end = Some(until);
        self.position = until;
        self.broken = self.broken || span.append_to(&mut self.frontier).is_err();
        // Known roots inside cannot be compared; one at its end can.
        while let Some((&size, _)) = self.roots.first_key_value()
            && size < until
        {
            self.roots.remove(&size);
            self.remark(Remark::RootNotMet, Some(size), None);
        }
        self.meet(until);
    }

    fn pruned(&mut self, from: u64, until: u64) {
        let room = self.pruned.len() < MAX_KEPT;
        match self.pruned.last_mut() {
            Some((_, end)) if *end == from => *end = until,
            _ if room => self.pruned.push((from, until)),
            _ => self.malformed(),
        }
    }

    /// Where the stretch without bodies ended, if nothing came after it.
    fn gap_end(&self) -> Option<u64> {
        self.outside_end.filter(|end| *end == self.position)
    }

    /// Holds the tree against the roots known from outside for this size.
    fn meet(&mut self, size: u64) {
        let Some(expected) = self.roots.remove(&size) else {
            return;
        };
        if self.broken {
            self.remark(Remark::RootNotMet, Some(size), None);
            return;
        }
        let root = self.frontier.root();
        let from = self.vouched;
        if expected.contains(&root) {
            self.witnessed = size;
            self.vouched = size;
        }
        for _ in expected.iter().filter(|other| **other != root) {
            self.find(LogVerdict::Fork, Some(from), Some(size));
        }
    }

    /// Whether a root about `size` is about the log up to here (`Some(true)`), inside the stretch just passed
    /// (`Some(false)`), or about neither.
    fn place(&self, size: u64) -> Option<bool> {
        if size == self.position {
            Some(!self.broken)
        } else {
            let inside = self.gap_end().is_some() && (self.gap..self.position).contains(&size);
            inside.then_some(false)
        }
    }

    /// What is said of a later size by whom it can be believed shows that entries before it are missing.
    fn skip_to(&mut self, size: u64) {
        if size > self.position {
            self.find(LogVerdict::MissingRange, Some(self.position), Some(size));
            self.broken = true;
            self.position = size;
        }
    }

    fn checkpoint(&mut self, origin: &str, found: &CheckpointLine) {
        self.settled();
        let size = found.checkpoint;
        let at = Some(size);
        let opened = if self.keys.is_empty() {
            None
        } else {
            match Checkpoint::open(&found.note, &self.keys, origin) {
                Ok(checkpoint) if checkpoint.size == size => Some(checkpoint),
                Err(AuditError::UnknownKey) => return self.find(LogVerdict::UnknownKey, at, None),
                _ => return self.find(LogVerdict::CheckpointInvalid, at, None),
            }
        };
        self.skip_to(size);
        match (self.place(size), opened) {
            (None, _) => self.find(LogVerdict::CheckpointInvalid, at, None),
            (Some(_), None) => {}
            (Some(false), Some(_)) => self.remark(Remark::RootNotMet, at, None),
            (Some(true), Some(checkpoint)) if checkpoint.root == self.frontier.root() => {
                self.vouched = size;
            }
            (Some(true), Some(_)) => self.find(LogVerdict::Fork, Some(self.vouched), at),
        }
    }

    fn seal(&mut self, seal: &Seal) {
        self.settled();
        let at = Some(seal.size);
        let Some(chain) = &mut self.chain else {
            return;
        };
        let keyed = chain.is_keyed();
        let fault = chain.take(seal).err();
        self.unkeyed_seals |= !keyed;
        self.seals += u64::from(keyed && fault.is_none());
        match fault {
            Some(SealFault::Gap) => self.find(LogVerdict::SealGap, at, None),
            Some(SealFault::Invalid) => self.find(LogVerdict::SealInvalid, at, None),
            None => {}
        }
        if fault != Some(SealFault::Invalid) {
            self.skip_to(seal.size);
            match self.place(seal.size) {
                Some(true) if seal.root == self.frontier.root() => {}
                Some(false) => self.remark(Remark::RootNotMet, at, None),
                _ => self.find(LogVerdict::SealInvalid, at, None),
            }
        }
        let times = std::mem::take(&mut self.times);
        // The first epoch also seals whatever was written before sealing began.
        let early = times.earliest.filter(|(time, _)| {
            seal.epoch > 0 && time.saturating_add(SKEW_MS) < seal.from.millis()
        });
        let late = times
            .latest
            .filter(|(time, _)| *time >= seal.until.millis().saturating_add(SKEW_MS));
        if let Some((_, seq)) = early.or(late) {
            self.find(LogVerdict::OutsideEpoch, Some(seq), Some(seq + 1));
        }
    }

    fn end(&mut self, origin: &str, end: &EndLine) {
        self.settled();
        self.ended = true;
        let frame = hex(&self.frame.clone().finalize());
        if end.end != self.position || end.entries != self.entries {
            self.find(LogVerdict::HeaderMismatch, None, None);
        }
        if end.frame != frame {
            self.malformed();
        }
        if self.keys.is_empty() {
            return;
        }
        let Some(signed) = &end.note else {
            self.remark(Remark::HeaderUnsigned, None, None);
            return;
        };
        match note::open(signed, &self.keys) {
            Ok(text) if text == end_text(origin, end) => {}
            Err(AuditError::UnknownKey) => self.find(LogVerdict::UnknownKey, None, None),
            _ => self.find(LogVerdict::HeaderMismatch, None, None),
        }
    }

    fn find(&mut self, verdict: LogVerdict, first_bad: Option<u64>, until: Option<u64>) {
        self.find_at(verdict, first_bad, until, self.line);
    }

    fn find_at(
        &mut self,
        verdict: LogVerdict,
        first_bad: Option<u64>,
        until: Option<u64>,
        line: u64,
    ) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(FileFinding {
                verdict,
                first_bad,
                until,
                line,
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Makes a remark, or counts it to the one that was made.
    fn remark(&mut self, remark: Remark, first: Option<u64>, until: Option<u64>) {
        match self.remarks.iter_mut().find(|made| made.remark == remark) {
            Some(made) => made.count = made.count.saturating_add(1),
            None => self.remarks.push(FileRemark {
                remark,
                first,
                until,
                count: 1,
            }),
        }
    }

    /// Ends: what is missing is missing now.
    #[must_use]
    pub fn finish(mut self) -> FileReport {
        if !self.partial.is_empty() || self.too_long {
            // A line without its newline was cut: it says nothing.
            self.line += 1;
        }
        if !self.foreign {
            self.settle(None);
            if !self.ended {
                self.find(LogVerdict::TruncatedTail, Some(self.position), None);
            } else if !self.partial.is_empty() || self.too_long {
                self.malformed();
            }
            self.close();
        }
        let mut worst = FileFinding {
            verdict: LogVerdict::Ok,
            first_bad: None,
            until: None,
            line: 0,
        };
        for finding in &self.findings {
            if finding.verdict.weight() > worst.verdict.weight() {
                worst = *finding;
            }
        }
        let header = self.header;
        FileReport {
            verdict: worst.verdict,
            first_bad: worst.first_bad,
            until: worst.until,
            line: (worst.verdict != LogVerdict::Ok).then_some(worst.line),
            origin: header
                .as_ref()
                .map(|header| header.origin.clone())
                .unwrap_or_default(),
            range: header
                .as_ref()
                .map_or(0..0, |header| header.from..header.until),
            filter: header.and_then(|header| header.filter),
            entries: self.entries,
            size: self.frontier.size(),
            root: self.frontier.root(),
            vouched: self.vouched,
            witnessed: self.witnessed,
            seals: self.seals,
            findings: self.findings,
            more: self.more,
            remarks: self.remarks,
        }
    }
}
