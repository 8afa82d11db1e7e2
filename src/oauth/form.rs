//! A strict parser for `application/x-www-form-urlencoded`. The parser of the crate `url` replaces
//! broken escapes and invalid UTF-8; this one refuses them.

/// The longest query string or body that is accepted, in bytes.
pub(super) const MAX_BYTES: usize = 16 * 1024;
/// The greatest number of parameters of one request.
const MAX_FIELDS: usize = 64;

/// The occurrences of one parameter in a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FormField<'a> {
    /// It is missing or has no value, which means the same (RFC 6749 §3.1).
    Absent,
    /// It occurs once, with this value.
    One(&'a str),
    /// It occurs more than once.
    Repeated,
}

/// The decoded parameters of a query string or a form body, as names and values.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Decodes `text`. Returns `None` if it is longer than [`MAX_BYTES`], has more than [`MAX_FIELDS`]
    /// parameters, a broken escape, or bytes that are not UTF-8.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut fields = Vec::new();
        for part in text.split(|byte| *byte == b'&') {
            if part.is_empty() {
                continue;
            }
            let mut halves = part.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next()?)?;
            let value = decode(halves.next().unwrap_or_default())?;
            if fields.len() == MAX_FIELDS {
                return None;
            }
            fields.push((name, value));
        }
        Some(Self(fields))
    }

    /// Returns the occurrences of the parameter `name`.
    pub(super) fn field(&self, name: &str) -> FormField<'_> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (None, _) => FormField::Absent,
            (Some((_, value)), None) if value.is_empty() => FormField::Absent,
            (Some((_, value)), None) => FormField::One(value),
            (Some(_), Some(_)) => FormField::Repeated,
        }
    }

    /// Returns the value of the parameter `name` if it occurs exactly once.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        match self.field(name) {
            FormField::One(value) => Some(value),
            FormField::Absent | FormField::Repeated => None,
        }
    }

    /// Whether any parameter other than `except` occurs more than once, which RFC 6749 §3.1 and §3.2
    /// forbid.
    pub(super) fn repeats(&self, except: &str) -> bool {
        self.0
            .iter()
            .any(|(name, _)| name != except && self.field(name) == FormField::Repeated)
    }
}

/// Decodes one name or value. Returns `None` for a broken escape and for invalid UTF-8.
pub(super) fn decode(text: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => (digit(rest.next()?)? << 4) | digit(rest.next()?)?,
            other => *other,
        });
    }
    String::from_utf8(out).ok()
}

/// Returns the value of one hexadecimal digit of either case.
fn digit(byte: &u8) -> Option<u8> {
    char::from(*byte)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_once_and_broken_ones_are_refused() {
        for (text, value) in [
            (&b"a+b%20c"[..], Some("a b c")),
            (b"%2B%2b", Some("++")),
            (b"%2541", Some("%41")),
            (b"%C3%A9", Some("é")),
            ("é".as_bytes(), Some("é")),
            (b"%", None),
            (b"%4", None),
            (b"%4x", None),
            (b"%+4", None),
            (b"%C3", None),
            (b"\xff", None),
        ] {
            assert_eq!(decode(text).as_deref(), value, "{text:?}");
        }
    }

    #[test]
    fn too_many_bytes_or_parameters_are_refused() {
        let text = |length: usize| format!("a={}", "x".repeat(length - 2));
        assert!(Form::parse(text(16_384).as_bytes()).is_some());
        assert!(Form::parse(text(16_385).as_bytes()).is_none());
        assert!(Form::parse("a=b&".repeat(64).as_bytes()).is_some());
        assert!(Form::parse("a=b&".repeat(65).as_bytes()).is_none());
    }

    #[test]
    fn repeated_parameters_are_told_from_single_and_missing_ones() {
        let form = Form::parse(b"&a=1&&b=&c&d=1&d=1&e=&e=2&f=x=y&").unwrap();
        assert_eq!(form.field("a"), FormField::One("1"));
        assert_eq!(form.field("f"), FormField::One("x=y"));
        for absent in ["b", "c", "z", "A"] {
            assert_eq!(form.field(absent), FormField::Absent);
        }
        for repeated in ["d", "e"] {
            assert_eq!(form.field(repeated), FormField::Repeated);
            assert_eq!(form.value(repeated), None);
        }
        assert!(form.repeats("resource"));
        assert!(!Form::parse(b"r=1&r=2&s=3").unwrap().repeats("r"));
        assert!(Form::parse(b"x=1&%78=2").unwrap().repeats("r"));
    }
}
