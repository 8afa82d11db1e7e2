//! Values that are secret because of the name before them, as in `api_key=…`, `"password": "…"` and `--token …`.

use super::names::{NAME, Named, SAMPLE, hides, named};
use super::scan::{REDACTED, Scan};

/// How far before a name such as `value` the name of the secret is looked for, in bytes.
const LABEL: usize = 96;
/// The largest number of tags between a name and its value.
const ELEMENTS: usize = 3;
/// The longest tag between a name and its value, in bytes.
const TAG: usize = 16;

/// Schemes of the header `Authorization`, whose credential is the next word.
const SCHEMES: &[&str] = &[
    "basic",
    "bearer",
    "token",
    "digest",
    "negotiate",
    "ntlm",
    "apikey",
    "key",
    "hmac",
    "dpop",
    "oauth",
    "aws4-hmac-sha256",
];

/// Returns start and end of the value after the separator at `at`, if it is a secret because of the name before it. A
/// separator is `=`, `:`, also encoded, `>` after an XML element, or a comma between quoted texts.
pub(super) fn find(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let (separator, length) = scan.decoded(at);
    if !b"=:,>".contains(&separator) {
        return None;
    }
    let (mut start, mut end) = name_before(scan, at);
    match separator {
        b',' if !is_argument(scan, start) => return None,
        b'>' if !is_element(scan, start) => return None,
        _ => {}
    }
    let mut kind = named(scan.text(start, end));
    let (bracket, place) = before_quotes(scan, start);
    if kind.is_none() && bracket == b'[' {
        // An element of an array: `passwords[0]`.
        (start, end) = name_before(scan, place);
        kind = named(scan.text(start, end));
    }
    let name = scan.text(start, end);
    if kind.is_none() && name.len() >= 5 && ends_with(name, "value") {
        kind = label(scan, start);
    }
    if kind.is_none() && name.eq_ignore_ascii_case("passe") {
        // The French name consists of three words.
        kind = named(scan.text(start.saturating_sub(7), end));
    }
    let kind = kind?;
    let value = Value::after(scan, at + length);
    if separator == b',' && value.quote.is_none() {
        return None;
    }
    value.secret(scan, kind, ends_with(name, "authorization"))
}

fn ends_with(name: &str, end: &str) -> bool {
    name.len()
        .checked_sub(end.len())
        .and_then(|from| name.get(from..))
        .is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Whether the name at `start` is that of an XML element, also with a namespace.
fn is_element(scan: &Scan<'_>, start: usize) -> bool {
    let mut at = start;
    if scan.before(at) == b':' {
        at -= 1;
        while start - at < NAME && scan.before(at).is_ascii_alphanumeric() {
            at -= 1;
        }
    }
    scan.decoded_before(at).0 == b'<'
}

/// Returns what the text before a name such as `value` says about it: `"name": "api_key", "value"` names an API key.
fn label(scan: &Scan<'_>, start: usize) -> Option<Named> {
    let before = scan.text(start.saturating_sub(LABEL), start);
    let object = before.rsplit(['{', '}']).next()?;
    object
        .split(|c: char| !(c.is_alphanumeric() || "_-".contains(c)))
        .filter_map(named)
        .max()
}

/// Returns start and end of the value of a command line option that begins at `at`, if it is a secret: `--token …`, user
/// and password after `-u` and `--user`, and `-p…` of the programs that take a password there. A value behind a sign is
/// found by [`find`].
pub(super) fn option(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    if !matches!(
        scan.before(at),
        0 | b' ' | b'"' | b'\'' | b'=' | b'(' | b'[' | b']'
    ) {
        return None;
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let start = scan.run(at, 2, |byte| byte == b'-');
    let end = scan.run(start, NAME, is_name);
    let name = scan.text(start, end);
    if start == at + 1 {
        return match name.as_bytes() {
            [b'u'] => user(scan, end),
            [b'p', ..] if takes_password(scan, at) => {
                Value::after(scan, start + 1).secret(scan, Named::Password, false)
            }
            _ => None,
        };
    }
    if scan.byte(end) != b' ' {
        return None;
    }
    if matches!(name, "user" | "proxy-user") {
        return user(scan, end);
    }
    let kind = named(name)?;
    let value = Value::after(scan, end);
    // What begins with two hyphens is the next option.
    scan.text_end(value.start, "--")
        .is_none()
        .then(|| value.secret(scan, kind, false))?
}

/// Returns start and end of `user:password` behind an option. Two numbers are the ids of a user and a group.
fn user(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let value = Value::after(scan, at);
    let end = value.end(scan, value.start, SAMPLE);
    let (_, password) = scan.text(value.start, end).split_once(':')?;
    let is_id = password.bytes().all(|byte| byte.is_ascii_digit());
    (scan.byte(at) == b' ' && !is_id).then(|| (value.start, value.end(scan, end, usize::MAX)))
}

/// Whether a program stands before `at` whose option `-p` takes a password.
fn takes_password(scan: &Scan<'_>, at: usize) -> bool {
    let before = scan.text(at.saturating_sub(LABEL), at).to_ascii_lowercase();
    let command = before.rsplit(['|', ';', '&']).next().unwrap_or_default();
    ["mysql", "mariadb", "sshpass"]
        .iter()
        .any(|program| command.contains(program))
}

/// Returns the character before the spaces and quotes that end at `end`, and its place.
fn before_quotes(scan: &Scan<'_>, mut end: usize) -> (u8, usize) {
    loop {
        let (byte, start) = scan.decoded_before(end);
        if end == 0 || !b" \"'`".contains(&byte) {
            return (byte, start);
        }
        end = start;
    }
}

/// Returns start and end of the name before the separator at `at`. Spaces, quotes and the end of an element may stand
/// between them.
fn name_before(scan: &Scan<'_>, at: usize) -> (usize, usize) {
    let (mut end, mut tag) = (at, false);
    while end > 0 {
        let (byte, start) = scan.decoded_before(end);
        match byte {
            b' ' | b'\\' | b']' | b'?' | b'"' | b'\'' | b'`' | b'*' => end = start,
            b'>' if !tag => match tag_before(scan, start) {
                Some(place) => {
                    tag = true;
                    end = place;
                }
                None => break,
            },
            _ => break,
        }
    }
    let from = end.saturating_sub(NAME);
    let before = scan.text(from, end);
    let name = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || "_-.".contains(*c) || is_mark(*c))
        .last()
        .map_or(before.len(), |(place, _)| place);
    (end - (before.len() - name), end)
}

/// Returns the place of the end tag, such as `</b>`, whose last character is at `at`.
fn tag_before(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let before = scan.text(at.saturating_sub(TAG), at);
    let name = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let tag = name.strip_suffix("</")?;
    Some(at - (before.len() - tag.len()))
}

/// Whether a character is a combining accent.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether the name at `start` is the first argument of a function and quoted, as in `define( 'DB_PASSWORD', …`.
fn is_argument(scan: &Scan<'_>, start: usize) -> bool {
    let mut at = start;
    while matches!(scan.before(at), b'"' | b'\'' | b' ') {
        at -= 1;
    }
    at < start && scan.before(at) == b'('
}

/// Where a value begins, and the quote before it.
struct Value {
    start: usize,
    quote: Option<u8>,
    /// The length of the quote in the text. An escaped quote ends with one of the same length.
    length: usize,
}

impl Value {
    /// Finds the value that follows a separator, behind further signs, spaces, quotes and elements without attributes.
    fn after(scan: &Scan<'_>, mut at: usize) -> Self {
        let (mut quote, mut quoted, mut elements) = (None, 0, 0);
        loop {
            let (byte, length) = scan.decoded(at);
            match byte {
                b'"' | b'\'' | b'`' => {
                    quote = Some(byte);
                    quoted = length;
                }
                b' ' | b'=' | b'>' | b':' | b'[' | b'(' | b'+' | b'*' => {}
                b'<' if elements < ELEMENTS => match element(scan, at) {
                    Some(end) => {
                        elements += 1;
                        at = end;
                        continue;
                    }
                    None => break,
                },
                _ => break,
            }
            at += length;
            if quote.is_some() {
                break;
            }
        }
        // `[redacted]` begins with a bracket that is part of the value.
        let bracket =
            quote.is_none() && at > 0 && scan.text(at - 1, at - 1 + REDACTED.len()) == REDACTED;
        Self {
            start: if bracket { at - 1 } else { at },
            quote,
            length: quoted,
        }
    }

    /// Returns start and end of the value if it is a secret.
    fn secret(&self, scan: &Scan<'_>, kind: Named, header: bool) -> Option<(usize, usize)> {
        let inner = scan.decoded(self.start + 1).0;
        if self.quote.is_none() && scan.byte(self.start) == b'{' && matches!(inner, b'"' | b'}') {
            // A JSON object. Its members have names of their own.
            return None;
        }
        let mut start = self.start;
        let is_scheme = |end: usize| {
            let word = scan.text(start, end);
            SCHEMES
                .iter()
                .any(|scheme| word.eq_ignore_ascii_case(scheme))
        };
        if header {
            // The scheme is redacted with its credential.
            let scheme = scan.run(start, 16, |byte| {
                byte.is_ascii_alphanumeric() || byte == b'-'
            });
            let mut credential = scheme;
            while let (b' ' | b'+', length) = scan.decoded(credential) {
                credential += length;
            }
            if credential > scheme && is_scheme(scheme) {
                let end = self.end(scan, credential, usize::MAX);
                return (end > credential).then_some((start, end));
            }
        }
        if scan.text(start, start + REDACTED.len()) == REDACTED {
            start += REDACTED.len();
        }
        let end = self.end(scan, start, SAMPLE);
        let long = kind != Named::Key && end >= start + SAMPLE;
        (end > start && (long || hides(kind, scan.text(start, end))))
            .then(|| (self.start, self.end(scan, end, usize::MAX)))
    }

    /// Returns the end of the value, at most `most` bytes behind `from`: the closing quote, or without a quote the next
    /// separator.
    fn end(&self, scan: &Scan<'_>, from: usize, most: usize) -> usize {
        let limit = from.saturating_add(most).min(scan.len());
        let mut at = from;
        while at < limit {
            let (byte, length) = scan.decoded(at);
            let ends = match self.quote {
                Some(quote) => byte == quote && length == self.length,
                None => {
                    b" \"'&;,<>".contains(&byte)
                        // A cut text ends with an ellipsis.
                        || scan.text(at, at + 1) == "…"
                }
            };
            if ends {
                break;
            }
            at += length;
        }
        at.min(scan.len())
    }
}

/// Returns the end of the beginning of character data, or of the tag of an element without attributes, at `at`.
fn element(scan: &Scan<'_>, at: usize) -> Option<usize> {
    scan.text_end(at, "<![CDATA[").or_else(|| {
        let name = scan.run(at + 1, 1, |byte| byte == b'/');
        let end = scan.run(name, TAG - 3, |byte| byte.is_ascii_alphanumeric());
        (end > name && scan.byte(end) == b'>').then_some(end + 1)
    })
}
