//! The formats of texts that the standard defines
//! ([Validation, §7.3](https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3)).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::uri::{self, Alphabet};

/// A format that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    Date,
    DateTime,
    Duration,
    Email,
    Hostname,
    IdnEmail,
    Ipv4,
    Ipv6,
    Iri,
    IriReference,
    JsonPointer,
    RelativeJsonPointer,
    Time,
    Uri,
    UriReference,
    Uuid,
}

const NAMES: [(&str, TextFormat); 16] = [
    ("date", TextFormat::Date),
    ("date-time", TextFormat::DateTime),
    ("duration", TextFormat::Duration),
    ("email", TextFormat::Email),
    ("hostname", TextFormat::Hostname),
    ("idn-email", TextFormat::IdnEmail),
    ("ipv4", TextFormat::Ipv4),
    ("ipv6", TextFormat::Ipv6),
    ("iri", TextFormat::Iri),
    ("iri-reference", TextFormat::IriReference),
    ("json-pointer", TextFormat::JsonPointer),
    ("relative-json-pointer", TextFormat::RelativeJsonPointer),
    ("time", TextFormat::Time),
    ("uri", TextFormat::Uri),
    ("uri-reference", TextFormat::UriReference),
    ("uuid", TextFormat::Uuid),
];

/// Formats of the standard that are not checked here. A schema with one of them is refused, because its author relies on
/// the check.
const UNSUPPORTED: [&str; 3] = ["idn-hostname", "regex", "uri-template"];

/// What to do with the name of a format.
pub(super) enum NamedFormat {
    Checked(TextFormat),
    Unsupported,
    /// The standard does not define it, so that it is an annotation.
    Annotation,
}

impl TextFormat {
    /// Returns what to do with the name of a format.
    pub(super) fn named(name: &str) -> NamedFormat {
        match NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, format)) => NamedFormat::Checked(*format),
            None if UNSUPPORTED.contains(&name) => NamedFormat::Unsupported,
            None => NamedFormat::Annotation,
        }
    }

    /// Returns the name of the format.
    pub(super) fn name(self) -> &'static str {
        let named = NAMES.iter().find(|(_, format)| *format == self);
        named.map_or("", |(name, _)| name)
    }

    /// Returns whether a text is in this format, in time linear in its length.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => date(text),
            Self::DateTime => date_time(text),
            Self::Duration => duration(text),
            Self::Email => text.is_ascii() && email(text),
            Self::Hostname => hostname(text),
            Self::IdnEmail => email(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Iri => uri::is_absolute(text, Alphabet::Unicode),
            Self::IriReference => uri::is_reference(text, Alphabet::Unicode),
            Self::JsonPointer => json_pointer(text),
            Self::RelativeJsonPointer => relative_json_pointer(text),
            Self::Time => time(text),
            Self::Uri => uri::is_absolute(text, Alphabet::Ascii),
            Self::UriReference => uri::is_reference(text, Alphabet::Ascii),
            Self::Uuid => uuid(text),
        }
    }
}

/// Reads exactly two digits.
fn two(digits: &[u8]) -> Option<u32> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        }
        _ => None,
    }
}

/// `full-date` of RFC 3339.
fn date(text: &str) -> bool {
    let [c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return false;
    };
    let (Some(century), Some(year), Some(month), Some(day)) = (
        two(&[*c1, *c2]),
        two(&[*y1, *y2]),
        two(&[*m1, *m2]),
        two(&[*d1, *d2]),
    ) else {
        return false;
    };
    let leap = year % 4 == 0 && (year != 0 || century % 4 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `full-time` of RFC 3339. Second 60 exists only at the end of a day in UTC.
fn time(text: &str) -> bool {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text.as_bytes() else {
        return false;
    };
    let (Some(hour @ 0..=23), Some(minute @ 0..=59), Some(second @ 0..=60)) =
        (two(&[*h1, *h2]), two(&[*m1, *m2]), two(&[*s1, *s2]))
    else {
        return false;
    };
    let offset = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit());
            match digits.count() {
                0 => return false,
                length => fraction.get(length..).unwrap_or_default(),
            }
        }
        other => other,
    };
    let minutes = match offset {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (Some(hours @ 0..=23), Some(minutes @ 0..=59)) =
                (two(&[*h1, *h2]), two(&[*m1, *m2]))
            else {
                return false;
            };
            let east = hours * 60 + minutes;
            if *sign == b'+' { 1440 - east } else { east }
        }
        _ => return false,
    };
    second < 60 || (hour * 60 + minute + minutes) % 1440 == 1439
}

fn date_time(text: &str) -> bool {
    let parts = text.split_once(['T', 't']);
    parts.is_some_and(|(day, moment)| date(day) && time(moment))
}

/// `duration` of RFC 3339, appendix A: units in order, without gaps between the first and the last.
fn duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else {
        return false;
    };
    if let Some(weeks) = rest.strip_suffix('W') {
        return is_digits(weeks);
    }
    match rest.split_once('T') {
        None => units(rest, "YMD"),
        Some(("", moment)) => units(moment, "HMS"),
        Some((day, moment)) => units(day, "YMD") && units(moment, "HMS"),
    }
}

fn units(mut text: &str, order: &str) -> bool {
    let mut next: Option<usize> = None;
    while let Some(at) = text.find(|character: char| !character.is_ascii_digit()) {
        let (digits, rest) = text.split_at(at);
        let mut characters = rest.chars();
        let place = characters.next().and_then(|unit| order.find(unit));
        if digits.is_empty() || place.is_none() || next.is_some_and(|next| place != Some(next)) {
            return false;
        }
        next = place.map(|place| place + 1);
        text = characters.as_str();
    }
    text.is_empty() && next.is_some()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `Mailbox` of RFC 5321 §4.1.2, with the characters that RFC 6531 adds.
fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let local_fits = match quoted {
        Some(quoted) => {
            let mut characters = quoted.chars();
            loop {
                match characters.next() {
                    None => break true,
                    Some('\\') => match characters.next() {
                        Some(' '..='~') => {}
                        _ => break false,
                    },
                    Some(' ' | '!' | '#'..='~') => {}
                    Some(other) if !other.is_ascii() => {}
                    Some(_) => break false,
                }
            }
        }
        None => local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.chars().all(|character| {
                    !character.is_ascii()
                        || character.is_ascii_alphanumeric()
                        || "!#$%&'*+-/=?^_`{|}~".contains(character)
                })
        }),
    };
    local_fits && mail_domain(domain)
}

fn mail_domain(domain: &str) -> bool {
    if let Some(literal) = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return match literal.strip_prefix("IPv6:") {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => literal.parse::<Ipv4Addr>().is_ok(),
        };
    }
    labels(domain, |character| !character.is_ascii())
}

/// A host name of RFC 1123 §2.1. Labels that encode other scripts (`xn--`) are not decoded.
fn hostname(text: &str) -> bool {
    let reserved = |label: &str| {
        let bytes = label.as_bytes();
        bytes.get(2..4) == Some(b"--")
            && !label
                .get(..2)
                .is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn"))
    };
    labels(text, |_| false) && !text.split('.').any(reserved)
}

/// Checks labels that are separated by dots: letters, digits and hyphens, and whatever else is allowed.
fn labels(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|character| {
                character.is_ascii_alphanumeric() || character == '-' || allowed(character)
            })
    };
    text.len() <= 253 && text.split('.').all(label_fits)
}

/// RFC 6901.
fn json_pointer(text: &str) -> bool {
    let begins = text.is_empty() || text.starts_with('/');
    begins
        && text
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with(['0', '1']))
}

fn relative_json_pointer(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (up, rest) = text.split_at(digits);
    is_digits(up) && (up == "0" || !up.starts_with('0')) && (rest == "#" || json_pointer(rest))
}

/// RFC 9562.
fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
