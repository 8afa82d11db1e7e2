//! Values that are secret because of the name before them, as in `api_key=…`, `"password": "…"` and `--token …`.

use super::scan::{REDACTED, Scan, is_random};

/// What a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Named {
    /// It may be a key: only a long and irregular value is a secret.
    Key,
    /// It is generated: every value is a secret, except ordinary words and short numbers.
    Token,
    /// A person may have chosen it: every value is a secret, except the words that describe a state.
    Password,
}

/// The ends of names of passwords.
const PASSWORD: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passwort",
    "passphrase",
    "passcode",
    "pwd",
    "kennwort",
    "motdepasse",
    "contrasena",
    "wachtwoord",
];
/// The ends of names of generated secrets.
const TOKEN: &[&str] = &[
    "token",
    "tokens",
    "secret",
    "secrets",
    "apikey",
    "apikeys",
    "accesskey",
    "secretkey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "masterkey",
    "sharedkey",
    "authkey",
    "licensekey",
    "credential",
    "credentials",
    "authorization",
    "authorizationcode",
    "authcode",
    "nonce",
    "jwt",
];
/// Names that are too short to be looked for inside another word.
const TOKEN_WORD: &[&str] = &["pass", "pw", "psk"];
/// The ends of names of what may be a secret.
const KEY: &[&str] = &[
    "key",
    "keys",
    "auth",
    "authentication",
    "salt",
    "session",
    "sessionid",
    "sessid",
    "cookie",
    "signature",
    "private",
    "otp",
    "sid",
];
/// Words that describe the state or type of a secret and cannot be one.
const STATES: &[&str] = &[
    "absent",
    "accepted",
    "active",
    "added",
    "array",
    "bad",
    "boolean",
    "changed",
    "correct",
    "created",
    "default",
    "deleted",
    "denied",
    "disabled",
    "empty",
    "enabled",
    "expired",
    "false",
    "forgotten",
    "given",
    "hidden",
    "inactive",
    "incorrect",
    "integer",
    "invalid",
    "mismatch",
    "missing",
    "new",
    "no",
    "none",
    "null",
    "number",
    "object",
    "off",
    "ok",
    "old",
    "on",
    "optional",
    "present",
    "protected",
    "refused",
    "rejected",
    "removed",
    "required",
    "reset",
    "revoked",
    "rotated",
    "same",
    "set",
    "string",
    "too",
    "true",
    "unchanged",
    "undefined",
    "unknown",
    "unset",
    "unused",
    "updated",
    "used",
    "valid",
    "was",
    "weak",
    "wrong",
    "yes",
];
/// Schemes of the header `Authorization`, whose credential is the next word.
const SCHEMES: &[&str] = &[
    "basic",
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

/// The longest name, in bytes. Of a longer one only the end is read.
const NAME: usize = 48;
/// How much of a value is read to find out whether it is a secret, in bytes.
const SAMPLE: usize = 128;

/// Returns what a name says about its value, if it names a credential. Letter case and separators do not matter:
/// `client_secret`, `X-Client-Secret` and `clientSecret` are one name.
pub(in super::super) fn named(name: &str) -> Option<Named> {
    let mut buffer = [0_u8; NAME];
    let mut length = 0;
    let from = name.len().saturating_sub(NAME);
    let end = name.as_bytes().get(from..).unwrap_or_default();
    for (slot, byte) in buffer
        .iter_mut()
        .zip(end.iter().filter(|byte| byte.is_ascii_alphanumeric()))
    {
        *slot = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = buffer.get(..length).unwrap_or_default();
    let ends = |names: &[&str]| names.iter().any(|known| plain.ends_with(known.as_bytes()));
    let last = last_word(end);
    if ends(PASSWORD) {
        Some(Named::Password)
    } else if ends(TOKEN)
        || TOKEN_WORD
            .iter()
            .any(|known| last.eq_ignore_ascii_case(known.as_bytes()))
    {
        Some(Named::Token)
    } else if ends(KEY) || plain == b"code" {
        Some(Named::Key)
    } else {
        None
    }
}

/// Returns the last word of a name in any of the usual spellings: `pass` of `db_pass` and `Pass` of `smtpPass`.
fn last_word(name: &[u8]) -> &[u8] {
    let is_start = |place: usize| match (
        place.checked_sub(1).and_then(|b| name.get(b)),
        name.get(place),
    ) {
        (Some(before), Some(first)) => {
            !before.is_ascii_alphanumeric()
                || (before.is_ascii_lowercase() && first.is_ascii_uppercase())
        }
        _ => true,
    };
    let start = (0..name.len()).rev().find(|place| is_start(*place));
    name.get(start.unwrap_or(0)..).unwrap_or_default()
}

/// Whether a value with such a name is a secret.
pub(in super::super) fn hides(named: Named, value: &str) -> bool {
    let value = value.trim_end_matches(['.', '!', '?', ')', ']', '}']);
    let without = |label: &str| value.strip_prefix(label);
    let digest = without("sha256:").or_else(|| without("sha256-"));
    if value.is_empty()
        || value == REDACTED.trim_end_matches(']')
        || digest.is_some_and(|digest| digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || value.bytes().all(|byte| b"*.-_/\\".contains(&byte))
    {
        return false;
    }
    match named {
        Named::Key => value
            .split(|c: char| !is_generated(c))
            .any(|word| is_random(word.get(..SAMPLE).unwrap_or(word).as_bytes())),
        Named::Token => {
            let is_short_number = value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit());
            !is_short_number && !is_word(value)
        }
        Named::Password => !STATES.iter().any(|state| value.eq_ignore_ascii_case(state)),
    }
}

/// Whether a character may be part of a generated word.
const fn is_generated(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=' | '.' | '~')
}

/// Whether a text is an ordinary word or name: letters in words of one case or with a capital at the beginning, which `_`
/// or `-` may join.
fn is_word(text: &str) -> bool {
    text.chars().count() <= 24
        && text.split(['_', '-']).all(|word| {
            let mut rest = word.chars();
            let first = rest.next();
            let rest = rest.as_str();
            first.is_some_and(char::is_alphabetic)
                && (rest.chars().all(|c| c.is_alphabetic() && !c.is_uppercase())
                    || word.chars().all(|c| c.is_alphabetic() && !c.is_lowercase()))
        })
}

/// Returns start and end of the value after the separator at `at`, if it is a secret because of the name before it. A
/// separator is `=`, `:`, also encoded, `>` after an XML element, or a comma between quoted texts.
pub(super) fn find(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let (separator, length) = scan.decoded(at);
    if !b"=:,>".contains(&separator) {
        return None;
    }
    let (start, end) = name_before(scan, at);
    let name = scan.text(start, end);
    match separator {
        b',' if !is_argument(scan, start) => return None,
        b'>' if scan.before(start) != b'<' => return None,
        _ => {}
    }
    let kind = named(name)?;
    let value = Value::after(scan, at + length);
    if separator == b',' && value.quote.is_none() {
        return None;
    }
    let header = name.len() >= 13 && named_header(name);
    value.secret(scan, kind, header)
}

fn named_header(name: &str) -> bool {
    name.get(name.len() - 13..)
        .is_some_and(|end| end.eq_ignore_ascii_case("authorization"))
}

/// Returns start and end of the value of a command line option that begins at `at`, such as `--token …`, if it is a
/// secret. A value behind a sign is found by [`find`].
pub(super) fn option(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let name = scan.text_end(at, "--")?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let end = scan.run(name, NAME, is_name);
    if scan.byte(end) != b' ' || scan.before(at) == b'-' {
        return None;
    }
    let kind = named(scan.text(name, end))?;
    let value = Value::after(scan, end);
    // What begins with two hyphens is the next option.
    scan.text_end(value.start, "--")
        .is_none()
        .then(|| value.secret(scan, kind, false))?
}

/// Returns start and end of the name before the separator at `at`. Spaces and quotes may stand between them.
fn name_before(scan: &Scan<'_>, at: usize) -> (usize, usize) {
    let mut end = at;
    loop {
        match scan.before(end) {
            b' ' | b'\\' | b']' | b'?' | b'"' | b'\'' => end -= 1,
            b'0' | b'2' | b'7'
                if end >= 3 && scan.byte(end - 3) == b'%' && scan.byte(end - 2) == b'2' =>
            {
                end -= 3;
            }
            _ => break,
        }
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let mut start = end;
    while start > 0 && end - start < NAME && is_name(scan.before(start)) {
        start -= 1;
    }
    (start, end)
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
    /// Whether there is a backslash or a percent sign before the quote.
    escaped: bool,
}

impl Value {
    /// Finds the value that follows a separator, behind further signs, spaces and quotes.
    fn after(scan: &Scan<'_>, mut at: usize) -> Self {
        let (mut quote, mut escaped) = (None, false);
        loop {
            let (byte, length) = scan.decoded(at);
            match byte {
                b'"' | b'\'' => {
                    quote = Some(byte);
                    escaped = length > 1;
                }
                b'+' if quote.is_some() => break,
                b' ' | b'=' | b'>' | b':' | b'[' | b'(' | b'+' if quote.is_none() => {}
                _ => break,
            }
            at += length;
            if quote.is_some() {
                break;
            }
        }
        // `[redacted]` begins with a bracket that is part of the value.
        let bracket = at > 0 && scan.before(at) == b'[' && quote.is_none();
        Self {
            start: if bracket { at - 1 } else { at },
            quote,
            escaped,
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
            if matches!(scan.byte(scheme), b' ' | b'+' | b'%') && is_scheme(scheme) {
                let credential = scheme + if scan.byte(scheme) == b'%' { 3 } else { 1 };
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
                Some(quote) => byte == quote && (length > 1) == self.escaped,
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
