//! Cutting bytes into lines.

use std::borrow::Cow;
use std::io::BufRead as _;

use crate::audit::file::MAX_LINE;

/// Returns the first line of `bytes` without its newline, and the bytes after it. Returns `None` without a newline.
pub(super) fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut after = bytes;
    // This uses the fast search of the standard library. Reading from a slice cannot fail.
    let length = after.skip_until(b'\n').ok()?;
    let line = bytes.get(..length)?.strip_suffix(b"\n")?;
    Some((line, after))
}

/// Joins lines that arrive in pieces. Keeps at most [`MAX_LINE`] bytes.
#[derive(Default)]
pub(super) struct LineReader {
    partial: Vec<u8>,
    /// Whether the current line is longer than [`MAX_LINE`]. Its bytes are dropped then.
    too_long: bool,
}

impl LineReader {
    /// Takes a piece of the current line that does not end it.
    pub(super) fn keep(&mut self, piece: &[u8]) {
        if self.too_long || self.partial.len() + piece.len() > MAX_LINE {
            self.too_long = true;
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(piece);
        }
    }

    /// Takes the last piece of the current line, without the newline, and returns the line; `None` if the line is longer
    /// than [`MAX_LINE`].
    pub(super) fn complete<'a>(&mut self, last: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        if !self.is_within_line() && last.len() <= MAX_LINE {
            return Some(Cow::Borrowed(last));
        }
        self.keep(last);
        let line = std::mem::take(&mut self.partial);
        if std::mem::take(&mut self.too_long) {
            None
        } else {
            Some(Cow::Owned(line))
        }
    }

    /// Returns whether a line has begun whose newline has not arrived.
    pub(super) fn is_within_line(&self) -> bool {
        !self.partial.is_empty() || self.too_long
    }
}
