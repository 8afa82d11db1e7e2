//! The headers in which proxies name the address of their peer, read from the right.
//!
//! Each proxy appends the address of its peer to the end of the list. The left part comes from somebody else and may
//! contain anything. An element is therefore found and read without a look at what is left of it, so that no quote or
//! escape there can change its meaning. Crates for these headers read from the left.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::words::words;

words! {
    /// The header that the proxies of a site set. A proxy passes other headers on as the client sent them, so exactly one
    /// header can be believed.
    pub enum ForwardingHeader {
        /// A list of addresses, without a standard.
        XForwardedFor = "x-forwarded-for",
        /// A list of pairs ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)), of which `for` has the address.
        Forwarded = "forwarded",
    }
}

/// The longest element that is read, in bytes. An address with its port has at most 55.
const MAX_ELEMENT: usize = 256;

/// The elements of one field value, from the right. The iterator ends after the first element that is not an address,
/// with `None` in its place.
pub(super) struct Hops<'a> {
    header: ForwardingHeader,
    /// What is left of the elements read so far; `None` at the end.
    rest: Option<&'a [u8]>,
}

impl<'a> Hops<'a> {
    pub(super) const fn new(header: ForwardingHeader, value: &'a str) -> Self {
        Self {
            header,
            rest: Some(value.as_bytes()),
        }
    }
}

impl Iterator for Hops<'_> {
    type Item = Option<IpAddr>;

    fn next(&mut self) -> Option<Self::Item> {
        let (rest, element) = last_element(self.rest.take()?, self.header);
        let address = element.and_then(|element| match self.header {
            ForwardingHeader::XForwardedFor => node(trim(element), Bare::Allowed),
            ForwardingHeader::Forwarded => for_parameter(element),
        });
        if address.is_some() {
            self.rest = rest;
        }
        Some(address)
    }
}

/// Returns the last element of a list and what is left of it. The element is `None` if its beginning cannot be told.
fn last_element(list: &[u8], header: ForwardingHeader) -> (Option<&[u8]>, Option<&[u8]>) {
    let mut is_quoted = false;
    let mut left = list;
    while let Some((byte, before)) = left.split_last() {
        match byte {
            b',' if !is_quoted => return (Some(before), list.get(left.len()..)),
            b'"' if header == ForwardingHeader::Forwarded => is_quoted = !is_quoted,
            // From the right it cannot be told what an escape belongs to. No address needs one.
            b'\\' => return (None, None),
            _ => {}
        }
        left = before;
        if list.len() - left.len() > MAX_ELEMENT {
            return (None, None);
        }
    }
    (None, (!is_quoted).then_some(list))
}

/// Returns the address of the parameter `for` of one element of `Forwarded`, if the element is well formed and has it
/// once ([RFC 7239 §4](https://www.rfc-editor.org/rfc/rfc7239#section-4)).
fn for_parameter(element: &[u8]) -> Option<IpAddr> {
    let mut found = None;
    for pair in pairs(element)? {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (pair.get(..at)?, pair.get(at + 1..)?);
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
            return None;
        }
        if name.eq_ignore_ascii_case(b"for") && found.replace(unquoted(value)?).is_some() {
            return None;
        }
    }
    node(found?, Bare::Refused)
}

/// Splits an element at the semicolons outside of quotes, without the white space around each pair.
fn pairs(element: &[u8]) -> Option<Vec<&[u8]>> {
    let mut is_quoted = false;
    let pairs = element
        .split(|byte| {
            is_quoted ^= *byte == b'"';
            *byte == b';' && !is_quoted
        })
        .map(trim)
        .collect();
    (!is_quoted).then_some(pairs)
}

/// Returns a value without its quotes. They must surround all of it.
fn unquoted(value: &[u8]) -> Option<&[u8]> {
    let inner = match value {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    };
    (!inner.contains(&b'"')).then_some(inner)
}

/// Whether an IPv6 address may stand without brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    Allowed,
    Refused,
}

/// Reads an address with an optional port, which is ignored: `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`,
/// `[2001:db8::1]:4711` ([RFC 7239 §6](https://www.rfc-editor.org/rfc/rfc7239#section-6)). Returns `None` for `unknown`,
/// names, and everything else.
fn node(text: &[u8], bare: Bare) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let (address, port): (IpAddr, &str) = if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        (address.parse::<Ipv6Addr>().ok()?.into(), port)
    } else if let (Bare::Allowed, Ok(address)) = (bare, text.parse::<Ipv6Addr>()) {
        (address.into(), "")
    } else {
        let (address, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        (address.parse::<Ipv4Addr>().ok()?.into(), port)
    };
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    is_port.then(|| address.to_canonical())
}

/// Returns whether `text` is a port: a number or, to hide it, an underscore and a name.
fn is_port(text: &str) -> bool {
    let is_number =
        || (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hidden = |name: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !name.is_empty() && name.bytes().all(is_part)
    };
    text.strip_prefix('_').map_or_else(is_number, is_hidden)
}

/// Returns whether `byte` may be part of a token
/// ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Returns `text` without spaces and tabs at its ends.
fn trim(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = text.iter().position(is_text).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(is_text)
        .map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::ForwardingHeader::{Forwarded, XForwardedFor};
    use super::*;

    /// Returns the addresses from the right; `-` stands for an element that is none.
    fn hops(header: ForwardingHeader, value: &str) -> String {
        let text = |hop: Option<IpAddr>| hop.map_or("-".to_owned(), |ip| ip.to_string());
        let hops: Vec<String> = Hops::new(header, value).map(text).collect();
        hops.join(" ")
    }

    #[test]
    fn addresses_of_x_forwarded_for_are_read_from_the_right() {
        for (value, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            (
                "192.0.2.1, 192.0.2.2,\t192.0.2.3 ",
                "192.0.2.3 192.0.2.2 192.0.2.1",
            ),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("192.0.2.1:_a.b-c", "192.0.2.1"),
            ("2001:DB8::1,2001:db8::2", "2001:db8::2 2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            (
                "::ffff:192.0.2.1, [::ffff:c000:202]:80",
                "192.0.2.2 192.0.2.1",
            ),
        ] {
            assert_eq!(hops(XForwardedFor, value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_not_an_address_ends_x_forwarded_for() {
        for end in [
            "",
            " ",
            "unknown",
            "_hidden",
            "localhost",
            "192.0.2",
            "192.0.2.1.1",
            "192.0.2.01",
            "0300.0.2.1",
            "0xc0000201",
            "3221225985",
            "192.0.2.1:",
            "192.0.2.1:123456",
            "192.0.2.1:80:80",
            "192.0.2.1 192.0.2.2",
            "192.0.2.1;192.0.2.2",
            "192.0.2.0/24",
            "2001:db8::1:443x",
            "[2001:db8::1",
            "2001:db8::1]",
            "[2001:db8::1]443",
            "[192.0.2.1]",
            "[[2001:db8::1]]",
            "fe80::1%eth0",
            "\"192.0.2.1\"",
            "\"192.0.2.1",
            "for=192.0.2.1",
            "192.0.2.1\\",
            "192.0.2.1\0",
            "192.0.2.1\n",
            "\u{a0}192.0.2.1",
            "\u{ff11}92.0.2.1",
            "<script>",
        ] {
            let value = format!("198.51.100.1, {end}, 203.0.113.7");
            assert_eq!(hops(XForwardedFor, &value), "203.0.113.7 -", "{value}");
        }
    }

    #[test]
    fn addresses_of_forwarded_are_read_from_the_right() {
        for (value, expected) in [
            ("for=192.0.2.1", "192.0.2.1"),
            ("For=\"192.0.2.1:4711\";Proto=https", "192.0.2.1"),
            (
                "proto=https ; by=203.0.113.43; FOR=192.0.2.60;host=example.org",
                "192.0.2.60",
            ),
            (
                "for=192.0.2.43, for=\"[2001:db8:cafe::17]\"",
                "2001:db8:cafe::17 192.0.2.43",
            ),
            (
                "for=192.0.2.43,for=\"[2001:db8::17]:4711\";by=_x",
                "2001:db8::17 192.0.2.43",
            ),
            ("for=[2001:db8::1]:80", "2001:db8::1"),
            (
                "for=192.0.2.1;ext=\"a,b;c\", for=192.0.2.2",
                "192.0.2.2 192.0.2.1",
            ),
            (
                "for=192.0.2.1, for=192.0.2.2;ext=\",for=198.51.100.1;\"",
                "192.0.2.2 192.0.2.1",
            ),
        ] {
            assert_eq!(hops(Forwarded, value), expected, "{value}");
        }
    }

    #[test]
    fn what_has_no_address_ends_forwarded() {
        for end in [
            "",
            "for",
            "for=",
            "for=\"\"",
            "=192.0.2.1",
            "for=unknown",
            "for=_hidden",
            "for=\"_gazonk:80\"",
            "proto=https",
            "for=192.0.2.1;for=192.0.2.2",
            "for=192.0.2.1;For=192.0.2.1",
            "for=192.0.2.1;",
            ";for=192.0.2.1",
            "for =192.0.2.1",
            "for= 192.0.2.1",
            "for=\"192.0.2.1\"x",
            "for=x\"192.0.2.1\"",
            "for=\"192.0.2.1\"\"\"",
            "for=2001:db8::1",
            "for=\"2001:db8::1\"",
            "for='192.0.2.1'",
            "for=\"192.0.2.1\\\"\"",
            "for=\"192.0.2.\\1\"",
            "for=192.0.2.1;by=\"\\\\\"",
            "f\u{f6}r=192.0.2.1",
            "192.0.2.1",
        ] {
            let value = format!("for=198.51.100.1, {end}, for=203.0.113.7");
            assert_eq!(hops(Forwarded, &value), "203.0.113.7 -", "{value}");
        }
    }

    #[test]
    fn nothing_to_the_left_changes_the_meaning_of_an_element() {
        for left in [
            "\"",
            "for=\"",
            "\\",
            "for=\"a\\",
            "for=\"a\\\"",
            "\"\"\"",
            "(",
            "\0",
        ] {
            for separator in [",", ", ", " ,"] {
                let value = format!("{left}{separator}for=203.0.113.7");
                let first = Hops::new(Forwarded, &value).next();
                assert_eq!(first, Some(Some([203, 0, 113, 7].into())), "{value}");
                let value = format!("{left}{separator}203.0.113.7");
                let first = Hops::new(XForwardedFor, &value).next();
                assert_eq!(first, Some(Some([203, 0, 113, 7].into())), "{value}");
            }
        }
    }

    #[test]
    fn a_long_element_is_not_read() {
        let padding = " ".repeat(MAX_ELEMENT);
        assert_eq!(
            hops(XForwardedFor, &format!("192.0.2.1,{padding}192.0.2.2")),
            "-"
        );
        let long = "x".repeat(100_000);
        assert_eq!(
            hops(XForwardedFor, &format!("{long},192.0.2.2")),
            "192.0.2.2 -"
        );
    }
}
