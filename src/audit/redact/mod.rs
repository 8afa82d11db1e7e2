//! Redaction: finds secrets in a text by their form and replaces them.
//!
//! | module | finds |
//! | --- | --- |
//! | `table` | credentials of published formats |
//! | `shapes` | JWTs, `Bearer` and `Basic` credentials, private keys in PEM, application passwords and password hashes of WordPress |
//! | `named`, `names` | values after names such as `api_key` and `password` |
//! | `address` | passwords in addresses |
//!
//! Redacting an ordinary word is harmless, so the rules are broad. Every rule reads a bounded stretch at each place until
//! it is sure, so the time is linear in the length of the text. `docs/audit.md` states what is found and what is not.

mod address;
mod named;
mod names;
mod scan;
mod shapes;
mod table;

pub(super) use names::{Named, hides, named};

pub use scan::REDACTED;

use scan::Scan;

/// The largest number of times that a text is read.
const PASSES: usize = 8;

/// Returns `text` with every secret that was found replaced by [`REDACTED`].
///
/// Invisible characters must have been removed from `text` before, because one inside a secret would hide it. `breaks` are
/// the places, in ascending order, where a line break was removed.
///
/// ```
/// use countersign::audit::redact::redact;
///
/// assert_eq!(redact("ftp://anna:hunter2@host/ and api_key=a1b2c3", &[]), "ftp://[redacted]@host/ and api_key=[redacted]");
/// assert_eq!(redact("the token is missing", &[]), "the token is missing");
/// ```
#[must_use]
pub fn redact(text: &str, breaks: &[usize]) -> String {
    let Some(mut clean) = pass(text, breaks) else {
        return text.to_owned();
    };
    // What stands next to a replaced secret may only now be recognised.
    for _ in 1..PASSES {
        match pass(&clean, &[]) {
            Some(next) if next != clean => clean = next,
            _ => break,
        }
    }
    clean
}

/// Replaces the secrets that are found by reading `text` once. Returns `None` if there is none.
fn pass(text: &str, breaks: &[usize]) -> Option<String> {
    let mut scan = Scan::new(text, breaks);
    let mut out = None::<String>;
    let (mut at, mut copied) = (0, 0);
    while at < scan.len() {
        if let Some((start, end)) = find(&scan, at) {
            let out = out.get_or_insert_default();
            out.push_str(scan.text(copied, start));
            out.push_str(REDACTED);
            at = end;
            copied = end;
            scan.found_until(end);
        } else {
            at += 1;
        }
    }
    let mut out = out?;
    out.push_str(scan.text(copied, scan.len()));
    Some(out)
}

/// Returns start and end of a secret that is recognised at `at`. It begins at `at` or later.
fn find(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let byte = scan.byte(at);
    let here = |end: usize| (at, end);
    match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'.' | b'~' => {
            let starts = scan.starts_word(at);
            // Most places are inside a word, where only few formats may begin.
            if !starts && !table::leads(scan, at, false) && !shapes::leads(scan, at) {
                return None;
            }
            table::find(scan, at, starts)
                .or_else(|| shapes::find(scan, at, starts))
                .map(here)
        }
        b'-' => shapes::pem(scan, at)
            .or_else(|| table::find(scan, at, scan.starts_word(at)))
            .or_else(|| shapes::jwt(scan, at))
            .map(here)
            .or_else(|| named::option(scan, at)),
        b'$' => shapes::password_hash(scan, at).map(here),
        b'/' | b'\\' => address::find(scan, at).or_else(|| named::find(scan, at)),
        b'%' | b'&' | 0xef => address::find(scan, at).or_else(|| named::find(scan, at)),
        b'=' | b':' | b'>' | b',' => named::find(scan, at),
        _ => None,
    }
    .filter(|(_, end)| *end > at)
}
