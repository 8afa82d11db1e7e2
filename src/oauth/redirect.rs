//! Where a person may be sent with a code.
//!
//! An address is accepted only where two readers agree on it: the strict one here and the browsers'
//! own algorithm (the WHATWG URL standard, crate `url`). Whatever a browser would read in another way
//! than it is written (user information, backslashes, dot segments, numeric hosts in odd bases) is
//! refused at registration, so that the exact comparison later is a comparison of destinations.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Position, Url};

use crate::reason::Reason;

/// The longest redirect address, in bytes.
pub const MAX_LENGTH: usize = 2048;

/// Hosts that are this very machine, and may go without TLS (RFC 8252 §7.3, §8.3).
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// All but RFC 3986's unreserved characters: read alike by form and by URI decoders.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An acceptable redirect address: `https`, or `http` to a loopback host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    https: bool,
    host: String,
    port: Option<u16>,
    /// Path and query, as written.
    rest: String,
}

impl RedirectUri {
    /// Parses `text`.
    ///
    /// # Errors
    /// [`Reason::RedirectInvalid`] for a scheme other than lower-case `https` or, on `localhost`,
    /// `127.0.0.1` and `[::1]`, `http`; for a fragment, user information, control characters, white
    /// space, backslashes, broken escapes or escaped control characters; for a host or path that a
    /// browser would read as another one; beyond [`MAX_LENGTH`] bytes.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        Self::read(text).ok_or(Reason::RedirectInvalid)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (https, after) = match text.strip_prefix("https://") {
            Some(after) => (true, after),
            None => (false, text.strip_prefix("http://")?),
        };
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end)?;
        let (host, port) = split_authority(authority)?;
        if !is_plain(rest) || (!https && !LOOPBACK.contains(&host)) {
            return None;
        }
        let address = Self {
            text: text.to_owned(),
            https,
            host: host.to_owned(),
            port,
            rest: rest.to_owned(),
        };
        address.browsers_agree().then_some(address)
    }

    /// Whether the WHATWG algorithm reads the same scheme, host, port, path and query.
    fn browsers_agree(&self) -> bool {
        let Ok(url) = Url::parse(&self.text) else {
            return false;
        };
        let default = if self.https { 443 } else { 80 };
        let tail = &url[Position::BeforePath..];
        url.scheme() == if self.https { "https" } else { "http" }
            && url.host_str() == Some(&self.host)
            && url.port_or_known_default() == Some(self.port.unwrap_or(default))
            && (tail == self.rest
                || (!self.rest.starts_with('/') && tail.strip_prefix('/') == Some(&self.rest)))
    }

    /// The address as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, and the port where one is written.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether the address is on the person's own machine, where any program could be listening.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
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

    /// Whether `presented` is this registered address: the same bytes, except that the port of an
    /// `http` loopback address is free (OAuth 2.1 §2.3.1, RFC 8252 §7.3: a native program takes the
    /// port it is given). `localhost` and `127.0.0.1` stay different hosts.
    #[must_use]
    pub fn admits(&self, presented: &Self) -> bool {
        self.text == presented.text
            || (!self.https
                && !presented.https
                && self.host == presented.host
                && self.rest == presented.rest)
    }

    /// The address with `parameters` added to the query it has (RFC 6749 §4.1.2: which is retained).
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut out = self.text.clone();
        // Only the first question mark begins the query: a later one belongs to a value.
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

/// Host and port of an authority without user information; lower-case names, no empty label.
fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let named = host.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
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

/// Whether path and query are made of RFC 3986's characters, without a fragment, broken escapes or
/// escaped control characters and backslashes.
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
