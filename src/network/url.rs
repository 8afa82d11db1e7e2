//! URLs that are fetched for somebody else.
//!
//! Whoever chooses such a URL must not make the site contact what only the site can reach. A check of the
//! name alone is not enough: the name is resolved again for the connection, with another answer (DNS
//! rebinding). So the caller resolves the name once, has the addresses checked here, connects to one of
//! exactly these, and has the address of the connection checked again.

use std::net::IpAddr;

use url::{Host, Url};

use super::is_public;
use crate::reason::Reason;

/// The greatest number of addresses of a name. A name with more is refused.
const MAX_ADDRESSES: usize = 16;

/// The longest URL that is fetched, in bytes.
const MAX_URL: usize = 2048;

/// A URL that a site may fetch for somebody else, once its addresses are checked.
///
/// ```
/// use countersign::network::PublicUrl;
///
/// let url = PublicUrl::parse("https://client.example:8443/data.json")?;
/// assert_eq!((url.host(), url.port()), ("client.example", 8443));
/// assert_eq!(url.check(&["9.9.9.9"])?, ["9.9.9.9"]);
/// // One address that is not public is enough to refuse the name.
/// assert!(url.check(&["9.9.9.9", "::ffff:127.0.0.1"]).is_err());
/// # Ok::<(), countersign::reason::Reason>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Parses a URL of at most 2,048 bytes: `https`, with the name of a host that has a dot, without user
    /// information. The host is neither an IP address nor below `.localhost`. The URL is written exactly as
    /// the WHATWG URL algorithm normalises it, so that the HTTP client reads the same host. Any port may be
    /// named, because nothing but a TLS handshake is sent to a server that cannot prove its name.
    ///
    /// # Errors
    /// [`Reason::FetchUrlRefused`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        const REFUSED: Reason = Reason::FetchUrlRefused;
        if text.len() > MAX_URL {
            return Err(REFUSED);
        }
        let url = Url::parse(text).map_err(|_| REFUSED)?;
        let fetchable = matches!(url.host(), Some(Host::Domain(host)) if is_name(host))
            && url.as_str() == text
            && url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none();
        if fetchable {
            Ok(Self(url))
        } else {
            Err(REFUSED)
        }
    }

    /// Returns the host: a name in ASCII and lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the port, 443 unless another one is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// Returns the parts of the URL.
    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }

    /// Checks the addresses that the host has in the DNS. Returns them in their usual form, each once:
    /// connect to one of these and to no other.
    ///
    /// All of them must be public ([`is_public`]), even if only one is used: a name with one public and
    /// one private address is either a mistake or an attempt to reach the private one.
    ///
    /// # Errors
    /// [`Reason::FetchAddressRefused`] if there is no address, if there are more than 16, or if one of them
    /// is not the text of a public address.
    pub fn check(&self, addresses: &[&str]) -> Result<Vec<String>, Reason> {
        const REFUSED: Reason = Reason::FetchAddressRefused;
        if addresses.is_empty() || addresses.len() > MAX_ADDRESSES {
            return Err(REFUSED);
        }
        let mut checked = Vec::new();
        for text in addresses {
            let address = canonical(text).filter(|address| is_public(*address));
            let address = address.ok_or(REFUSED)?.to_string();
            if !checked.contains(&address) {
                checked.push(address);
            }
        }
        Ok(checked)
    }
}

/// Whether `contacted`, the address of a connection, is one of the `checked` addresses, in any spelling.
#[must_use]
pub fn is_among(contacted: &str, checked: &[&str]) -> bool {
    let contacted = canonical(contacted);
    contacted.is_some() && checked.iter().any(|text| canonical(text) == contacted)
}

/// Reads an address. An IPv4-mapped IPv6 address is the IPv4 address.
fn canonical(text: &str) -> Option<IpAddr> {
    Some(text.parse::<IpAddr>().ok()?.to_canonical())
}

/// Whether the ASCII host is a name in the public DNS by its form: with a dot inside, and none at its end.
fn is_name(host: &str) -> bool {
    host.contains('.')
        && !host.ends_with('.')
        && !host.ends_with(".localhost")
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_urls_with_the_name_of_a_host_are_fetched() {
        for (text, host, port) in [
            ("https://client.example/", "client.example", 443),
            (
                "https://a.client.example:8443/b?c=d#e",
                "a.client.example",
                8443,
            ),
            (
                "https://xn--bcher-kva.example/c",
                "xn--bcher-kva.example",
                443,
            ),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.port()), (host, port), "{text}");
        }
        let long = format!("https://client.example/{}", "x".repeat(2048));
        for text in [
            "",
            "client.example",
            "https://client.example",
            "http://client.example/",
            "ftp://client.example/",
            "file:///etc/passwd",
            "HTTPS://client.example/",
            "https://CLIENT.example/",
            "https://client.example:443/",
            "https://client.example./",
            "https://intranet/",
            "https://localhost/",
            "https://a.localhost/",
            "https://127.0.0.1/",
            "https://9.9.9.9/",
            "https://[::1]/",
            "https://[2620:fe::fe]/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://a@client.example/",
            "https://:b@client.example/",
            "https://bücher.example/",
            "https://client.example/a/../b",
            "https://client.example\\@evil.example/",
            " https://client.example/",
            "https://client.example/\n",
            "https://client_a.example/",
            &long,
        ] {
            assert_eq!(
                PublicUrl::parse(text),
                Err(Reason::FetchUrlRefused),
                "{text}"
            );
        }
    }

    #[test]
    fn every_address_of_a_name_must_be_public() {
        let url = PublicUrl::parse("https://client.example/").unwrap();
        let good = ["9.9.9.9", "2620:FE:0::fe", "::ffff:9.9.9.9", "9.9.9.9"];
        assert_eq!(url.check(&good).unwrap(), ["9.9.9.9", "2620:fe::fe"]);
        for bad in [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "::",
            "::1",
            "fd00::1",
            "fe80::1",
            "fe80::1%eth0",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "127.1",
            "",
            "client.example",
            "9.9.9.9 ",
            "009.9.9.9",
        ] {
            for addresses in [&[bad][..], &["9.9.9.9", bad], &[bad, "2620:fe::fe"]] {
                assert_eq!(
                    url.check(addresses),
                    Err(Reason::FetchAddressRefused),
                    "{bad}"
                );
            }
        }
        let many: Vec<String> = (0..17).map(|last| format!("9.9.9.{last}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(url.check(&many[..16]).unwrap().len(), 16);
        assert_eq!(url.check(&many), Err(Reason::FetchAddressRefused));
        assert_eq!(url.check(&[]), Err(Reason::FetchAddressRefused));
    }

    #[test]
    fn the_address_of_a_connection_is_compared_by_value() {
        assert!(is_among("9.9.9.9", &["2620:fe::fe", "9.9.9.9"]));
        assert!(is_among("::ffff:9.9.9.9", &["9.9.9.9"]));
        assert!(is_among("2620:FE:0:0::FE", &["2620:fe::fe"]));
        for (contacted, checked) in [
            ("9.9.9.8", &["9.9.9.9"][..]),
            ("", &["9.9.9.9"]),
            ("", &[""]),
            ("9.9.9.9", &[]),
        ] {
            assert!(!is_among(contacted, checked), "{contacted}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,80}", host in "[a-z0-9.:%@\\[\\]-]{0,40}") {
            let _ = PublicUrl::parse(&text);
            if let Ok(url) = PublicUrl::parse(&format!("https://{host}/")) {
                proptest::prop_assert!(url.host().parse::<IpAddr>().is_err());
                proptest::prop_assert!(url.check(&[text.as_str()]).is_err() || is_among(&text, &[text.as_str()]));
            }
        }
    }
}
