//! Writing the file: it takes rows and returns chunks, in constant memory.

use std::ops::Range;

use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};

use super::line::{
    CheckpointLine, EndLine, HeaderLine, LeavesLine, MAX_LINE, OutsideLine, PrunedLine, TILE,
    TextsLine, VERSION, end_text, hashes_to_text, write,
};
use crate::audit::append::Head;
use crate::audit::seal::Seal;
use crate::audit::span::Span;
use crate::audit::text::StoredText;
use crate::audit::tree::Hash;
use crate::audit::{AuditError, note};
use crate::bytes::hex;

/// The length of the longest filter description, in bytes.
const MAX_FILTER: usize = 1024;

/// Why the file contains only the hashes of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omission {
    /// Their bodies were deleted by retention.
    Pruned,
    /// They are outside the range, or do not match the filter.
    Outside,
}

/// Writes one export. Pass every row of the log, in order. Rows that are not wanted appear as hashes. The export copies the
/// table as it is and does not verify it.
pub struct Export {
    header: HeaderLine,
    position: u64,
    /// The leaf hashes of the entries since the last `leaves` line.
    tile: Vec<Hash>,
    /// The stretch without bodies that is not written yet.
    absent: Option<(Omission, Span)>,
    /// The hash over the lines that are not entries.
    frame: Sha256,
    /// The number of entries with bodies.
    entries: u64,
    /// The bytes that were not taken yet.
    out: Vec<u8>,
}

impl Export {
    /// Begins the export of `range` of the log `origin` as it is under `head`. `filter` describes which entries of the range
    /// are wanted.
    ///
    /// # Errors
    /// [`AuditError::Range`] for a range that ends after the head; [`AuditError::Name`] for a description over 1,024 bytes.
    pub fn new(
        origin: &str,
        site: [u8; 8],
        head: &Head,
        range: &Range<u64>,
        filter: Option<&str>,
    ) -> Result<Self, AuditError> {
        if range.start > range.end || range.end > head.size() {
            return Err(AuditError::Range);
        }
        if filter.is_some_and(|filter| filter.len() > MAX_FILTER) {
            return Err(AuditError::Name);
        }
        let header = HeaderLine {
            countersign_audit: VERSION,
            origin: origin.to_owned(),
            site: hex(&site),
            from: range.start,
            until: range.end,
            filter: filter.map(str::to_owned),
            size: head.size(),
            root: hex(head.root()),
        };
        let mut export = Self {
            position: 0,
            tile: Vec::with_capacity(TILE),
            absent: None,
            frame: Sha256::new(),
            entries: 0,
            out: Vec::new(),
            header,
        };
        let line = write(&export.header);
        export.frame_line(&line);
        Ok(export)
    }

    /// Adds the next row of the log as it is in the table: the entry if it is wanted, otherwise its hash. `body` is `None` if
    /// it was pruned. A row that is missing in the table is missing in the file too.
    ///
    /// # Errors
    /// [`AuditError::Range`] for a row that is out of order or after the head; [`AuditError::Body`] for a body that contains
    /// a newline or is longer than [`MAX_LINE`], or a leaf hash that is not 32 bytes long.
    pub fn row(
        &mut self,
        seq: u64,
        leaf: &[u8],
        body: Option<&[u8]>,
        wanted: bool,
    ) -> Result<(), AuditError> {
        self.row_with_texts(seq, leaf, body, &[], wanted)
    }

    /// Adds the next row as [`row`](Self::row) does, with its texts as they are in their table. They get a line after that of
    /// the entry.
    ///
    /// # Errors
    /// As [`Export::row`], and [`AuditError::Body`] for texts that are longer than [`MAX_LINE`] together.
    pub fn row_with_texts(
        &mut self,
        seq: u64,
        leaf: &[u8],
        body: Option<&[u8]>,
        texts: &[StoredText<'_>],
        wanted: bool,
    ) -> Result<(), AuditError> {
        let leaf = Hash::try_from(leaf).map_err(|_| AuditError::Body)?;
        if seq < self.position || seq >= self.header.size {
            return Err(AuditError::Range);
        }
        if seq > self.position {
            self.flush();
            self.position = seq;
        }
        let wanted = wanted && (self.header.from..self.header.until).contains(&seq);
        match body {
            Some(body) if wanted => self.entry(leaf, body, texts),
            Some(_) => self.hashes(Omission::Outside, seq, 0, leaf),
            None if wanted => self.hashes(Omission::Pruned, seq, 0, leaf),
            None => self.hashes(Omission::Outside, seq, 0, leaf),
        }
    }

    /// Adds a stretch of which only the hashes of its [`Span`] were kept.
    ///
    /// # Errors
    /// [`AuditError::Range`] unless it begins at the next entry and ends within the log.
    pub fn span(&mut self, why: Omission, span: &Span) -> Result<(), AuditError> {
        let range = span.range();
        if range.start != self.position || range.end > self.header.size {
            return Err(AuditError::Range);
        }
        let mut at = range.start;
        for (height, hash) in span.nodes() {
            self.hashes(why, at, height, hash)?;
            at = self.position;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        leaf: Hash,
        body: &[u8],
        texts: &[StoredText<'_>],
    ) -> Result<(), AuditError> {
        let texts = (!texts.is_empty()).then(|| {
            let values = texts.iter().map(|text| {
                let StoredText { path, salt, value } = *text;
                (path.to_owned(), hex(salt), value.to_owned())
            });
            write(&TextsLine {
                texts: self.position,
                values: values.collect(),
            })
        });
        let is_too_long = |line: &[u8]| line.len() > MAX_LINE;
        if is_too_long(body) || body.contains(&b'\n') || texts.as_deref().is_some_and(is_too_long) {
            return Err(AuditError::Body);
        }
        self.flush_absent();
        self.out.extend_from_slice(body);
        self.out.push(b'\n');
        if let Some(texts) = texts {
            self.frame_line(&texts);
        }
        self.tile.push(leaf);
        self.position += 1;
        self.entries += 1;
        if self.tile.len() >= TILE {
            self.flush_tile();
        }
        Ok(())
    }

    fn hashes(
        &mut self,
        why: Omission,
        at: u64,
        height: u32,
        hash: Hash,
    ) -> Result<(), AuditError> {
        self.flush_tile();
        if self.absent.as_ref().is_some_and(|(other, _)| *other != why) {
            self.flush_absent();
        }
        let (_, span) = self.absent.get_or_insert_with(|| (why, Span::new(at)));
        span.push(height, hash)?;
        self.position = span.range().end;
        Ok(())
    }

    /// Returns the number of entries so far. A checkpoint or seal at this place must have this size.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Adds a checkpoint of the log up to here.
    ///
    /// # Errors
    /// [`AuditError::Note`] when the note is longer than [`note::MAX_NOTE`].
    pub fn checkpoint(&mut self, note: &str) -> Result<(), AuditError> {
        self.checkpoint_within(self.position, note)
    }

    /// Adds a checkpoint of a size within the last stretch of hashes, where its root cannot be compared.
    ///
    /// # Errors
    /// As [`Export::checkpoint`].
    pub fn checkpoint_within(&mut self, size: u64, note: &str) -> Result<(), AuditError> {
        if note.len() > note::MAX_NOTE {
            return Err(AuditError::Note);
        }
        self.flush();
        let line = write(&CheckpointLine {
            checkpoint: size,
            note: note.to_owned(),
        });
        self.frame_line(&line);
        Ok(())
    }

    /// Adds a seal of the log up to here, or of a size within the last stretch of hashes.
    pub fn seal(&mut self, seal: &Seal) {
        self.flush();
        self.frame_line(seal.to_text().as_bytes());
    }

    /// Returns the bytes that were written since the last call.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Ends the file and returns the rest of it. `key` signs the header, the counts and every line that is not an entry.
    ///
    /// # Errors
    /// As [`note::sign`].
    pub fn finish(mut self, key: Option<&SigningKey>) -> Result<Vec<u8>, AuditError> {
        self.flush();
        let mut end = EndLine {
            end: self.position,
            entries: self.entries,
            frame: hex(&self.frame.clone().finalize()),
            note: None,
        };
        if let Some(key) = key {
            let text = end_text(&self.header.origin, &end);
            end.note = Some(note::sign(&text, &self.header.origin, key)?);
        }
        self.out.extend_from_slice(&write(&end));
        self.out.push(b'\n');
        Ok(self.out)
    }

    fn flush(&mut self) {
        self.flush_tile();
        self.flush_absent();
    }

    fn flush_tile(&mut self) {
        if self.tile.is_empty() {
            return;
        }
        let tile = std::mem::replace(&mut self.tile, Vec::with_capacity(TILE));
        let line = write(&LeavesLine {
            leaves: self.position - tile.len() as u64,
            hashes: hashes_to_text(tile),
        });
        self.frame_line(&line);
    }

    fn flush_absent(&mut self) {
        let Some((why, span)) = self.absent.take() else {
            return;
        };
        let (stretch, hashes) = (
            [span.range().start, span.range().end],
            hashes_to_text(span.nodes().map(|(_, hash)| hash)),
        );
        let line = match why {
            Omission::Pruned => write(&PrunedLine {
                pruned: stretch,
                hashes,
            }),
            Omission::Outside => write(&OutsideLine {
                outside: stretch,
                hashes,
            }),
        };
        self.frame_line(&line);
    }

    fn frame_line(&mut self, line: &[u8]) {
        self.frame.update(line);
        self.frame.update(b"\n");
        self.out.extend_from_slice(line);
        self.out.push(b'\n');
    }
}
