//! Credentials of published formats. The table is `formats.json`; the build checks it and writes it as code.

use super::scan::{Scan, is_base64url};
use super::shapes::jwt_from as jwt;
use crate::bytes::crc32_base62;

include!(concat!(env!("OUT_DIR"), "/formats.rs"));

/// A published format of credentials. Letter case is always ignored, because some software changes it.
pub(super) struct Format {
    /// The beginnings, of which one must be there. Without one, the format begins with its first run.
    start: &'static [&'static str],
    /// What follows. The last part is a run without a greatest length.
    rest: &'static [Part],
    /// Whether it counts only where a word begins, because ordinary words contain the beginning.
    word: bool,
    /// Whether ordinary words have the same beginning in small letters. In another letter case than the published one, the
    /// rest must contain a digit, as words do not, and a character that hexadecimal digests do not contain.
    upper: bool,
    /// Computes the checksum at the end of the shortest form. With the right checksum the credential counts inside a word
    /// too, otherwise only where a word begins.
    checksum: Option<Checksum>,
    /// Whether it is base64 that may continue on further lines.
    lines: bool,
}

/// Computes a checksum of six characters.
type Checksum = fn(&[u8]) -> [u8; 6];

pub(super) enum Part {
    Text(&'static str),
    /// A run of characters of a set, with its least and greatest length.
    Run(Set, usize, Option<usize>),
}

/// A set of characters.
#[derive(Clone, Copy)]
pub(super) enum Set {
    Digit,
    Hex,
    Alnum,
    Word,
    Base32,
    Bech32,
    Base64,
    Base64Url,
    Dotted,
    Tilde,
    Escaped,
    Path,
    Cookie,
}

impl Set {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Base32 => byte.is_ascii_alphabetic() || matches!(byte, b'2'..=b'7'),
            // BIP 173: neither 1 nor b, i or o.
            Self::Bech32 => byte.is_ascii_alphanumeric() && !b"1bioBIO".contains(&byte),
            Self::Base64 => is_base64url(byte) || b"+/=".contains(&byte),
            Self::Base64Url => is_base64url(byte),
            Self::Dotted => is_base64url(byte) || byte == b'.',
            Self::Tilde => is_base64url(byte) || byte == b'.' || byte == b'~',
            Self::Escaped => is_base64url(byte) || b"%+/=.~".contains(&byte),
            Self::Path => is_base64url(byte) || byte == b'/',
            Self::Cookie => byte.is_ascii_graphic() && !b"\"',;<>".contains(&byte),
        }
    }
}

/// The shortest credential of a format at a place.
struct Shortest {
    end: usize,
    /// The characters that may follow.
    set: Set,
    format: &'static Format,
}

impl Shortest {
    /// Whether `earlier`, read to its end, includes this credential, which begins at `at`: both have one format, and all
    /// characters may follow.
    fn continues(&self, earlier: &Self, scan: &Scan<'_>, at: usize) -> bool {
        let length = self.end - at;
        let all = scan.run(at, length, |byte| self.set.has(byte)) == self.end;
        std::ptr::eq(self.format, earlier.format) && all && self.set.has(b'-') && self.set.has(b'_')
    }
}

/// Whether a format may begin at `at`. `starts` states whether a word begins there.
pub(super) fn leads(scan: &Scan<'_>, at: usize, starts: bool) -> bool {
    let pairs = if starts { &PAIRS } else { &INSIDE };
    let first = usize::from(scan.byte(at).to_ascii_lowercase());
    let second = scan.byte(at + 1).to_ascii_lowercase();
    second.is_ascii()
        && pairs
            .get(first)
            .is_some_and(|seconds| seconds >> second & 1 == 1)
}

/// Returns the end of a credential of a published format that begins at `at`. It includes the whole word, because a longer
/// word is a longer credential, but not a credential that follows directly: that one is found next.
pub(super) fn find(scan: &Scan<'_>, at: usize, starts: bool) -> Option<usize> {
    let first = shortest(scan, at, starts)?;
    let (mut end, set) = (first.end, first.set);
    // Another credential may begin within this one and be longer. It is found next.
    let longer = |place: &usize| {
        shortest(scan, *place, true)
            .is_some_and(|next| next.end > end && !next.continues(&first, scan, *place))
    };
    if let Some(place) = (at + 1..end).find(longer) {
        return Some(place);
    }
    let mut in_set = true;
    let mut json = None;
    loop {
        let byte = scan.byte(end);
        in_set = in_set && set.has(byte);
        if !(in_set || is_base64url(byte)) {
            break;
        }
        if let Some(next) = shortest(scan, end, true)
            && !(in_set && next.continues(&first, scan, end))
        {
            return Some(end);
        }
        if json.is_none() && byte == b'e' && scan.text_end(end, "eyJ").is_some() {
            json = Some(end);
        }
        end += 1;
    }
    // A JWT may follow directly too.
    let end = json.and_then(|json| jwt(scan, json)).unwrap_or(end);
    Some(if first.format.lines {
        lines_end(scan, end)
    } else {
        end
    })
}

/// Returns the end of the lines of base64 that follow at `end`, and of the last line of PEM. Spaces, also encoded and escaped
/// ones, separate the lines.
fn lines_end(scan: &Scan<'_>, mut end: usize) -> usize {
    loop {
        let mut at = end;
        loop {
            let length = match (scan.byte(at), scan.byte(at + 1), scan.byte(at + 2)) {
                (b' ', ..) => 1,
                (b'\\', b'n' | b'r', _) => 2,
                (b'%', b'2', b'0') | (b'%', b'0', b'A' | b'a' | b'D' | b'd') => 3,
                _ => break,
            };
            at += length;
        }
        let line = scan.run(at, usize::MAX, |byte| {
            byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
        });
        let is_line = line >= at + 32 || line > at && scan.before(line) == b'=';
        if at == end || !is_line || shortest(scan, at, true).is_some() {
            return scan.text_end(at, "-----END").map_or(end, |last| {
                let last = scan.run(last, 64, |byte| {
                    byte.is_ascii_alphanumeric() || byte == b' '
                });
                scan.run(last, 5, |byte| byte == b'-')
            });
        }
        end = line;
    }
}

/// Returns the shortest credential that begins at `at`. `starts`
/// states whether a word begins there.
fn shortest(scan: &Scan<'_>, at: usize, starts: bool) -> Option<Shortest> {
    let first = scan.byte(at).to_ascii_lowercase();
    let leads = if leads(scan, at, starts) {
        LEADS.get(usize::from(first)).copied().unwrap_or_default()
    } else {
        &[]
    };
    let following = scan.byte(at + 1).to_ascii_lowercase();
    let led = leads.iter().find_map(|(start, second, index)| {
        if *second != following {
            return None;
        }
        let rest = scan.text_end(at, start)?;
        end(scan, *index, at, rest, starts)
    });
    let open = if starts
        && scan.len() >= at + OPEN_LEAST
        && (is_base64url(first) || first == b'.' || first == b'~')
    {
        OPEN
    } else {
        &[]
    };
    led.or_else(|| {
        open.iter()
            .find_map(|index| end(scan, *index, at, at, starts))
    })
}

/// Returns the shortest credential of one format that begins at `at` and whose parts after the beginning are at
/// `rest`. The work at each place is bounded.
fn end(scan: &Scan<'_>, format: u8, at: usize, rest: usize, starts: bool) -> Option<Shortest> {
    let format = FORMATS.get(usize::from(format))?;
    if format.word && !starts {
        return None;
    }
    let mut place = rest;
    for part in format.rest {
        place = part.end(scan, place)?;
    }
    let body = scan.text(rest, place).as_bytes();
    if format.upper && !format.is_published(scan.text(at, place).as_bytes()) {
        body.iter().find(|byte| byte.is_ascii_digit())?;
        body.iter().find(|byte| !byte.is_ascii_hexdigit())?;
    }
    if let Some(sum) = format.checksum
        && !starts
    {
        let (random, given) = body.split_last_chunk::<6>()?;
        if sum(random) != *given {
            return None;
        }
    }
    match format.rest.last()? {
        Part::Run(set, ..) => Some(Shortest {
            end: place,
            set: *set,
            format,
        }),
        Part::Text(_) => None,
    }
}

impl Part {
    /// Returns the end of this part at `at`: of the whole text, of a bounded run, or of the shortest unbounded one.
    fn end(&self, scan: &Scan<'_>, at: usize) -> Option<usize> {
        match self {
            Self::Text(text) => scan.text_end(at, text),
            Self::Run(set, least, most) => {
                let end = scan.run(at, most.unwrap_or(*least), |byte| set.has(byte));
                (end >= at + least).then_some(end)
            }
        }
    }
}

impl Format {
    /// Whether the letters of `word` are as published.
    fn is_published(&self, word: &[u8]) -> bool {
        let capitals = matches!(self.rest, [Part::Run(Set::Base32, ..)]);
        self.start
            .iter()
            .any(|start| word.starts_with(start.as_bytes()))
            && !(capitals && word.iter().any(u8::is_ascii_lowercase))
    }
}
