//! Passwords in addresses: `scheme://user:password@host`, and in the names of databases.

use super::scan::{REDACTED, Scan, is_random};

/// How far behind a slash a password with a slash in it is looked for, in bytes.
const FAR: usize = 256;

/// Returns start and end of the user information of an address whose two slashes begin at `at`
/// ([RFC 3986 §3.2.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1)), if it contains a password or a generated
/// word. The slashes, the colon and the `@` may be percent-encoded, and the slashes may stand behind backslashes.
pub(super) fn find(scan: &Scan<'_>, at: usize) -> Option<(usize, usize)> {
    let start = scan.text_end(at, "//")?;
    let (mut place, mut colon, mut sign, mut end) = (start, None, None, None);
    // The last @ before the host ends separates the user information from it.
    while place < scan.len() {
        let (byte, length) = scan.decoded(place);
        match byte {
            b'@' => sign = Some(place),
            b':' if colon.is_none() => colon = Some(place + length),
            b'/' | b'?' | b'#' if end.is_none() => {
                end = Some(place);
                // A password may contain one of these although it should be encoded. A port consists of digits.
                let port = colon.is_some_and(|colon| {
                    scan.text(colon, place).bytes().all(|b| b.is_ascii_digit())
                });
                if sign.is_some() || colon.is_none() || port || scan.byte(start) == b'[' {
                    break;
                }
            }
            b' ' | b'"' | b'\'' | b'<' | b'>' | b',' => break,
            _ if end.is_some_and(|end| place > end + FAR) => break,
            _ => {}
        }
        place += length;
    }
    let sign = sign?;
    let has_password = colon.is_some_and(|colon| colon <= sign);
    let secret = has_password || is_random(scan.text(start, sign).as_bytes());
    let redacted = scan.text(start, sign) == REDACTED;
    (secret && !redacted && sign > start).then_some((start, sign))
}
