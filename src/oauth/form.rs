//! `application/x-www-form-urlencoded`, read strictly.

/// The largest query string or body that is read, in bytes.
pub(super) const MAX_BYTES: usize = 16 * 1024;
/// The greatest number of parameters.
const MAX_FIELDS: usize = 64;

/// One parameter of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FormField<'a> {
    /// Not there, or there without a value, which is the same (RFC 6749 §3.1).
    Absent,
    /// There once.
    One(&'a str),
    /// There more than once.
    Repeated,
}

/// The parameters of a query string or a form body, decoded.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Decodes `text`; `None` when it is too large, an escape is broken or a value is not UTF-8.
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

    /// The parameter `name`.
    pub(super) fn field(&self, name: &str) -> FormField<'_> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (None, _) => FormField::Absent,
            (Some((_, value)), None) if value.is_empty() => FormField::Absent,
            (Some((_, value)), None) => FormField::One(value),
            (Some(_), Some(_)) => FormField::Repeated,
        }
    }

    /// The value of `name` where it is there exactly once.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        match self.field(name) {
            FormField::One(value) => Some(value),
            FormField::Absent | FormField::Repeated => None,
        }
    }

    /// Whether any parameter but `except` is there more than once (RFC 6749 §3.1, §3.2: it must not).
    pub(super) fn repeats(&self, except: &str) -> bool {
        self.0
            .iter()
            .any(|(name, _)| name != except && self.field(name) == FormField::Repeated)
    }
}

/// Decodes one name or value; `None` for a broken escape or what is not UTF-8.
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

/// The value of one hex digit of either case.
fn digit(byte: &u8) -> Option<u8> {
    char::from(*byte)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_once_and_strictly() {
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
    fn size_and_number_are_bounded() {
        let text = |length: usize| format!("a={}", "x".repeat(length - 2));
        assert!(Form::parse(text(16_384).as_bytes()).is_some());
        assert!(Form::parse(text(16_385).as_bytes()).is_none());
        assert!(Form::parse("a=b&".repeat(64).as_bytes()).is_some());
        assert!(Form::parse("a=b&".repeat(65).as_bytes()).is_none());
    }

    #[test]
    fn a_parameter_is_there_once_or_not() {
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
