//! URI templates of resources: `{name}` for one segment, `{+name}` for any number of them
//! ([RFC 6570](https://www.rfc-editor.org/rfc/rfc6570) levels 1 and 2, matched backwards).

use percent_encoding::percent_decode_str;

use super::json::{self, Object};

/// The most expressions in a template: each may have to try every place.
const MAX_EXPRESSIONS: usize = 8;

/// The longest URI that is matched, in bytes.
const MAX_URI: usize = 2048;

enum Part<'a> {
    Literal(&'a str),
    Expression { name: &'a str, reserved: bool },
}

fn parts(template: &str) -> Option<Vec<Part<'_>>> {
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
        // Two expressions side by side could be told apart in many ways.
        if literal.is_empty() && matches!(parts.last(), Some(Part::Expression { .. })) {
            return None;
        }
        parts.push(Part::Literal(literal));
        parts.push(Part::Expression { name, reserved });
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    parts.push(Part::Literal(rest));
    Some(parts)
}

/// Whether a template can be matched.
pub(super) fn is_valid(template: &str) -> bool {
    parts(template).is_some_and(|parts| {
        let expressions = parts.len() / 2;
        (1..=MAX_EXPRESSIONS).contains(&expressions)
    })
}

/// The variables with which `template` gives `uri`, percent-decoded; `None` when it cannot.
pub(super) fn matches(template: &str, uri: &str) -> Option<Object> {
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
            Part::Literal(literal) => rest = rest.strip_prefix(literal)?,
            Part::Expression { name, reserved } => {
                let end = match tail {
                    [Part::Literal(last)] => rest.strip_suffix(last)?.len(),
                    [Part::Literal(next), ..] if *reserved => rest.rfind(next)?,
                    [Part::Literal(next), ..] => rest.find(next)?,
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
    fn templates_match_backwards() {
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
    fn what_cannot_be_matched_in_one_way_is_refused() {
        for template in [
            "x:{a}{b}", "x:{", "x:}", "x:{}", "x:{a b}", "x:{?q}", "x:plain", "x:{a}}",
        ] {
            assert!(!is_valid(template), "{template}");
        }
        assert!(is_valid("x:{a}/{+b}"));
    }
}
