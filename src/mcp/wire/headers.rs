//! The headers of a request, and the rules of revision 2026-07-28 for them.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::error::RpcError;
use crate::call::registry::MirroredArguments;
use crate::json::{self, Object};
use crate::reason::Reason;

/// The headers of a request, by lower-case name. Of several with the same name, the first is used.
#[derive(Debug, Clone)]
pub(in crate::mcp) struct RequestHeaders(Vec<(String, String)>);

impl RequestHeaders {
    pub(in crate::mcp) fn new(headers: &[(String, String)]) -> Self {
        Self(
            headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
        )
    }

    /// Returns the value of the header, without surrounding white space. `name` must be lower-case.
    pub(in crate::mcp) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.trim_matches([' ', '\t']))
    }

    /// Returns whether the client accepts server-sent events as the answer.
    pub(in crate::mcp) fn accepts_stream(&self) -> bool {
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

fn mismatch(text: &'static str) -> RpcError {
    RpcError::new(Reason::HeaderMismatch).detail(text)
}

/// Decodes a header value: literal text, or `=?base64?…?=` around UTF-8. Returns `None` for characters
/// outside printable ASCII and for malformed Base64.
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

/// Verifies that `Mcp-Method` and `Mcp-Name` repeat the method and the name or URI of the body, as
/// revision 2026-07-28 requires.
///
/// # Errors
/// [`Reason::HeaderMismatch`], or [`Reason::ParamsInvalid`] if the body lacks the name or URI.
pub(in crate::mcp) fn check(
    headers: &RequestHeaders,
    method: &str,
    params: &Object,
) -> Result<(), RpcError> {
    if headers.get("mcp-method") != Some(method) {
        return Err(mismatch("Mcp-Method must be the method in the body."));
    }
    let member = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return Ok(()),
    };
    let Some(named) = params.text(member) else {
        return Err(RpcError::new(Reason::ParamsInvalid)
            .detail(format!("params.{member} is required and must be a string.")));
    };
    let header = headers.get("mcp-name").and_then(decode);
    if header.as_deref() == Some(named.as_str()) {
        Ok(())
    } else {
        Err(mismatch("Mcp-Name must be the name or URI in the body."))
    }
}

/// Verifies that the `Mcp-Param-*` headers repeat the arguments that the tool's schema marks with
/// `x-mcp-header`.
///
/// # Errors
/// [`Reason::HeaderMismatch`].
pub(in crate::mcp) fn check_mirrored(
    headers: &RequestHeaders,
    mirrored: &MirroredArguments,
    arguments: &Object,
) -> Result<(), RpcError> {
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

/// Returns whether a header repeats a value. Integers are compared as numbers, so `07` repeats `7`.
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
                a.is_finite() && a.partial_cmp(&b) == Some(Ordering::Equal)
            }
        }
        _ => value.get() == header,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::registry::mirrored;

    fn headers(list: &[(&str, &str)]) -> RequestHeaders {
        let owned: Vec<_> = list
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        RequestHeaders::new(&owned)
    }

    #[test]
    fn header_values_are_decoded_strictly() {
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
    fn method_and_name_must_match_the_body() {
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
    fn mirrored_arguments_must_match_their_headers() {
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
        assert!(ok(r#"{"n":7}"#, &[("Mcp-Param-Count", "7.0")]));
        assert!(ok(r#"{"n":0}"#, &[("Mcp-Param-Count", "-0.0")]));
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
