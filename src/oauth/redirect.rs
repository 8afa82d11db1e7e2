//! Redirect URIs (RFC 6749 §3.1.2, [RFC 8252](https://www.rfc-editor.org/rfc/rfc8252) for native
//! applications).
//!
//! A URI is accepted only if two parsers agree about it: the strict one of this module and the algorithm
//! of the browsers (the WHATWG URL standard, crate `url`). URIs that a browser would read differently,
//! because of user information, backslashes, dot segments or numeric hosts in other bases, are refused at
//! registration. So equal parts mean an equal destination when URIs are compared later. The strict parser
//! does not use [`WebOrigin`](crate::http::WebOrigin), which reads authorities with the algorithm of the
//! browsers: the comparison needs a second, independent reading.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Position, Url};

use super::app_scheme::AppSchemes;
use crate::reason::Reason;

/// The longest redirect URI that is accepted, in bytes.
pub const MAX_LENGTH: usize = 2048;

/// The longest text in the place of a host after a private-use scheme, in bytes.
const MAX_AUTHORITY: usize = 253;

/// The loopback hosts, for which plain `http` is accepted (RFC 8252 §7.3, §8.3).
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// All characters but the unreserved ones of RFC 3986. Decoders of forms and of URIs read the result
/// alike.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a redirect URI begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RedirectScheme {
    Https,
    /// `http` with a loopback host.
    Loopback,
    /// A private-use scheme, in lower case (RFC 8252 §7.1).
    App(String),
}

/// A valid redirect URI: `https`, `http` with a loopback host, or a private-use scheme of a native application.
///
/// ```
/// use countersign::oauth::redirect::RedirectUri;
///
/// let registered = RedirectUri::parse("http://127.0.0.1/callback").unwrap();
/// // A native application listens on any free port (RFC 8252 §7.3).
/// let presented = RedirectUri::parse("http://127.0.0.1:51004/callback").unwrap();
/// assert!(registered.admits(&presented));
/// assert_eq!(presented.with(&[("code", "a b")]), "http://127.0.0.1:51004/callback?code=a%20b");
///
/// // A browser would go to evil.example.
/// assert!(RedirectUri::parse("https://client.example@evil.example/").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    scheme: RedirectScheme,
    /// In lower case; of a private-use scheme the authority as written, which may be empty.
    host: String,
    port: Option<u16>,
    /// Path and query, as written; of a private-use scheme everything after its colon.
    rest: String,
}

impl RedirectUri {
    /// Parses a redirect URI of at most [`MAX_LENGTH`] bytes, with the private-use schemes that every site accepts. Scheme
    /// and host may be in either case, as people type them.
    ///
    /// # Errors
    /// [`Reason::RedirectInvalid`] for another scheme, `http` with a host that is not `localhost`, `127.0.0.1` or `[::1]`,
    /// a longer text, a fragment, user information, control characters, white space, backslashes, broken escapes, escaped
    /// control characters or backslashes, and for a host or path that a browser would read differently.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        Self::parse_with(text, &AppSchemes::default())
    }

    /// Parses a redirect URI as [`Self::parse`] does, with the private-use schemes `schemes`.
    ///
    /// # Errors
    /// As of [`Self::parse`].
    pub fn parse_with(text: &str, schemes: &AppSchemes) -> Result<Self, Reason> {
        Self::read(text, schemes).ok_or(Reason::RedirectInvalid)
    }

    fn read(text: &str, schemes: &AppSchemes) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (scheme, after) = text.split_once(':')?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => RedirectScheme::Https,
            "http" => RedirectScheme::Loopback,
            other => return Self::app(text, other, after, schemes),
        };
        let (authority, rest) = split_tail(after.strip_prefix("//")?)?;
        let (host, port) = split_authority(authority)?;
        let host = host.to_ascii_lowercase();
        let is_web = scheme == RedirectScheme::Https;
        if !is_plain(rest) || (!is_web && !LOOPBACK.contains(&host.as_str())) {
            return None;
        }
        let address = Self {
            text: text.to_owned(),
            scheme,
            host,
            port,
            rest: rest.to_owned(),
        };
        address.browsers_agree().then_some(address)
    }

    /// Reads what follows the colon of a private-use scheme: a path, which an authority of plain characters may precede.
    fn app(text: &str, scheme: &str, after: &str, schemes: &AppSchemes) -> Option<Self> {
        if !schemes.admit(scheme) {
            return None;
        }
        let authority = match after.strip_prefix("//") {
            Some(after) => split_tail(after)?.0,
            None if after.starts_with('/') => "",
            None => return None,
        };
        let named = authority.len() <= MAX_AUTHORITY
            && authority
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        // Browsers keep everything as it is written but the case of the scheme.
        let agreed = Url::parse(text)
            .is_ok_and(|url| url.scheme() == scheme && url.as_str() == format!("{scheme}:{after}"));
        (named && agreed && is_plain(after)).then(|| Self {
            text: text.to_owned(),
            scheme: RedirectScheme::App(scheme.to_owned()),
            host: authority.to_owned(),
            port: None,
            rest: after.to_owned(),
        })
    }

    /// Whether the WHATWG URL algorithm reads the same scheme, host, port, path and query.
    fn browsers_agree(&self) -> bool {
        let Ok(url) = Url::parse(&self.text) else {
            return false;
        };
        let (scheme, default) = match self.scheme {
            RedirectScheme::Https => ("https", 443),
            RedirectScheme::Loopback => ("http", 80),
            RedirectScheme::App(_) => return false,
        };
        let tail = &url[Position::BeforePath..];
        url.scheme() == scheme
            && url.host_str() == Some(&self.host)
            && url.port_or_known_default() == Some(self.port.unwrap_or(default))
            && (tail == self.rest
                || (!self.rest.starts_with('/') && tail.strip_prefix('/') == Some(&self.rest)))
    }

    /// Returns the URI as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the private-use scheme in lower case: the redirect opens the program of the user's machine that claimed it.
    /// Returns `None` if the redirect goes to a host.
    #[must_use]
    pub fn app_scheme(&self) -> Option<&str> {
        match &self.scheme {
            RedirectScheme::App(scheme) => Some(scheme),
            RedirectScheme::Https | RedirectScheme::Loopback => None,
        }
    }

    /// Returns the host in ASCII and lower case, an IPv6 address in brackets; of a private-use scheme what stands in its
    /// place.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the host, and the port if one is written; the scheme and what follows up to the path if the scheme is a
    /// private-use one, such as `cursor://anysphere.cursor-mcp`.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        match (&self.scheme, self.port) {
            (RedirectScheme::App(scheme), _) if self.host.is_empty() => format!("{scheme}:"),
            (RedirectScheme::App(scheme), _) => format!("{scheme}://{}", self.host),
            (_, Some(port)) => format!("{}:{port}", self.host),
            (_, None) => self.host.clone(),
        }
    }

    /// Whether the host is the user's own machine, where any program can listen. A private-use scheme has no host.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        if self.app_scheme().is_some() {
            return false;
        }
        match Host::parse(&self.host) {
            Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Ok(Host::Ipv4(address)) => address.is_loopback(),
            Ok(Host::Ipv6(address)) => {
                address.is_loopback()
                    || address
                        .to_ipv4_mapped()
                        .is_some_and(|mapped| mapped.is_loopback())
            }
            Err(_) => false,
        }
    }

    /// Whether `presented` matches this registered URI. Only the case of scheme and host may differ, and the port of an
    /// `http` loopback URI, because a native application listens on any free port (OAuth 2.1 §2.3.1, RFC 8252 §7.3).
    /// `localhost` and `127.0.0.1` are different hosts.
    #[must_use]
    pub fn admits(&self, presented: &Self) -> bool {
        self.scheme == presented.scheme
            && self.host == presented.host
            && self.rest == presented.rest
            && (self.port == presented.port || self.scheme == RedirectScheme::Loopback)
    }

    /// Whether `other` is this URI, apart from the case of scheme and host.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.admits(other) && self.port == other.port
    }

    /// Returns the URI with `parameters` added to its query. The existing query is retained (RFC 6749
    /// §3.1.2).
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut out = self.text.clone();
        // The first question mark begins the query. A later one is part of a value.
        let mut border = match self.rest.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        for (name, value) in parameters {
            out.push_str(border);
            out.push_str(name);
            out.push('=');
            out.extend(utf8_percent_encode(value, VALUE));
            border = "&";
        }
        out
    }
}

/// Splits what follows `//` before the path or the query.
fn split_tail(text: &str) -> Option<(&str, &str)> {
    let end = text.find(['/', '?']).unwrap_or(text.len());
    text.split_at_checked(end)
}

/// Splits an authority without user information into host and port. The host is a name without an empty label, or an
/// IPv6 address in brackets.
fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let named = host.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|inner| inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'));
    if !named && !bracketed {
        return None;
    }
    let port = match port {
        None => None,
        Some(digits) if digits.starts_with('0') || digits.starts_with('+') => return None,
        Some(digits) => Some(digits.parse().ok()?),
    };
    Some((host, port))
}

/// Whether path and query consist of the characters of RFC 3986, without a fragment, broken escapes, and
/// escaped control characters or backslashes.
fn is_plain(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = [bytes.next(), bytes.next()].map(|digit| {
                digit
                    .and_then(|digit| char::from(digit).to_digit(16))
                    .unwrap_or(u32::MAX)
            });
            match pair {
                [high @ 2..=15, low @ 0..=15] if !matches!((high, low), (7, 15) | (5, 12)) => {}
                _ => return false,
            }
        } else if !byte.is_ascii_alphanumeric() && !b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            return false;
        }
    }
    true
}
