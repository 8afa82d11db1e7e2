//! Secrets that are recognised by their shape and not by a prefix.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::scan::{Scan, is_base64url};

/// The longest `Basic` credential that is decoded, in characters.
const BASIC: usize = 512;

/// Returns the end of a credential, JWT or application password that begins at `at`. `starts` states whether a word begins
/// there.
pub(super) fn find(scan: &Scan<'_>, at: usize, starts: bool) -> Option<usize> {
    match scan.byte(at) {
        b'b' | b'B' => bearer(scan, at).or_else(|| basic(scan, at)),
        _ => None,
    }
    .or_else(|| starts.then(|| application_password(scan, at))?)
    .or_else(|| jwt(scan, at))
}

/// Whether an authentication scheme may begin at `at`.
pub(super) fn leads(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.byte(at), b'b' | b'B') && matches!(scan.byte(at + 1), b'a' | b'A' | b'e' | b'E')
}

/// Whether a byte may be part of base64url parts that are joined by dots.
const fn is_dotted(byte: u8) -> bool {
    is_base64url(byte) || byte == b'.'
}

/// Returns the end of what separates an authentication scheme from its credential: spaces, also encoded ones, and signs.
fn separators(scan: &Scan<'_>, mut at: usize) -> usize {
    loop {
        at = match scan.byte(at) {
            b' ' | b':' | b'=' | b'+' | b'"' | b'\'' => at + 1,
            b'%' if scan.byte(at + 1) == b'2' && scan.byte(at + 2) == b'0' => at + 3,
            _ => return at,
        };
    }
}

/// Returns the end of `Bearer` and the credential after it.
fn bearer(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let scheme = scan.text_end(at, "bearer")?;
    let credential = separators(scan, scheme);
    if credential == scheme {
        return None;
    }
    let end = scan.run(credential, usize::MAX, |byte| {
        byte.is_ascii_graphic() && !b"\"',;<>".contains(&byte)
    });
    (end > credential).then_some(end)
}

/// Returns the end of `Basic` and the credential after it: base64 of a text with a colon
/// ([RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)).
fn basic(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let scheme = scan.text_end(at, "basic")?;
    let start = separators(scan, scheme);
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let end = scan.run(start, BASIC, is_base64);
    // Whole groups of four characters, so that a long credential can be decoded in part.
    let decoded = STANDARD_NO_PAD.decode(scan.text(start, end)).or_else(|_| {
        let whole = start + (end - start) / 4 * 4;
        STANDARD_NO_PAD.decode(scan.text(start, whole))
    });
    let decoded = decoded.ok()?;
    let is_text =
        std::str::from_utf8(&decoded).map_or_else(|error| error.error_len().is_none(), |_| true);
    let found = start > scheme
        && is_text
        && decoded.contains(&b':')
        && !decoded.iter().any(u8::is_ascii_control);
    found.then(|| scan.run(end, usize::MAX, |byte| is_base64(byte) || byte == b'='))
}

/// Returns the end of a private key in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), of OpenSSH or of OpenPGP:
/// that of its last line, or of the text if that line is missing.
pub(super) fn pem(scan: &Scan<'_>, at: usize) -> Option<usize> {
    // Of four or five hyphens and, in some files, a space.
    let dashes = scan.run(at, 5, |byte| byte == b'-');
    if dashes < at + 4 {
        return None;
    }
    let begin = scan.text_end(scan.run(dashes, 1, |byte| byte == b' '), "BEGIN")?;
    let label = scan.text(begin, begin + 96);
    let label = label.get(..label.find("----")?)?.to_ascii_uppercase();
    if !(label.contains("PRIVATE") && label.contains("KEY")) {
        return None;
    }
    let mut place = begin;
    while place < scan.len() {
        place = scan.run(place, usize::MAX, |byte| byte != b'-');
        let dashes = scan.run(place, usize::MAX, |byte| byte == b'-');
        let space = scan.run(dashes, 1, |byte| byte == b' ');
        if dashes >= place + 4
            && let Some(label) = scan.text_end(space, "END")
        {
            let last = scan.run(label, 96, |byte| byte != b'-');
            return Some(scan.run(last, 5, |byte| byte == b'-'));
        }
        place = dashes;
    }
    Some(scan.len())
}

/// Returns the end of a password hash of WordPress: phpass (`$P$`), bcrypt (`$2y$`, also with `$wp` before it) or Argon2.
pub(super) fn password_hash(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let run = |at: usize| {
        scan.run(at, usize::MAX, |byte| {
            byte.is_ascii_alphanumeric() || b"./+$,=".contains(&byte)
        })
    };
    [
        ("$P$", 31),
        ("$H$", 31),
        ("$2", 57),
        ("$wp$2", 57),
        ("$argon2", 60),
    ]
    .iter()
    .find_map(|(start, least)| {
        let rest = scan.text_end(at, start)?;
        Some(run(rest)).filter(|end| *end >= rest + least)
    })
}

/// Returns the end of a JWT ([RFC 7515 §3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)): three or more base64url
/// parts joined by dots (a JWS has three, a JWE five), of which three in a row are long, or one begins like JSON (`eyJ`
/// encodes `{"`). Words with short parts are host names and version numbers. The end is that of the whole dotted word.
pub(super) fn jwt(scan: &Scan<'_>, at: usize) -> Option<usize> {
    // Tried only at the start of a dotted word, so that the time is linear in the length of the text.
    if is_dotted(scan.before(at)) && !scan.is_after_secret(at) {
        return None;
    }
    jwt_from(scan, at)
}

/// Returns the end of a JWT whose dotted word is read from `at` on.
pub(super) fn jwt_from(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let mut dots = 0_usize;
    let end = scan.run(at, usize::MAX, |byte| {
        dots += usize::from(byte == b'.');
        is_dotted(byte)
    });
    if dots < 2 {
        return None;
    }
    let (mut parts, mut long, mut since_json) = (0_usize, 0_usize, None::<usize>);
    let mut secret = false;
    for part in scan
        .text(at, end)
        .as_bytes()
        .split(|byte| *byte == b'.')
        .filter(|part| !part.is_empty())
    {
        parts += 1;
        long = if part.len() >= 16 { long + 1 } else { 0 };
        since_json = match since_json {
            Some(count) => Some(count + 1),
            None if part.len() >= 8 && part.windows(3).any(|three| three == b"eyJ") => Some(1),
            None => None,
        };
        secret |= long >= 3 || since_json.is_some_and(|count| count >= 3);
    }
    (parts >= 3 && secret).then_some(end)
}

/// Returns the end of an application password of WordPress: 24 letters and digits, in one word or in six groups of four
/// ([Application Passwords](https://make.wordpress.org/core/2020/11/05/application-passwords-integration-guide/)).
///
/// Ordinary words of four letters have the same form, so the password must have small and capital letters and be
/// irregular. In groups, each group that mixes digits with letters or has a capital letter after a small one counts two,
/// each of capitals or digits only counts one, and the sum must be at least 4. In one word, the kind of character (digit,
/// small or capital letter) must change at least 9 times.
fn application_password(scan: &Scan<'_>, at: usize) -> Option<usize> {
    if scan.before(at) == b'_' {
        return None;
    }
    let group_end = |at: usize| {
        let end = scan.run(at, 5, |byte| byte.is_ascii_alphanumeric());
        (end == at + 4).then_some(end)
    };
    let Some(mut end) = group_end(at) else {
        return unspaced(scan, at);
    };
    let mut irregular = points(scan.text(at, end).as_bytes());
    let mut cases = cases(scan.text(at, end).as_bytes());
    let mut groups = 1;
    // A word of four letters may stand before the password, so up to six further groups are taken.
    while groups < 12
        && let Some(next) = space_end(scan, end).and_then(group_end)
    {
        if groups < 6 {
            let group = scan.text(next - 4, next).as_bytes();
            irregular += points(group);
            cases |= self::cases(group);
        }
        groups += 1;
        end = next;
    }
    (groups >= 6 && irregular >= 4 && cases == 3).then_some(end)
}

/// Returns the end of an application password in one word.
fn unspaced(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let end = scan.run(at, 25, |byte| byte.is_ascii_alphanumeric());
    if end != at + 24 {
        return None;
    }
    let word = scan.text(at, end).as_bytes();
    let changes = word
        .windows(2)
        .filter(|two| matches!(two, [a, b] if kind(*a) != kind(*b)))
        .count();
    let after = scan.byte(end);
    let continues = is_base64url(after) || b"/+=".contains(&after) || {
        after == b'.' && scan.byte(end + 1).is_ascii_alphanumeric()
    };
    let alone = !continues && !b"-./+".contains(&scan.before(at));
    (alone && cases(word) == 3 && changes >= 9).then_some(end)
}

/// Returns the end of one space, as it is written or encoded.
fn space_end(scan: &Scan<'_>, at: usize) -> Option<usize> {
    match (scan.byte(at), scan.byte(at + 1)) {
        (b' ' | b'+', _) => Some(at + 1),
        // A no-break space in UTF-8.
        (0xc2, 0xa0) => Some(at + 2),
        (b'%', b'2') if scan.byte(at + 2) == b'0' => Some(at + 3),
        _ => None,
    }
}

/// Returns 1 if a word has small letters, plus 2 if it has capital letters.
fn cases(word: &[u8]) -> u8 {
    let small = u8::from(word.iter().any(u8::is_ascii_lowercase));
    let capital = u8::from(word.iter().any(u8::is_ascii_uppercase));
    small + 2 * capital
}

/// Returns 0 for a digit, 1 for a capital letter and 2 for a small one.
const fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    }
}

/// Returns how irregular a group of an application password is.
fn points(group: &[u8]) -> u32 {
    let digits = group.iter().filter(|byte| kind(**byte) == 0).count();
    let rest = group.get(1..).unwrap_or_default();
    let capitals = group.iter().all(|byte| kind(*byte) == 1);
    if digits == group.len() || capitals {
        1
    } else if digits > 0 || rest.iter().any(|byte| kind(*byte) == 1) {
        2
    } else {
        0
    }
}
