//! The verifier of a file: it determines the kind of each line and passes the line to the type that handles this kind.

use sha2::{Digest as _, Sha256};

use super::examined::{Event, Examined};
use super::findings::Findings;
use super::lines::{LineReader, split_line};
use super::prunings::Prunings;
use super::tree::TreeBuilder;
use super::trust::Trust;
use crate::audit::file::line::{
    CheckpointLine, ENTRY, EndLine, HeaderLine, LeavesLine, OutsideLine, PrunedLine, TextsLine,
    VERSION, hashes_from_text, read,
};
use crate::audit::file::report::{Expectations, FileFinding, FileRemark, FileReport, Remark};
use crate::audit::file::write::Omission;
use crate::audit::seal::Seal;
use crate::audit::span::Span;
use crate::audit::text::{Commitments, SALT, StoredText};
use crate::audit::tree::Hash;
use crate::audit::verify::LogVerdict;
use crate::bytes::{from_hex, hex};

/// Verifies one file, which arrives in chunks of any size. Memory is bounded for every file.
///
/// ```
/// use countersign::audit::append::{Head, append};
/// use countersign::audit::draft::Draft;
/// use countersign::audit::file::{Expectations, Export, FileVerifier, Remark};
/// use countersign::audit::verify::LogVerdict;
/// use countersign::clock::Timestamp;
///
/// let draft = Draft::from_json(r#"{"kind":"system","actor":{"kind":"system"},"action":"start"}"#)?;
/// let log = append(&Head::default(), &[draft], [1; 8], Timestamp::from_seconds(1_800_000_000))?;
/// let origin = "shop.example/0101010101010101/audit";
/// let mut export = Export::new(origin, [1; 8], &log.head, &(0..1), None)?;
/// for row in &log.rows {
///     export.row(row.seq, &row.leaf, Some(&row.body), true)?;
/// }
/// let file = export.finish(None)?;
///
/// let expected = Expectations {
///     roots: vec![(log.head.size(), *log.head.root())],
///     ..Expectations::default()
/// };
/// let mut verifier = FileVerifier::new(&expected);
/// for chunk in file.chunks(10) {
///     verifier.push(chunk);
/// }
/// let report = verifier.finish();
/// assert!(report.is_proved());
/// assert!(report.remark(Remark::HeaderUnsigned).is_some());
///
/// let changed = String::from_utf8(file)?.replace("start", "other");
/// let mut verifier = FileVerifier::new(&expected);
/// verifier.push(changed.as_bytes());
/// assert_eq!(verifier.finish().verdict, LogVerdict::EntryModified);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileVerifier {
    lines: LineReader,
    header: Option<HeaderLine>,
    /// The site that the header names.
    site: [u8; 8],
    /// Whether the first line is not a header, so that no other line can be read.
    foreign: bool,
    /// Whether the last line was read.
    ended: bool,
    /// The hash over the lines that are not entries.
    frame: Sha256,
    pub(super) tree: TreeBuilder,
    trust: Trust,
    pub(super) prunings: Prunings,
    /// The commitments of the last entry, until its texts have arrived.
    committed: Option<(u64, Box<Commitments>)>,
    pub(super) findings: Findings,
}

impl FileVerifier {
    /// Begins the verification of a file.
    #[must_use]
    pub fn new(expected: &Expectations) -> Self {
        Self {
            lines: LineReader::default(),
            header: None,
            site: [0; 8],
            foreign: false,
            ended: false,
            frame: Sha256::new(),
            tree: TreeBuilder::new(&expected.roots),
            trust: Trust::new(expected),
            prunings: Prunings::default(),
            committed: None,
            findings: Findings::default(),
        }
    }

    /// Returns the number of entries that were taken so far.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.tree.entries()
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, chunk: &[u8]) {
        self.push_examined(chunk, &mut std::iter::empty());
    }

    /// Takes the next bytes, with the examinations of the lines that lie completely in them. A line that began in an
    /// earlier chunk has no examination.
    pub(super) fn push_examined(
        &mut self,
        chunk: &[u8],
        examined: &mut dyn Iterator<Item = Option<Examined>>,
    ) {
        let mut rest = chunk;
        let mut first = true;
        while let Some((line, after)) = split_line(rest) {
            rest = after;
            let known = if first {
                None
            } else {
                examined.next().flatten()
            };
            first = false;
            self.findings.line += 1;
            match self.lines.complete(line) {
                Some(line) => self.take(&line, known),
                None => self.findings.malformed(),
            }
        }
        self.lines.keep(rest);
    }

    /// Takes one line, without its newline.
    fn take(&mut self, line: &[u8], known: Option<Examined>) {
        if self.foreign {
            return;
        }
        if self.ended {
            self.findings.malformed();
            return;
        }
        let starts = |key: &[u8]| line.starts_with(key);
        if !starts(b"{\"texts\":") {
            self.expect_texts();
        }
        let Some(header) = &self.header else {
            self.begin(line);
            return;
        };
        if starts(ENTRY) {
            self.entry(known.unwrap_or_else(|| Examined::of(line)));
            return;
        }
        let (tree, trust, findings) = (&mut self.tree, &mut self.trust, &mut self.findings);
        let origin = header.origin.as_str();
        let understood = if starts(b"{\"texts\":") {
            read(line).map(|found: TextsLine| self.texts(&found))
        } else if starts(b"{\"leaves\":") {
            read(line)
                .and_then(|found: LeavesLine| {
                    Some((found.leaves, hashes_from_text(&found.hashes)?))
                })
                .map(|(from, hashes)| tree.leaves(from, &hashes, findings))
        } else if starts(b"{\"pruned\":") {
            read(line).map(|found: PrunedLine| {
                self.stretch(Omission::Pruned, found.pruned, &found.hashes);
            })
        } else if starts(b"{\"outside\":") {
            read(line).map(|found: OutsideLine| {
                self.stretch(Omission::Outside, found.outside, &found.hashes);
            })
        } else if starts(b"{\"checkpoint\":") {
            read(line).map(|found: CheckpointLine| {
                tree.expect_settled(findings);
                trust.checkpoint(origin, &found, tree, findings);
            })
        } else if starts(b"{\"seal\":") {
            std::str::from_utf8(line)
                .ok()
                .and_then(|text| Seal::from_text(text).ok())
                .map(|seal| {
                    tree.expect_settled(findings);
                    trust.seal(&seal, tree, findings);
                })
        } else if starts(b"{\"end\":") {
            read(line).map(|found: EndLine| self.end(&found))
        } else {
            // The first key is unknown: the line is a damaged entry, or not a line of this format.
            self.entry(Examined::of(line));
            return;
        };
        if understood.is_none() {
            self.findings.malformed();
        }
        if !self.ended {
            self.frame.update(line);
            self.frame.update(b"\n");
        }
    }

    /// Takes the first line.
    fn begin(&mut self, line: &[u8]) {
        let header = read(line).filter(|header: &HeaderLine| {
            let site: Option<[u8; 8]> = from_hex(&header.site);
            let root: Option<Hash> = from_hex(&header.root);
            header.countersign_audit == VERSION && site.is_some() && root.is_some()
        });
        let Some(header) = header else {
            self.findings.malformed();
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
            self.findings.add(LogVerdict::HeaderMismatch, None, None);
        }
        self.trust.begin(&header.origin, &mut self.findings);
        self.header = Some(header);
        self.tree.meet_roots(&mut self.findings);
    }

    /// Takes an entry.
    pub(super) fn entry(&mut self, found: Examined) {
        let findings = &mut self.findings;
        let seq = found.fields.as_ref().map(|fields| fields.seq);
        self.tree.entry(seq, found.leaf, findings);
        let Some(fields) = found.fields else {
            return;
        };
        let (seq, line) = (fields.seq, findings.line);
        if fields.site != self.site {
            findings.add_one(LogVerdict::Inserted, seq, line);
        }
        let asked = self
            .header
            .as_ref()
            .is_some_and(|header| (header.from..header.until).contains(&seq));
        if !asked {
            findings.add_one(LogVerdict::HeaderMismatch, seq, line);
        }
        self.trust.times.entry(seq, fields.time);
        self.committed = fields.texts.map(|texts| (seq, texts));
        match fields.event {
            Some(Event::Pruned(range)) => self.prunings.record(range),
            Some(Event::RollbackAcknowledged) => {
                findings.remark(Remark::RollbackAcknowledged, Some(seq), None);
            }
            None => {}
        }
    }

    /// Takes the texts of the last entry.
    fn texts(&mut self, line: &TextsLine) {
        let salts: Vec<[u8; SALT]> = line
            .values
            .iter()
            .map_while(|(_, salt, _)| from_hex(salt))
            .collect();
        let committed = self.committed.take().filter(|(seq, _)| *seq == line.texts);
        let found =
            committed
                .filter(|_| salts.len() == line.values.len())
                .map(|(seq, committed)| {
                    let values = line.values.iter().zip(&salts);
                    let texts =
                        values.map(|((path, _, value), salt)| StoredText { path, salt, value });
                    committed.compare(self.site, seq, texts)
                });
        // Texts without an entry that commits to them belong to nothing.
        if found.is_none_or(|found| found.wrong) {
            let at = self.findings.line;
            self.findings
                .add_one(LogVerdict::TextModified, line.texts, at);
        }
        self.erased(line.texts, found.map_or(0, |found| found.erased));
    }

    /// Remarks that the last entry has no texts any more, if it had some.
    fn expect_texts(&mut self) {
        if let Some((seq, committed)) = self.committed.take() {
            self.erased(seq, committed.paths().count());
        }
    }

    fn erased(&mut self, seq: u64, texts: usize) {
        if texts > 0 {
            self.findings.remark(Remark::TextsErased, Some(seq), None);
        }
    }

    /// Takes a stretch without bodies.
    fn stretch(&mut self, why: Omission, [from, until]: [u64; 2], hashes: &str) {
        let findings = &mut self.findings;
        self.tree.expect_settled(findings);
        let span = hashes_from_text(hashes)
            .and_then(|hashes| Span::of(&(from..until), &hashes).ok())
            .filter(|_| from < until && from >= self.tree.position());
        let Some(span) = span else {
            findings.malformed();
            return;
        };
        self.tree.skip_to(from, findings);
        if let Some(header) = &self.header {
            let (asked, filtered) = (header.from..header.until, header.filter.is_some());
            let inside = !asked.is_empty() && from < asked.end && until > asked.start;
            let wrong = match why {
                Omission::Outside => inside && !filtered,
                Omission::Pruned => !inside,
            };
            if wrong {
                findings.add(LogVerdict::HeaderMismatch, Some(from), Some(until));
            }
        }
        match why {
            Omission::Pruned => self.prunings.stretch(from, until, findings),
            Omission::Outside => {}
        }
        self.tree.pass(&span, findings);
    }

    /// Takes the last line.
    fn end(&mut self, end: &EndLine) {
        self.tree.expect_settled(&mut self.findings);
        self.ended = true;
        let frame = hex(&self.frame.clone().finalize());
        if end.end != self.tree.position() || end.entries != self.tree.entries() {
            self.findings.add(LogVerdict::HeaderMismatch, None, None);
        }
        if end.frame != frame {
            self.findings.malformed();
        }
        if let Some(header) = &self.header {
            self.trust.end(&header.origin, end, &mut self.findings);
        }
    }

    /// Ends the verification. Entries, seals and lines that have not arrived by now are reported as missing.
    #[must_use]
    pub fn finish(mut self) -> FileReport {
        let cut = self.lines.is_within_line();
        if cut {
            // A line without its newline was cut off and is not read.
            self.findings.line += 1;
        }
        self.expect_texts();
        if !self.foreign {
            self.tree.close(&mut self.findings);
            if !self.ended {
                let position = Some(self.tree.position());
                self.findings.add(LogVerdict::TruncatedTail, position, None);
            } else if cut {
                self.findings.malformed();
            }
            self.close();
        }
        let worst = self.findings.worst();
        let (origin, range, filter) = match self.header {
            Some(header) => (header.origin, header.from..header.until, header.filter),
            None => (String::new(), 0..0, None),
        };
        FileReport {
            verdict: worst.map_or(LogVerdict::Ok, |worst| worst.verdict),
            first_bad: worst.and_then(|worst| worst.first_bad),
            until: worst.and_then(|worst| worst.until),
            line: worst.map(|worst: FileFinding| worst.line),
            origin,
            range,
            filter,
            entries: self.tree.entries(),
            size: self.tree.frontier().size(),
            root: self.tree.frontier().root(),
            vouched: self.tree.vouched(),
            witnessed: self.tree.witnessed(),
            seals: self.trust.seals(),
            findings: self.findings.list,
            more: self.findings.more,
            remarks: self.findings.remarks,
        }
    }

    /// Compares the whole file with its header, with the roots that were not reached, with the seals that are due and with
    /// the recorded prunings.
    fn close(&mut self) {
        let Some(header) = &self.header else {
            return;
        };
        let (tree, findings) = (&self.tree, &mut self.findings);
        let (position, vouched) = (tree.position(), tree.vouched());
        let promised = tree
            .largest_unmet()
            .map_or(header.size, |size| header.size.max(size));
        if promised > position {
            findings.add(LogVerdict::TruncatedTail, Some(position), Some(promised));
        } else if header.size < position {
            findings.add(LogVerdict::Inserted, Some(header.size), Some(position));
        } else if tree.is_broken() || header.root == hex(&tree.frontier().root()) {
            // The root agrees, or cannot be compared.
        } else if vouched == position && position > 0 {
            // A trusted root covers every entry, so the header is wrong.
            findings.add(LogVerdict::HeaderMismatch, None, None);
        } else {
            findings.add(LogVerdict::HeadMismatch, Some(vouched), Some(position));
        }
        self.trust.close_seals(position, findings);
        let complete = header.filter.is_none() && header.until == header.size;
        self.prunings.close(complete, findings);
        self.trust.close_roots(tree, findings);
        if header.filter.is_some() || header.from > 0 || header.until < header.size {
            findings.remark(Remark::Selection, Some(header.from), Some(header.until));
        }
        let clock = self.trust.times.clock;
        if clock.regressions > 0 {
            findings.remarks.push(FileRemark {
                remark: Remark::ClockRegression,
                first: clock.first,
                until: None,
                count: clock.regressions,
            });
        }
    }
}
