//! Clients that run in a browser: which web origins may call, and the headers of CORS
//! ([Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol)).
//!
//! Every page may ask: a client in a browser begins without a token, before a person can have consented to it, and asks
//! again when its token has ended. Such a page learns only where it could ask for a token. The token decides which pages may
//! use it ([`McpRequest`](super::McpRequest)): those of the site, and those of the client that a person consented to. A
//! browser sends no token by itself.

use super::reply::McpReply;
use super::wire::headers::RequestHeaders;
use crate::http::WebOrigin;
use crate::reason::Reason;

/// The headers that a page may read, besides those that it may always read.
const EXPOSED: &str = "WWW-Authenticate, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, \
                       RateLimit-Policy, MCP-Protocol-Version, Mcp-Session-Id";

/// The headers that a page may always send, besides those that begin with `mcp-`.
const SENT: &[&str] = &["accept", "authorization", "content-type", "last-event-id"];

/// How long a browser may remember the answer to a preflight request, in seconds.
const REMEMBERED: &str = "3600";

/// The most names of headers that the answer to a preflight request allows.
const MAX_NAMES: usize = 64;

/// Returns the origin of the page that the request comes from, or `None` if it does not come from a page.
///
/// # Errors
/// [`Reason::OriginRefused`] if the header is not the origin of a page with a host.
pub(super) fn origin(headers: &RequestHeaders) -> Result<Option<WebOrigin>, Reason> {
    let Some(text) = headers.get("origin") else {
        return Ok(None);
    };
    WebOrigin::parse(text)
        .map(Some)
        .ok_or(Reason::OriginRefused)
}

/// Returns the headers that let a page of `origin` read an answer.
pub(super) fn headers(origin: &WebOrigin) -> Vec<(&'static str, String)> {
    vec![
        ("Access-Control-Allow-Origin", origin.to_string()),
        ("Access-Control-Expose-Headers", EXPOSED.to_owned()),
        ("Vary", "Origin".to_owned()),
    ]
}

/// Returns the answer to a preflight request of `origin`. Returns `None` if the request is none.
pub(super) fn preflight(
    method: &str,
    origin: Option<&WebOrigin>,
    request: &RequestHeaders,
) -> Option<McpReply> {
    if method != "OPTIONS" || request.get("access-control-request-method").is_none() {
        return None;
    }
    let origin = origin?;
    let asked = request
        .get("access-control-request-headers")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let allowed: Vec<&str> = asked
        .split(',')
        .map(|name| name.trim_matches([' ', '\t']))
        .filter(|name| SENT.contains(name) || is_of_protocol(name))
        .take(MAX_NAMES)
        .collect();
    let mut out = headers(origin);
    out.extend([
        (
            "Access-Control-Allow-Methods",
            "POST, GET, DELETE".to_owned(),
        ),
        ("Access-Control-Allow-Headers", allowed.join(", ")),
        ("Access-Control-Max-Age", REMEMBERED.to_owned()),
        ("Cache-Control", "no-store".to_owned()),
    ]);
    Some(McpReply::new(204, out, String::new()))
}

/// Returns whether a header in lower case is one of the protocol. Its name can end with that of a tool's argument.
fn is_of_protocol(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    name.starts_with("mcp-") && name.len() <= 160 && name.bytes().all(token)
}
