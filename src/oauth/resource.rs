//! The resource indicator (RFC 8707 §2), as people and programs write it.
//!
//! The address of the MCP endpoint is typed by people and passes through programs that change its spelling. Scheme and
//! host are compared without case and a default port is dropped (RFC 3986 §6.2.2, §6.2.3); one slash at the end, and
//! parameters that trackers append, make no other resource. Everything else of the path and the query must be the same.

use url::Url;
use url::form_urlencoded;

use super::form::{Form, FormField};
use super::reply::{ErrorCode, ErrorResponse};
use super::settings::OAuthSettings;
use crate::reason::Reason;

/// The longest address that is compared, in bytes.
const MAX_LENGTH: usize = 4096;

/// The parameters that mail programs, advertisements and analytics append to addresses.
const TRACKING: [&str; 17] = [
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "dclid",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "msclkid",
    "ttclid",
    "twclid",
    "yclid",
];

/// Checks the resource indicator: if it is present, it occurs once and is the resource of this site.
pub(super) fn check(settings: &OAuthSettings, form: &Form) -> Result<(), ErrorResponse> {
    const MISMATCH: ErrorResponse =
        ErrorResponse::new(ErrorCode::InvalidTarget, Reason::ResourceMismatch);
    match form.field("resource") {
        FormField::Absent => Ok(()),
        FormField::One(asked) if is_same(&settings.resource, asked) => Ok(()),
        FormField::One(_) => Err(MISMATCH.because(
            "The parameter resource is another address: send the one that the protected resource metadata of this site name.",
        )),
        FormField::Repeated => Err(MISMATCH.because("The parameter resource occurs more than once: send it once.")),
    }
}

/// Whether two addresses name the same resource. `own` is the address of this site.
pub(super) fn is_same(own: &str, asked: &str) -> bool {
    own == asked
        || ResourceAddress::read(own)
            .zip(ResourceAddress::read(asked))
            .is_some_and(|(own, asked)| own == asked)
}

/// The parts of an address that tell resources apart.
#[derive(PartialEq)]
struct ResourceAddress<'a> {
    scheme: String,
    host: String,
    port: Option<u16>,
    /// As written, without a slash at its end.
    path: &'a str,
    /// Names and values without the parameters of trackers.
    query: Vec<(String, String)>,
}

impl<'a> ResourceAddress<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let plain = text.len() <= MAX_LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
        let url = Url::parse(text).ok().filter(|_| plain)?;
        let (_, after) = text.split_once("://")?;
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end)?;
        if authority.contains('@') {
            return None;
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default(),
            path: path.strip_suffix('/').unwrap_or(path),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .filter(|(name, _)| !is_tracking(name))
                .collect(),
        })
    }
}

fn is_tracking(name: &str) -> bool {
    name.starts_with("utm_") || TRACKING.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://example.org/blog/wp-json/countersign/v1/mcp";

    #[test]
    fn spellings_of_the_same_resource_are_equal() {
        for asked in [
            OWN,
            "HTTPS://example.org/blog/wp-json/countersign/v1/mcp",
            "https://EXAMPLE.org/blog/wp-json/countersign/v1/mcp",
            "https://example.org:443/blog/wp-json/countersign/v1/mcp",
            "https://example.org/blog/wp-json/countersign/v1/mcp/",
            "https://example.org/blog/wp-json/countersign/v1/mcp?utm_source=mail&gclid=x",
            "https://example.org/blog/wp-json/countersign/v1/mcp/?fbclid=y",
            "https://example.org/blog/wp-json/countersign/v1/mcp?",
        ] {
            assert!(is_same(OWN, asked), "{asked}");
        }
        let local = "http://localhost:8080/wp-json/countersign/v1/mcp";
        assert!(is_same(
            local,
            "http://LOCALHOST:8080/wp-json/countersign/v1/mcp"
        ));
        assert!(is_same(
            "http://site.example/mcp",
            "http://site.example:80/mcp"
        ));
        // A site with plain permalinks.
        let plain = "https://example.org/index.php?rest_route=/countersign/v1/mcp";
        for asked in [
            "https://Example.org/index.php?rest_route=%2Fcountersign%2Fv1%2Fmcp",
            "https://example.org/index.php?rest_route=/countersign/v1/mcp&utm_medium=x",
        ] {
            assert!(is_same(plain, asked), "{asked}");
        }
    }

    #[test]
    fn other_addresses_are_other_resources() {
        for asked in [
            "",
            "https://example.org/",
            "https://example.org/blog/wp-json/countersign/v1/mcp//",
            "https://example.org/blog/wp-json/countersign/v1/MCP",
            "https://example.org/blog/wp-json/countersign/v1/mc%70",
            "https://example.org/blog/x/../wp-json/countersign/v1/mcp",
            "https://example.org//blog/wp-json/countersign/v1/mcp",
            "https://example.org:8443/blog/wp-json/countersign/v1/mcp",
            "https://example.org:80/blog/wp-json/countersign/v1/mcp",
            "http://example.org/blog/wp-json/countersign/v1/mcp",
            "https://example.org./blog/wp-json/countersign/v1/mcp",
            "https://www.example.org/blog/wp-json/countersign/v1/mcp",
            "https://user@example.org/blog/wp-json/countersign/v1/mcp",
            "https://example.org@evil.example/blog/wp-json/countersign/v1/mcp",
            "https://example.org/blog/wp-json/countersign/v1/mcp#a",
            "https://example.org/blog/wp-json/countersign/v1/mcp?a=1",
            "https://example.org/blog/wp-json/countersign/v1/mcp?rest_route=/x",
            "https://example.org\\blog/wp-json/countersign/v1/mcp",
            " https://example.org/blog/wp-json/countersign/v1/mcp",
            "https:example.org/blog/wp-json/countersign/v1/mcp",
        ] {
            assert!(!is_same(OWN, asked), "{asked}");
        }
        let plain = "https://example.org/index.php?rest_route=/countersign/v1/mcp";
        for asked in [
            "https://example.org/index.php",
            "https://example.org/index.php?utm_source=x",
            "https://example.org/index.php?rest_route=/countersign/v1/mcp&rest_route=/x",
            "https://example.org/index.php?rest_route=/countersign/v1/mcp/x",
        ] {
            assert!(!is_same(plain, asked), "{asked}");
        }
    }
}
