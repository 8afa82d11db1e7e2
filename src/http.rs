//! HTTP: responses that are ready to send, and the comparison of web origins.

use std::fmt;

use url::{Host, Url};

use crate::decision::Decision;
use crate::reason::Reason;

/// Refuses a request that did not arrive over HTTPS, because its tokens and codes could be read on the way.
///
/// `secure` comes from the caller, who knows the connection. It is also true for a request that never
/// leaves the machine.
///
/// # Errors
/// [`Reason::HttpsRequired`] if `secure` is false.
pub(crate) const fn require_https(secure: bool) -> Result<(), Reason> {
    if secure {
        Ok(())
    } else {
        Err(Reason::HttpsRequired)
    }
}

/// A complete HTTP response, and the decision behind it.
///
/// `Duty` is what the caller has to do before it sends the response; each protocol has its own. The
/// `Debug` output shows status and decision only, because headers and body may contain tokens and
/// secrets.
pub struct Reply<Duty> {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) decision: Decision,
    pub(crate) duty: Duty,
}

impl<Duty> Reply<Duty> {
    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Returns all headers as name and value. No name occurs twice.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// Returns the body: JSON, the last event of a stream, or an empty string.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the decision with its actual reason, which may be more specific than the error that the client receives.
    pub const fn decision(&self) -> Decision {
        self.decision
    }
}

impl<Duty: Default> Reply<Duty> {
    /// Returns a response that was allowed and leaves nothing to do.
    pub(crate) fn new(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Self {
        Self {
            status,
            headers,
            body,
            decision: Decision::Allow,
            duty: Duty::default(),
        }
    }
}

impl<Duty> fmt::Debug for Reply<Duty> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}

/// A web origin: scheme, host and effective port
/// ([RFC 6454 §4](https://www.rfc-editor.org/rfc/rfc6454#section-4)).
///
/// Two origins are equal if all three are. Names are compared without regard to case, and a missing port
/// stands for the default port of the scheme.
///
/// ```
/// use countersign::http::WebOrigin;
///
/// let own = WebOrigin::parse("https://example.org").unwrap();
/// assert_eq!(WebOrigin::parse("https://EXAMPLE.org:443"), Some(own.clone()));
/// assert_eq!(WebOrigin::of_authority("https", "example.org"), Some(own.clone()));
/// assert_ne!(WebOrigin::parse("http://example.org"), Some(own));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin {
    scheme: String,
    host: Host<String>,
    port: Option<u16>,
}

impl WebOrigin {
    /// Parses an origin as the header `Origin` has it: `scheme://host` or `scheme://host:port`. Returns
    /// `None` for anything else, such as `null`, a path, or user information.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        Self::of_authority(scheme, authority)
    }

    /// Returns the origin of an authority, `host` or `host:port`, as the header `Host` has it, for a
    /// request with `scheme`. Returns `None` if `authority` is anything else.
    #[must_use]
    pub fn of_authority(scheme: &str, authority: &str) -> Option<Self> {
        // The URL parser would drop tabs and line breaks, and read the rest as user information or a path.
        let plain = |byte: u8| {
            byte > b' ' && byte != 0x7f && !matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'@')
        };
        if authority.is_empty() || !authority.bytes().all(plain) {
            return None;
        }
        let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host()?.to_owned(),
            port: url.port_or_known_default(),
        })
    }

    /// Returns the origin of an absolute URL. Returns `None` if `url` is not one or has no host.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host()?.to_owned(),
            port: url.port_or_known_default(),
        })
    }

    /// Returns those of `texts` that [`parse`](Self::parse) accepts.
    #[must_use]
    pub fn parse_all(texts: &[String]) -> Vec<Self> {
        texts.iter().filter_map(|text| Self::parse(text)).collect()
    }

    /// Returns the scheme, in lower case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }
}

impl fmt::Display for WebOrigin {
    /// Writes the origin as browsers do in the header `Origin`: in ASCII, without the default port of the scheme.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match (self.port, self.scheme.as_str()) {
            (None, _) | (Some(443), "https") | (Some(80), "http") => Ok(()),
            (Some(port), _) => write!(f, ":{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(scheme: &str, one: &str, other: &str) -> bool {
        let one = WebOrigin::of_authority(scheme, one);
        one.is_some() && one == WebOrigin::of_authority(scheme, other)
    }

    #[test]
    fn authorities_are_compared_by_host_and_effective_port() {
        assert!(same("https", "example.org", "EXAMPLE.org:443"));
        assert!(same("http", "example.org", "example.org:80"));
        assert!(same("http", "localhost:8080", "localhost:8080"));
        assert!(same("http", "[::1]:8080", "[0:0::1]:8080"));
        assert!(!same("https", "example.org:443", "example.org:80"));
        assert!(!same("https", "example.org", "example.org:80"));
        assert!(!same("http", "example.org", "example.org:443"));
        assert!(!same("http", "localhost:8080", "localhost"));
        assert!(!same("https", "example.org", "example.org.evil.test"));
        assert!(!same("https", "example.org", "example.org:8443"));
    }

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, expected) in [
            ("https://EXAMPLE.org:443", "https://example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[0:0::1]:80", "http://[::1]"),
            (
                "https://b\u{fc}cher.example",
                "https://xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(WebOrigin::parse(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn hosts_and_ports_that_only_look_alike_differ() {
        for other in [
            "example.org.",
            "example.org:0",
            "example.org:4430",
            "www.example.org",
            "ex\u{e4}mple.org",
            "127.0.0.1",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(!same("https", "example.org", other), "{other}");
        }
        assert!(same("https", "example.org", "example.org:"));
        assert!(same(
            "https",
            "b\u{fc}cher.example",
            "xn--bcher-kva.example:443"
        ));
        assert!(!same("https", "[::1]", "127.0.0.1"));
        for text in [
            "user%40example.org",
            "user:word@example.org",
            "[fe80::1%25eth0]",
            ":443",
            "a..b%00",
        ] {
            assert_eq!(WebOrigin::of_authority("https", text), None, "{text}");
        }
    }

    #[test]
    fn text_that_is_not_an_authority_has_no_origin() {
        for text in [
            "",
            "example.org/",
            "user@example.org",
            "evil.test\\example.org",
            "exam\tple.org",
            "example.org#",
            "example.org?x",
            "example.org:port",
            "example.org:65536",
            " example.org",
            "[::1",
        ] {
            assert_eq!(WebOrigin::of_authority("https", text), None, "{text}");
        }
    }

    #[test]
    fn origins_are_compared_by_scheme_too() {
        let own = WebOrigin::parse("https://example.org").unwrap();
        assert_eq!(own.scheme(), "https");
        assert_eq!(
            WebOrigin::parse("HTTPS://example.org:443"),
            Some(own.clone())
        );
        assert_eq!(
            WebOrigin::of_url("https://example.org/wp-json/mcp?a=b"),
            Some(own.clone())
        );
        assert_ne!(WebOrigin::parse("http://example.org:443"), Some(own));
        for text in [
            "null",
            "",
            "example.org",
            "https://",
            "https://example.org/x",
        ] {
            assert_eq!(WebOrigin::parse(text), None, "{text}");
        }
    }
}
