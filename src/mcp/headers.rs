//! Request headers, and what a modern request must say in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::failure::Failure;
use super::json::{self, Object};
use crate::reason::Reason;

/// Headers by lower-case name; of several with one name, the first.
#[derive(Debug, Clone)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    pub(super) fn new(headers: &[(String, String)]) -> Self {
        Self(
            headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
        )
    }

    /// The value without white space around it. `name` is lower-case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    /// Whether the client takes a stream of events as an answer.
    pub(super) fn accepts_stream(&self) -> bool {
        self.get("accept").is_some_and(|accept| {
            accept.split(',').any(|range| {
                range
                    .split(';')
                    .next()
                    .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
            })
        })
    }
}

fn mismatch(text: &'static str) -> Failure {
    Failure::new(Reason::HeaderMismatch).detail(text)
}

/// The value a header stands for: literal, or `=?base64?…?=` around UTF-8.
fn decode(value: &str) -> Option<String> {
    if !value
        .bytes()
        .all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte))
    {
        return None;
    }
    match value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="))
    {
        Some(coded) => String::from_utf8(STANDARD.decode(coded).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}

/// Holds `Mcp-Method` and `Mcp-Name` of a modern request against its body.
///
/// # Errors
/// [`Reason::HeaderMismatch`].
pub(super) fn check(headers: &Headers, method: &str, params: &Object) -> Result<(), Failure> {
    if headers.get("mcp-method") != Some(method) {
        return Err(mismatch("Mcp-Method must be the method in the body."));
    }
    let member = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return Ok(()),
    };
    let Some(named) = params.text(member) else {
        return Err(Failure::new(Reason::ParamsInvalid)
            .detail(format!("params.{member} is required, a string.")));
    };
    let header = headers.get("mcp-name").and_then(decode);
    if header.as_deref() == Some(named.as_str()) {
        Ok(())
    } else {
        Err(mismatch("Mcp-Name must be the name or URI in the body."))
    }
}

/// The arguments of a tool that a client repeats as headers: argument and header name.
pub(super) type Mirrored = Vec<(String, String)>;

/// What an input schema asks to be repeated by `x-mcp-header`; `None` when it asks for something
/// that cannot be: the tool is then not served.
pub(super) fn mirrored(schema: &Object) -> Option<Mirrored> {
    let mut found: Mirrored = Vec::new();
    let properties = schema.object("properties").unwrap_or_default();
    for (name, property) in properties.iter() {
        let Some(property) = Object::parse(property.get()) else {
            continue;
        };
        if property.get("x-mcp-header").is_none() {
            continue;
        }
        let header = property.text("x-mcp-header")?.to_ascii_lowercase();
        let token = !header.is_empty()
            && header.len() <= 128
            && header
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        let simple = matches!(
            property.text("type").as_deref(),
            Some("string" | "integer" | "boolean")
        );
        if !token || !simple || found.iter().any(|(_, other)| *other == header) {
            return None;
        }
        found.push((name.to_owned(), header));
    }
    Some(found)
}

/// Holds the `Mcp-Param-*` headers of a modern tool call against its arguments.
///
/// # Errors
/// [`Reason::HeaderMismatch`].
pub(super) fn check_mirrored(
    headers: &Headers,
    mirrored: &Mirrored,
    arguments: &Object,
) -> Result<(), Failure> {
    for (argument, header) in mirrored {
        let header = headers.get(&format!("mcp-param-{header}"));
        let value = arguments
            .get(argument)
            .filter(|value| json::kind(value) != "null");
        let same = match (value, header) {
            (None, None) => true,
            (Some(value), Some(header)) => {
                decode(header).is_some_and(|header| same_value(value, &header))
            }
            _ => false,
        };
        if !same {
            return Err(mismatch(
                "Mcp-Param headers must repeat the arguments marked x-mcp-header.",
            ));
        }
    }
    Ok(())
}

fn same_value(value: &RawValue, header: &str) -> bool {
    match json::kind(value) {
        "string" => serde_json::from_str::<String>(value.get()).is_ok_and(|text| text == header),
        "integer" | "number" => {
            let (Ok(a), Ok(b)) = (value.get().parse::<f64>(), header.parse::<f64>()) else {
                return false;
            };
            let exact = json::is_integer(value.get()) && json::is_integer(header);
            if exact {
                value.get().parse::<i128>().ok() == header.parse::<i128>().ok()
            } else {
                a.is_finite() && a.to_bits() == b.to_bits()
            }
        }
        _ => value.get() == header,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&str, &str)]) -> Headers {
        let owned: Vec<_> = list
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Headers::new(&owned)
    }

    #[test]
    fn values_decode_in_one_way() {
        for (value, decoded) in [
            ("plain", Some("plain")),
            ("=?base64?SGVsbG8=?=", Some("Hello")),
            ("=?base64?SGVsbG8?=", None),
            ("=?base64?SGVs!!!bG8=?=", None),
            ("=?base64?/w==?=", None),
            ("SGVsbG8=", Some("SGVsbG8=")),
            ("=?base64?SGVsbG8=", Some("=?base64?SGVsbG8=")),
            ("=?BASE64?SGVsbG8=?=", Some("=?BASE64?SGVsbG8=?=")),
            ("ü", None),
            ("a\u{1}", None),
        ] {
            assert_eq!(decode(value).as_deref(), decoded, "{value}");
        }
    }

    #[test]
    fn method_and_name_must_be_those_of_the_body() {
        let params = Object::parse(r#"{"name":"get_post"}"#).unwrap();
        let call = |list: &[(&str, &str)]| {
            check(&headers(list), "tools/call", &params)
                .err()
                .map(|failure| failure.reason)
        };
        let wrong = Some(Reason::HeaderMismatch);
        assert_eq!(
            call(&[("mcp-METHOD", " tools/call\t"), ("Mcp-Name", "get_post")]),
            None
        );
        assert_eq!(
            call(&[
                ("Mcp-Method", "tools/call"),
                ("Mcp-Name", "=?base64?Z2V0X3Bvc3Q=?=")
            ]),
            None
        );
        assert_eq!(call(&[("Mcp-Method", "tools/call")]), wrong);
        assert_eq!(call(&[("Mcp-Name", "get_post")]), wrong);
        assert_eq!(
            call(&[("Mcp-Method", "Tools/Call"), ("Mcp-Name", "get_post")]),
            wrong
        );
        assert_eq!(
            call(&[("Mcp-Method", "tools/call"), ("Mcp-Name", "Get_Post")]),
            wrong
        );
    }

    #[test]
    fn mirrored_arguments_must_agree() {
        let schema = Object::parse(
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"Region"},
                "n":{"type":"integer","x-mcp-header":"Count"},"z":{"type":"string"}}}"#,
        )
        .unwrap();
        let list = mirrored(&schema).unwrap();
        let ok = |arguments: &str, with: &[(&str, &str)]| {
            check_mirrored(&headers(with), &list, &Object::parse(arguments).unwrap()).is_ok()
        };
        assert!(ok("{}", &[]));
        assert!(ok(r#"{"a":null}"#, &[]));
        assert!(ok(
            r#"{"a":"x","n":7}"#,
            &[("Mcp-Param-Region", "x"), ("MCP-PARAM-COUNT", "7")]
        ));
        assert!(ok(r#"{"n":7}"#, &[("Mcp-Param-Count", "07")]));
        assert!(!ok(r#"{"a":"x"}"#, &[]));
        assert!(!ok("{}", &[("Mcp-Param-Region", "x")]));
        assert!(!ok(r#"{"a":"x"}"#, &[("Mcp-Param-Region", "X")]));
        assert!(!ok(r#"{"n":7}"#, &[("Mcp-Param-Count", "seven")]));
        for bad in [
            r#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}"#,
            r#"{"properties":{"a":{"type":"object","x-mcp-header":"a"}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":1}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"h"},"b":{"type":"string","x-mcp-header":"H"}}}"#,
        ] {
            assert!(mirrored(&Object::parse(bad).unwrap()).is_none(), "{bad}");
        }
    }
}
