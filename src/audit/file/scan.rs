//! A fast reader of entries, so that reading does not take longer than hashing. It reads the few fields that verification
//! needs, from the one spelling in which Countersign writes entries.
//!
//! It refuses every other spelling, and then [`Entry::parse`](crate::audit::entry::Entry::parse) decides. Every entry that
//! it accepts is also accepted there, with the same values.

use crate::audit::entry::{ActorKind, EntryKind, EntryOutcome};
use crate::bytes::from_hex;

/// The deepest nesting that is read.
const DEPTH: u32 = 32;

/// The fields of an entry that verification needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scanned<'a> {
    /// The position of the entry, from 0.
    pub seq: u64,
    /// Its time, in milliseconds since 1970.
    pub time: u64,
    /// The site that wrote it.
    pub site: [u8; 8],
    /// Its kind.
    pub kind: EntryKind,
    /// The tool or event, as spelled in the JSON string: with its escapes.
    pub action: &'a str,
    /// The JSON of the member `texts`, if there is one.
    pub texts: Option<&'a str>,
}

/// Reads an entry in the canonical spelling. Returns `None` for any other bytes, and for strings with `\u` escapes.
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
    let kind = EntryKind::from_word(at.string()?)?;
    at.exactly(b",\"actor\":{\"kind\":")?;
    ActorKind::from_word(at.string()?)?;
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
        EntryOutcome::from_word(outcome)?;
    }
    at.exactly(b",\"reason\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"approval\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"correlation\":")?;
    at.or_null(Cursor::string)?;
    at.exactly(b",\"ref\":")?;
    at.or_null(Cursor::number)?;
    let texts = match at.exactly(b",\"texts\":") {
        None => None,
        Some(()) => {
            let start = at.at;
            at.value(0)?;
            Some(at.text.get(start..at.at)?)
        }
    };
    at.exactly(b"}")?;
    (at.at == body.len()).then_some(Scanned {
        seq,
        time,
        site,
        kind,
        action,
        texts,
    })
}

/// Returns the number of bytes at the start that are neither a quotation mark, a backslash nor a control character. They
/// are compared eight at a time, because most bytes of an entry are of this kind.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    // The test is exact for the lowest byte that matches, and only that byte is used.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word, 0x20)
            | below(word ^ (ONES * u64::from(b'"')), 1)
            | below(word ^ (ONES * u64::from(b'\\')), 1);
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let tail = rest.iter().position(special).unwrap_or(rest.len());
    text.len() - rest.len() + tail
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

    /// Reads a string without `\u` escapes. Returns the characters between the quotation marks, with their escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.exactly(b"\"")?;
        let start = self.at;
        let rest = self.rest();
        let mut length = 0;
        loop {
            length += plain(rest.get(length..)?);
            match rest.get(length)? {
                b'"' => break,
                b'\\' if b"\"\\/bfnrt".contains(rest.get(length + 1)?) => length += 2,
                _ => return None,
            }
        }
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// Skips any JSON value in compact spelling.
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

    /// Skips a whole number, which may be negative. Fractions and exponents are rare and are left to the strict reader.
    fn any_number(&mut self) -> Option<()> {
        let _ = self.exactly(b"-");
        self.number()?;
        (!matches!(self.rest().first(), Some(b'.' | b'e' | b'E'))).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::draft::Draft;
    use crate::audit::entry::Entry;
    use crate::clock::Timestamp;
    use proptest::prelude::*;

    fn body(client: &str, target: &str, number: i64) -> Vec<u8> {
        let draft = serde_json::json!({
            "kind": "intent", "actor": { "kind": "agent", "connection": 1, "client": client }, "action": "a",
            "target": target, "change": { "a": [number, true, null, { client: 1.5 }], "b": target }, "outcome": "ok",
        });
        let draft = Draft::from_json(&draft.to_string()).unwrap();
        draft.body(5, Timestamp::from_millis(7), [3; 8]).unwrap()
    }

    #[test]
    fn canonical_spelling_is_read() {
        let found = |draft: &str| {
            let draft = Draft::from_json(draft).unwrap();
            let body = draft.body(4, Timestamp::from_millis(9), [2; 8]).unwrap();
            scan(&body).map(|found| (found.seq, found.time, found.site, found.kind))
        };
        for draft in [
            r#"{"kind":"system","actor":{"kind":"system"},"action":"start"}"#,
            r#"{"kind":"outcome","actor":{"kind":"agent","connection":1,"user":7,"client":"A \"b\" \\ é","ip":"::1"},"action":"x","target":"post:1","change":{"a":{"z":[1,-2,true,null,"é"],"b":{}},"c":[]},"outcome":"ok","reason":"r","approval":"y","correlation":"00ff00ff","ref":3}"#,
        ] {
            let kind = Draft::from_json(draft).unwrap().kind;
            assert_eq!(found(draft), Some((4, 9, [2; 8], kind)));
        }
    }

    #[test]
    fn number_has_one_spelling() {
        let number = |text: &str| Cursor { text, at: 0 }.number();
        for (text, read) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("10,", Some(10)),
            ("907", Some(907)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("00", None),
            ("01", None),
            ("010", None),
            ("", None),
            ("-1", None),
            ("x", None),
        ] {
            assert_eq!(number(text), read, "{text}");
        }
    }

    #[test]
    fn string_may_have_short_escapes_only() {
        let string = |text: &str| Cursor { text, at: 0 }.string().map(str::to_owned);
        for text in [
            r#""""#,
            r#""a""#,
            r#""\"""#,
            r#""\\""#,
            r#""a\"b\/\b\f\n\r\t""#,
            r#""\n\"""#,
        ] {
            let inside = text[1..text.len() - 1].to_owned();
            assert_eq!(string(text), Some(inside), "{text}");
        }
        for text in [
            r#""\x""#,
            r#""\u0041""#,
            r#""a\q""#,
            r#""\'""#,
            r#""\""#,
            r#""\"#,
            r#""a"#,
            "\"\n\"",
            "a",
        ] {
            assert_eq!(string(text), None, "{text}");
        }
    }

    #[test]
    fn value_is_any_json_of_bounded_depth() {
        let value = |text: &str| {
            let mut at = Cursor { text, at: 0 };
            at.value(0).is_some() && at.at == text.len()
        };
        for text in [
            "true",
            "false",
            "null",
            "0",
            "-12",
            r#""a""#,
            "[]",
            "{}",
            r#"[1,"b",false]"#,
            r#"{"a":{"b":[null]}}"#,
        ] {
            assert!(value(text), "{text}");
        }
        for text in [
            "",
            "tru",
            "True",
            "nul",
            "1.5",
            "1e3",
            "-",
            "[1,]",
            "[1 ,2]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            "{1:2}",
            "[",
            "]",
        ] {
            assert!(!value(text), "{text}");
        }
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
            let pair = open.matches(['[', '{']).count();
            let nested = |levels: usize| {
                format!(
                    "{}1{}",
                    open.repeat(levels / pair),
                    close.repeat(levels / pair)
                )
            };
            assert!(value(&nested(32)), "{open}");
            assert!(!value(&nested(32 + pair)), "{open}");
        }
    }

    proptest! {
        #[test]
        fn plain_bytes_are_counted_correctly(text in prop::collection::vec(any::<u8>(), 0..40), quiet in prop::collection::vec(0x23..0x5b_u8, 0..40)) {
            let both = [quiet, text].concat();
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
            prop_assert_eq!(plain(&both), both.iter().position(special).unwrap_or(both.len()));
        }

        /// The strict reader accepts every entry that the fast reader accepts, with the same values.
        #[test]
        fn fast_reader_accepts_nothing_that_the_strict_reader_refuses(client in ".{0,12}", target in "[a-z\\\\\"]{0,9}", number in any::<i64>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
            let mut body = body(&client, &target, number);
            let at = at.index(body.len());
            if cut { body.truncate(at); } else { body[at] = byte; }
            if let Some(found) = scan(&body) {
                let entry = Entry::parse(&body).unwrap();
                prop_assert_eq!((found.seq, found.time, found.site, found.kind), (entry.seq, entry.summary.time.millis(), entry.site, entry.summary.kind));
            }
        }
    }
}
