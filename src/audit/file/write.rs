//! Writing the file: rows in, chunks out, in constant memory.

use std::ops::Range;

use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};

use super::line::{
    CheckpointLine, EndLine, HeaderLine, LeavesLine, MAX_LINE, OutsideLine, PrunedLine, TILE,
    VERSION, end_text, hashes_to_text, write,
};
use crate::audit::append::Head;
use crate::audit::seal::Seal;
use crate::audit::span::Span;
use crate::audit::tree::Hash;
use crate::audit::{AuditError, note};
use crate::bytes::hex;

/// Longest description of a filter, in bytes.
const MAX_FILTER: usize = 1024;

/// Why entries stand in the file by their hashes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omission {
    /// Their bodies were deleted by retention.
    Pruned,
    /// They were not asked for: outside the range, or not what the filter picks.
    Outside,
}

/// An export in progress. Fed with every row of the log in order, whether it is wanted or not: what is not wanted
/// is hashed. It copies what the table holds, sound or not; whether it is sound the verifier says.
pub struct Export {
    header: HeaderLine,
    position: u64,
    tile: Vec<Hash>,
    absent: Option<(Omission, Span)>,
    frame: Sha256,
    entries: u64,
    out: Vec<u8>,
}

impl Export {
    /// Begins the export of `range` of the log `origin` as it is under `head`; `filter` says in words what entries
    /// of the range are picked by.
    ///
    /// # Errors
    /// [`AuditError::Range`] for a range beyond the head, [`AuditError::Name`] for a description over 1,024 bytes.
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

    /// The next row of the log, as the table holds it: an entry where it is wanted, else its hash. `body` is `None`
    /// where it was pruned. A row that is missing is missing in the file too.
    ///
    /// # Errors
    /// [`AuditError::Range`] for a row before its place, [`AuditError::Body`] for a body with a newline or longer than
    /// [`MAX_LINE`], or a leaf hash of another length than 32 bytes.
    pub fn row(
        &mut self,
        seq: u64,
        leaf: &[u8],
        body: Option<&[u8]>,
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
            Some(body) if wanted => self.entry(leaf, body),
            Some(_) => self.hashes(Omission::Outside, seq, 0, leaf),
            None if wanted => self.hashes(Omission::Pruned, seq, 0, leaf),
            None => self.hashes(Omission::Outside, seq, 0, leaf),
        }
    }

    /// A stretch of which only the hashes of its [`Span`] were kept.
    ///
    /// # Errors
    /// [`AuditError::Range`] unless it begins at the next entry and ends in the log.
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

    fn entry(&mut self, leaf: Hash, body: &[u8]) -> Result<(), AuditError> {
        if body.len() > MAX_LINE || body.contains(&b'\n') {
            return Err(AuditError::Body);
        }
        self.flush_absent();
        self.out.extend_from_slice(body);
        self.out.push(b'\n');
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

    /// How many entries have been fed: the size a checkpoint or seal must have to stand here.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// A checkpoint about the log up to here.
    ///
    /// # Errors
    /// [`AuditError::Note`] when it is longer than [`note::MAX_NOTE`].
    pub fn checkpoint(&mut self, note: &str) -> Result<(), AuditError> {
        self.checkpoint_within(self.position, note)
    }

    /// A checkpoint about a size inside the stretch just passed, whose root is not there to be compared.
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

    /// A seal about the log up to here, or inside the stretch just passed.
    pub fn seal(&mut self, seal: &Seal) {
        self.flush();
        self.frame_line(seal.to_text().as_bytes());
    }

    /// What was written since the last call.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Ends the file and gives the rest of it. `key` signs header, counts and all that is not an entry.
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
