//! Reading an entry at the speed of hashing it: the few fields verification needs, from the one spelling that is
//! ever written.
//!
//! What is not in that spelling is left to [`Entry::parse`](crate::audit::entry::Entry::parse), which decides;
//! whatever this accepts that accepts too, and with the same values.

use crate::audit::entry::{ActorKind, Kind, Outcome};
use crate::bytes::from_hex;

/// Deepest nesting that is followed.
const DEPTH: u32 = 32;

/// What verification wants of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scanned<'a> {
    /// The position it was written for.
    pub seq: u64,
    /// Its time, in milliseconds.
    pub time: u64,
    /// The site that wrote it.
    pub site: [u8; 8],
    /// What it is about.
    pub kind: Kind,
    /// Tool or event.
    pub action: &'a str,
}

/// Reads an entry in canonical spelling; `None` for anything else, and for escapes by number.
#[must_use]
pub fn scan(body: &[u8]) -> Option<Scanned<'_>> {
    let mut at = Cursor {
        text: std::str::from_utf8(body).ok()?,
        at: 0,
    };
    at.exactly(b"{\"v\":1,\"seq\":")?;
    let seq = at.number()?;
    at.exactly(b",\"time\":")?;
    let time = at.number()?;
    at.exactly(b",\"site\":")?;
    let site = from_hex(at.string()?)?;
    at.exactly(b",\"kind\":")?;
    let kind = Kind::parse(at.string()?)?;
    at.exactly(b",\"actor\":{\"kind\":")?;
    ActorKind::parse(at.string()?)?;
    at.exactly(b",\"connection\":")?;
    at.or_null(Cursor::number)?;
    at.exactly(b",\"user\":")?;
    at.or_null(Cursor::number)?;
    at.exactly(b",\"client\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"ip\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b"},\"action\":")?;
    let action = at.string()?;
    at.exactly(b",\"target\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"change\":")?;
    at.value(0)?;
    at.exactly(b",\"outcome\":")?;
    if let Some(outcome) = at.or_null(Cursor::string)? {
        Outcome::parse(outcome)?;
    }
    at.exactly(b",\"reason\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"approval\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"correlation\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"ref\":")?;
    at.or_null(Cursor::number)?;
    at.exactly(b"}")?;
    (at.at == body.len()).then_some(Scanned {
        seq,
        time,
        site,
        kind,
        action,
    })
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn exactly(&mut self, bytes: &[u8]) -> Option<()> {
        self.rest()
            .starts_with(bytes)
            .then(|| self.at += bytes.len())
    }

    fn or_null<T>(&mut self, read: fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.exactly(b"null").is_some() {
            Some(None)
        } else {
            read(self).map(Some)
        }
    }

    fn number(&mut self) -> Option<u64> {
        let rest = self.rest();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = self.text.get(self.at..self.at + digits)?;
        if digits > 1 && text.starts_with('0') {
            return None;
        }
        self.at += digits;
        text.parse().ok()
    }

    /// A string without escapes by number; what is between the quotes, escapes and all.
    fn string(&mut self) -> Option<&'a str> {
        self.exactly(b"\"")?;
        let start = self.at;
        let mut bytes = self.rest().iter();
        let mut length = 0;
        loop {
            match bytes.next()? {
                b'"' => break,
                b'\\' => {
                    length += 2;
                    if !b"\"\\/bfnrt".contains(bytes.next()?) {
                        return None;
                    }
                }
                0..0x20 => return None,
                _ => length += 1,
            }
        }
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// Any value, in compact spelling.
    fn value(&mut self, depth: u32) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        match self.rest().first()? {
            b'"' => self.string().map(drop),
            b'{' => self.list(b'{', b'}', |at| {
                at.string()?;
                at.exactly(b":")?;
                at.value(depth + 1)
            }),
            b'[' => self.list(b'[', b']', |at| at.value(depth + 1)),
            b't' => self.exactly(b"true"),
            b'f' => self.exactly(b"false"),
            b'n' => self.exactly(b"null"),
            _ => self.any_number(),
        }
    }

    fn list(&mut self, open: u8, close: u8, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.exactly(&[open])?;
        if self.exactly(&[close]).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.exactly(&[close]).is_some() {
                return Some(());
            }
            self.exactly(b",")?;
        }
    }

    /// A whole number, perhaps negative. Fractions and exponents are rare: left to the slow reader.
    fn any_number(&mut self) -> Option<()> {
        let _ = self.exactly(b"-");
        self.number()?;
        (!matches!(self.rest().first(), Some(b'.' | b'e' | b'E'))).then_some(())
    }
}
