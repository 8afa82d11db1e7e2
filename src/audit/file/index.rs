//! Where the lines of a file lie, so that entries can be read again without holding the file in memory.

use std::ops::Range;

use super::line::ENTRY;

/// Remembers where each line of a file begins, and which lines are entries. It needs 12 bytes for an entry, and verifies
/// nothing.
///
/// ```
/// use countersign::audit::file::FileIndex;
///
/// let mut index = FileIndex::default();
/// index.push(b"{\"countersign_audit\":1}\n{\"v\":1,\"seq\":0}\n");
/// assert_eq!((index.lines(), index.entries()), (2, 1));
/// assert_eq!(index.line_of(0), Some(2));
/// assert_eq!(index.range(2), Some(24..39));
/// ```
#[derive(Default)]
pub struct FileIndex {
    /// Where each line ends that is complete: the position of its newline.
    ends: Vec<u64>,
    /// The lines that begin as an entry, from 0.
    entries: Vec<u32>,
    /// The first bytes of the line that is not complete, as many as an entry needs.
    begun: Vec<u8>,
    position: u64,
}

impl FileIndex {
    /// Takes the next bytes of the file. After 2^32 lines, entries are no longer remembered.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut pieces = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            let wanted = ENTRY.len() - self.begun.len();
            self.begun
                .extend_from_slice(piece.get(..wanted).unwrap_or(piece));
            self.position = self.position.saturating_add(piece.len() as u64);
            if pieces.peek().is_none() {
                return;
            }
            if self.begun == ENTRY
                && let Ok(line) = u32::try_from(self.ends.len())
            {
                self.entries.push(line);
            }
            self.ends.push(self.position);
            self.position = self.position.saturating_add(1);
            self.begun.clear();
        }
    }

    /// Returns the number of complete lines.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Returns the number of lines that begin as an entry.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Returns the line, from 1, of the entry at `index`, from 0.
    #[must_use]
    pub fn line_of(&self, index: u64) -> Option<u64> {
        let line = self.entries.get(usize::try_from(index).ok()?)?;
        Some(u64::from(*line) + 1)
    }

    /// Returns where the line lies, which is counted from 1, without its newline.
    #[must_use]
    pub fn range(&self, line: u64) -> Option<Range<u64>> {
        let line = usize::try_from(line).ok()?.checked_sub(1)?;
        let end = *self.ends.get(line)?;
        let before = line.checked_sub(1).and_then(|line| self.ends.get(line));
        Some(before.map_or(0, |before| before + 1)..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"{\"countersign_audit\":1,\"origin\":\"o\"}\n{\"v\":1,\"seq\":0}\n{\"leaves\":0,\"hashes\":\"\"}\n\n{\"v\":\n{\"v\"\n{\"v\":rest";

    #[test]
    fn lines_are_found_whatever_the_chunks() {
        for size in 1..=FILE.len() {
            let mut index = FileIndex::default();
            for chunk in FILE.chunks(size) {
                index.push(chunk);
            }
            assert_eq!((index.lines(), index.entries()), (6, 2), "{size}");
            let lines = FILE.split(|byte| *byte == b'\n');
            for (line, number) in lines.zip(1..=6) {
                let Range { start, end } = index.range(number).unwrap();
                assert_eq!(&FILE[start as usize..end as usize], line, "{size}");
            }
            assert_eq!((index.range(0), index.range(7)), (None, None));
            let entries: Vec<_> = (0..3).map(|at| index.line_of(at)).collect();
            assert_eq!(entries, [Some(2), Some(5), None], "{size}");
        }
    }
}
