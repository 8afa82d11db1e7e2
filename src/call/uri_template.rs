//! URI templates of resources ([RFC 6570](https://www.rfc-editor.org/rfc/rfc6570), levels 1 and 2).
//!
//! RFC 6570 defines expansion only; this module matches a URI against a template. `{name}` matches one
//! path segment, `{+name}` any number of them.

use percent_encoding::percent_decode_str;

use crate::json::{self, Object};

/// The most expressions in a template. Each may have to scan the whole URI.
const MAX_EXPRESSIONS: usize = 8;

/// The longest URI that is matched, in bytes.
const MAX_URI: usize = 2048;

enum TemplatePart<'a> {
    Literal(&'a str),
    Expression { name: &'a str, reserved: bool },
}

/// Splits a template into literals and expressions. Returns `None` if it is malformed.
fn parts(template: &str) -> Option<Vec<TemplatePart<'_>>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        let (inside, after) = tail.split_once('}')?;
        let (reserved, name) = inside
            .strip_prefix('+')
            .map_or((false, inside), |name| (true, name));
        let plain = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plain || literal.contains('}') {
            return None;
        }
        // Two adjacent expressions would match in more than one way.
        if literal.is_empty() && matches!(parts.last(), Some(TemplatePart::Expression { .. })) {
            return None;
        }
        parts.push(TemplatePart::Literal(literal));
        parts.push(TemplatePart::Expression { name, reserved });
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    parts.push(TemplatePart::Literal(rest));
    Some(parts)
}

/// Returns whether `template` is well formed, has at least one expression and matches in only one way.
pub(crate) fn is_valid(template: &str) -> bool {
    parts(template).is_some_and(|parts| {
        let expressions = parts.len() / 2;
        (1..=MAX_EXPRESSIONS).contains(&expressions)
    })
}

/// Returns the variables for which `template` expands to `uri`, percent-decoded. Returns `None` if the
/// URI does not match or is longer than 2048 bytes.
pub(crate) fn matches(template: &str, uri: &str) -> Option<Object> {
    if uri.len() > MAX_URI {
        return None;
    }
    let mut found = Object::default();
    let mut rest = uri;
    let parts = parts(template)?;
    let mut parts = parts.as_slice();
    while let [part, tail @ ..] = parts {
        parts = tail;
        match part {
            TemplatePart::Literal(literal) => rest = rest.strip_prefix(literal)?,
            TemplatePart::Expression { name, reserved } => {
                let end = match tail {
                    [TemplatePart::Literal(last)] => rest.strip_suffix(last)?.len(),
                    [TemplatePart::Literal(next), ..] if *reserved => rest.rfind(next)?,
                    [TemplatePart::Literal(next), ..] => rest.find(next)?,
                    _ => return None,
                };
                let (value, after) = rest.split_at_checked(end)?;
                if value.is_empty() || (!reserved && value.contains(['/', '?', '#'])) {
                    return None;
                }
                let value = percent_decode_str(value).decode_utf8().ok()?;
                found.set(name, json::raw(&*value));
                rest = after;
            }
        }
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_yields_the_variables() {
        for (template, uri, expected) in [
            (
                "test://template/{id}/data",
                "test://template/123/data",
                Some(r#"{"id":"123"}"#),
            ),
            (
                "test://template/{id}/data",
                "test://template/a%20b/data",
                Some(r#"{"id":"a b"}"#),
            ),
            ("test://template/{id}/data", "test://template//data", None),
            (
                "test://template/{id}/data",
                "test://template/1/2/data",
                None,
            ),
            ("test://template/{id}/data", "test://template/1/data/", None),
            (
                "test://template/{id}/data",
                "test://template/%ff/data",
                None,
            ),
            ("f:///{+path}", "f:///a/b/c", Some(r#"{"path":"a/b/c"}"#)),
            (
                "f:///{+path}.md",
                "f:///a.md/b.md",
                Some(r#"{"path":"a.md/b"}"#),
            ),
            ("x:{a}-{b}", "x:1-2", Some(r#"{"a":"1","b":"2"}"#)),
        ] {
            assert_eq!(
                matches(template, uri)
                    .map(|found| found.to_json())
                    .as_deref(),
                expected,
                "{uri}"
            );
        }
    }

    #[test]
    fn malformed_or_ambiguous_templates_are_refused() {
        for template in [
            "x:{a}{b}", "x:{", "x:}", "x:{}", "x:{a b}", "x:{?q}", "x:plain", "x:{a}}",
        ] {
            assert!(!is_valid(template), "{template}");
        }
        assert!(is_valid("x:{a}/{+b}"));
    }
}
