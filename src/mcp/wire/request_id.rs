//! Finds the id of a request whose body is not, or not yet, read as a message.
//!
//! A client assigns an answer to its request by the id. An error without the id ends the session in some clients, so the
//! id is looked for even in a body that is not valid JSON, and before a token was verified. The search makes one pass,
//! does not recurse and copies nothing but the id.

use serde_json::value::RawValue;

use crate::json::{self, RawJson};

/// The longest request id that is accepted and echoed, in bytes of JSON.
const MAX_ID: usize = 512;

/// The part of a body that is searched before a token was verified, in bytes.
const UNVERIFIED: usize = 16 * 1024;

/// Returns the id of the message in `body`, as [`find`] does, without looking at more than the first 16 KiB.
pub(in crate::mcp) fn find_unverified(body: &[u8]) -> Option<RawJson> {
    find(body.get(..UNVERIFIED).unwrap_or(body))
}

/// Returns the id of the JSON-RPC message in `body`, which may end too early or be invalid after the id. Returns `None`
/// for a batch, for two ids, and for an id that is not a string or an integer.
pub(in crate::mcp) fn find(body: &[u8]) -> Option<RawJson> {
    let mut scan = Scan(body);
    if !scan.take(b'{') {
        return None;
    }
    let mut found: Option<&[u8]> = None;
    while let Some((name, value)) = scan.member() {
        if serde_json::from_slice::<String>(name).is_ok_and(|name| name == "id")
            && found.replace(value).is_some()
        {
            return None;
        }
        if !scan.take(b',') {
            break;
        }
    }
    valid(found?)
}

/// Returns whether `id` can be the id of a request: a string or an integer of at most 512 bytes. JSON Schema counts `15.0`
/// as an integer.
pub(in crate::mcp) fn is_id(id: &RawValue) -> bool {
    let known = match json::kind(id) {
        "string" | "integer" => true,
        "number" => json::integer(id.get()).is_some(),
        _ => false,
    };
    known && id.get().len() <= MAX_ID
}

/// Returns `id` if it is one that may be echoed.
fn valid(id: &[u8]) -> Option<RawJson> {
    let id: RawJson = serde_json::from_slice(id).ok()?;
    // A string with half a surrogate pair is no text.
    let is_text = json::kind(&id) != "string" || serde_json::from_str::<String>(id.get()).is_ok();
    (is_text && is_id(&id)).then_some(id)
}

/// The part of a body that is not read yet.
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    fn skip_space(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    /// Takes the byte `wanted` after white space. Returns whether it was there.
    fn take(&mut self, wanted: u8) -> bool {
        self.skip_space();
        match self.0.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes a name with its value, as text. Returns `None` where the body is no JSON object any more, or ends.
    fn member(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        self.skip_space();
        let name = self.string()?;
        if !self.take(b':') {
            return None;
        }
        self.skip_space();
        let value = match self.0.first()? {
            b'"' => self.string()?,
            b'{' | b'[' => self.nested()?,
            _ => {
                let end = self.0.iter().position(|byte| {
                    matches!(byte, b',' | b'}' | b']' | b'"' | b'{' | b'[')
                        || byte.is_ascii_whitespace()
                })?;
                self.split(end)?
            }
        };
        Some((name, value))
    }

    /// Takes a string with its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let end = string_end(self.0)?;
        self.split(end)
    }

    /// Takes an object or a list.
    fn nested(&mut self) -> Option<&'a [u8]> {
        let (mut at, mut depth) = (0_usize, 0_usize);
        loop {
            let rest = self.0.get(at..)?;
            match rest.first()? {
                b'"' => {
                    at += string_end(rest)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                return self.split(at);
            }
        }
    }

    fn split(&mut self, at: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(at)?;
        self.0 = rest;
        Some(taken)
    }
}

/// Returns the length of the string, with its quotes, at the beginning of `text`.
fn string_end(text: &[u8]) -> Option<usize> {
    let (first, rest) = text.split_first()?;
    if *first != b'"' {
        return None;
    }
    let mut escaped = false;
    let end = rest.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(body: &str) -> Option<String> {
        find(body.as_bytes()).map(|id| id.get().to_owned())
    }

    #[test]
    fn the_id_is_found_wherever_it_stands() {
        for (body, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#, "7"),
            (
                r#" { "method" : "x" , "params" : {"id":1,"a":["}",{"id":2}]} , "id" : "q" }"#,
                "\"q\"",
            ),
            (r#"{"\u0069d":-3,"method":"ping"}"#, "-3"),
            (r#"{"id":15.0,"method":"ping"}"#, "15.0"),
            (r#"{"a":"\"id\":5","id":6}"#, "6"),
            // Not JSON, but the id can be read.
            (r#"{"id":7,"#, "7"),
            (r#"{"id":7,"method":"x","params":{"a":"#, "7"),
            (r#"{"id":7,"a":nonsense}"#, "7"),
            (r#"{"id":7} {}"#, "7"),
            (r#"{"a":"\ud83d","id":7}"#, "7"),
            (r#"{"id":7,/**/"method":"ping"}"#, "7"),
        ] {
            assert_eq!(id(body).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(
            find(b"{\"a\":\"\xff\",\"id\":7}").map(|id| id.get().to_owned()),
            Some("7".to_owned())
        );
    }

    #[test]
    fn what_is_no_id_of_one_message_is_not_echoed() {
        let long = format!("{{\"id\":\"{}\"}}", "a".repeat(MAX_ID - 1));
        for body in [
            "",
            "7",
            "[{\"id\":7}]",
            "{\"id\":7",
            "{\"id\":\"q",
            r#"{"id":1,"id":2}"#,
            r#"{"id":1,"\u0069d":1}"#,
            r#"{"id":null}"#,
            r#"{"id":1.5}"#,
            r#"{"id":1e-2}"#,
            r#"{"id":01}"#,
            r#"{"id":[1]}"#,
            r#"{"id":{"id":1}}"#,
            r#"{"id":"\ud800"}"#,
            r#"{"params":{"id":1}}"#,
            r#"{"a":1 "id":2}"#,
            &long,
        ] {
            assert_eq!(id(body), None, "{body}");
        }
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let body = format!("{{\"a\":{},\"id\":7}}", "[".repeat(1_000_000));
        assert_eq!(id(&body), None);
        let body = format!(
            "{{\"a\":{}{},\"id\":7}}",
            "[".repeat(500_000),
            "]".repeat(500_000)
        );
        assert_eq!(id(&body).as_deref(), Some("7"));
    }

    #[test]
    fn little_is_searched_before_a_token_was_verified() {
        let body = |length: usize| format!("{{\"a\":\"{}\",\"id\":7}}", "a".repeat(length));
        assert!(find_unverified(body(16_000).as_bytes()).is_some());
        assert!(find_unverified(body(17_000).as_bytes()).is_none());
        let first = format!("{{\"id\":7,\"a\":\"{}\"}}", "a".repeat(17_000));
        assert!(find_unverified(first.as_bytes()).is_some());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = find(&body);
        }

        /// A found id is valid JSON, so that it can be put into an answer.
        #[test]
        fn a_found_id_is_valid_json(body in "\\{(\"id\"|\"a\"|[0-9\\[\\]{}:,\"\\\\])*\\}?") {
            if let Some(id) = find(body.as_bytes()) {
                prop_assert!(is_id(&id));
                prop_assert!(serde_json::from_str::<serde_json::Value>(id.get()).is_ok());
            }
        }
    }
}
