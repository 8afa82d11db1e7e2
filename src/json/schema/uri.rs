//! The grammar of URIs ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)) and IRIs
//! ([RFC 3987](https://www.rfc-editor.org/rfc/rfc3987)).
//!
//! The crate `url` follows the rules of browsers, which accept and repair what the grammar does not allow.

use std::net::Ipv6Addr;

/// The characters that a part may consist of, besides those in its place of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Those of a URI.
    Ascii,
    /// Those of an IRI.
    Unicode,
    /// Those of the query of an IRI, which may have private characters too.
    Private,
}

/// Returns whether a text begins with a scheme and follows the grammar.
pub(super) fn is_absolute(text: &str, alphabet: Alphabet) -> bool {
    scheme(text).is_some_and(|rest| is_rest(rest, alphabet))
}

/// Returns whether a text follows the grammar, with or without a scheme.
pub(super) fn is_reference(text: &str, alphabet: Alphabet) -> bool {
    if is_absolute(text, alphabet) {
        return true;
    }
    // The first segment must not look like a scheme.
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    !first.contains(':') && is_rest(text, alphabet)
}

/// Returns what follows the scheme and its colon.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let named = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    named.then_some(rest)
}

fn is_rest(text: &str, alphabet: Alphabet) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let path = match text.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            if !is_authority(authority, alphabet) {
                return false;
            }
            path
        }
        None => text,
    };
    let in_query = match alphabet {
        Alphabet::Ascii => Alphabet::Ascii,
        Alphabet::Unicode | Alphabet::Private => Alphabet::Private,
    };
    is_made_of(path, ":@/", alphabet)
        && is_made_of(query, ":@/?", in_query)
        && is_made_of(fragment, ":@/?", alphabet)
}

fn is_authority(text: &str, alphabet: Alphabet) -> bool {
    let (user, place) = text.rsplit_once('@').unwrap_or(("", text));
    if !is_made_of(user, ":", alphabet) {
        return false;
    }
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let Some((literal, port)) = rest.split_once(']') else {
                return false;
            };
            if !is_literal(literal) {
                return false;
            }
            ("", port)
        }
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    (port.is_empty() || port.starts_with(':'))
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && is_made_of(host, "", alphabet)
}

/// Returns whether a text is an address between brackets: of version 6, or of a later version.
fn is_literal(text: &str) -> bool {
    let Some(later) = text.strip_prefix(['v', 'V']) else {
        return text.parse::<Ipv6Addr>().is_ok();
    };
    later.split_once('.').is_some_and(|(version, address)| {
        !version.is_empty()
            && version.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !address.is_empty()
            && !address.contains('%')
            && is_made_of(address, ":", Alphabet::Ascii)
    })
}

/// Returns whether a text consists of unreserved characters, escapes, sub-delimiters and those in `more`.
fn is_made_of(text: &str, more: &str, alphabet: Alphabet) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let fits = match character {
            '%' => {
                let mut digit = || {
                    characters
                        .next()
                        .is_some_and(|next| next.is_ascii_hexdigit())
                };
                digit() && digit()
            }
            _ if character.is_ascii_alphanumeric() => true,
            _ if character.is_ascii() => {
                "-._~!$&'()*+,;=".contains(character) || more.contains(character)
            }
            _ => match alphabet {
                Alphabet::Ascii => false,
                Alphabet::Unicode => is_ucschar(character),
                Alphabet::Private => is_ucschar(character) || is_private(character),
            },
        };
        if !fits {
            return false;
        }
    }
    true
}

/// `ucschar` of RFC 3987.
fn is_ucschar(character: char) -> bool {
    match u32::from(character) {
        code @ 0xa0..0x1_0000 => matches!(code, 0xa0..=0xd7ff | 0xf900..=0xfdcf | 0xfdf0..=0xffef),
        code @ 0x1_0000..0xf_0000 => {
            code & 0xffff < 0xfffe && !(0xe_0000..0xe_1000).contains(&code)
        }
        _ => false,
    }
}

/// `iprivate` of RFC 3987.
fn is_private(character: char) -> bool {
    matches!(u32::from(character), 0xe000..=0xf8ff | 0xf_0000..=0xf_fffd | 0x10_0000..=0x10_fffd)
}
