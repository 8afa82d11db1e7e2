//! The address of a client behind proxies.

use std::net::IpAddr;

use super::forwarded::{ForwardingHeader, Hops};
use super::net::{Network, NetworkError};

/// The most trusted proxies that a request may have passed. What more of them report is not read.
const MAX_HOPS: usize = 32;

/// The proxies that a site trusts to name the address of their peer, and the header in which they name it.
///
/// The header is read from the right. Each trusted proxy has appended the address of its peer; the first address that is
/// not a trusted proxy is the client. What stands left of it was sent by the client and is not read.
///
/// ```
/// use countersign::network::{ForwardingHeader, TrustedProxies};
///
/// let proxies = TrustedProxies::new(&["192.0.2.0/24"], ForwardingHeader::XForwardedFor)?;
/// let client = |peer: &str, value| proxies.client_address(peer.parse().unwrap(), &[value]).to_string();
/// assert_eq!(client("192.0.2.1", "10.9.9.9, 203.0.113.7, 192.0.2.8"), "203.0.113.7");
/// assert_eq!(client("198.51.100.1", "203.0.113.7"), "198.51.100.1", "this peer is not trusted");
/// # Ok::<(), countersign::network::NetworkError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    header: ForwardingHeader,
}

impl TrustedProxies {
    /// The shortest prefix of a network of trusted proxies, in bits. If almost every address were trusted, a client could
    /// choose its own.
    pub const SHORTEST_PREFIX: u8 = 8;

    /// Trusts the proxies with these addresses and networks, which set `header`.
    ///
    /// # Errors
    /// The error of [`TrustedProxies::parse_network`] for the first network that has one.
    pub fn new(networks: &[&str], header: ForwardingHeader) -> Result<Self, NetworkError> {
        let networks = networks
            .iter()
            .map(|network| Self::parse_network(network))
            .collect::<Result<_, _>>()?;
        Ok(Self { networks, header })
    }

    /// Reads an address or a network of proxies that can be trusted.
    ///
    /// # Errors
    /// [`NetworkError::TooWide`] if the prefix is shorter than [`Self::SHORTEST_PREFIX`], and the errors of
    /// [`Network::parse`].
    pub fn parse_network(text: &str) -> Result<Network, NetworkError> {
        let network = Network::parse(text)?;
        if network.prefix_length() < Self::SHORTEST_PREFIX {
            return Err(NetworkError::TooWide);
        }
        Ok(network)
    }

    /// Returns whether `address` belongs to a trusted proxy.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    /// Returns the name of the header that the proxies set, in lower case.
    #[must_use]
    pub const fn header(&self) -> ForwardingHeader {
        self.header
    }

    /// Returns the address of the client of a request.
    ///
    /// `peer` is the address that the connection came from, and `values` are the values of all headers with the name of
    /// [`Self::header`], in the order in which they were received. If `peer` is not trusted, they are ignored. If a
    /// trusted proxy does not name an address, such as with `unknown`, the proxy counts as the client. If every address
    /// belongs to a trusted proxy, the leftmost does.
    #[must_use]
    pub fn client_address(&self, peer: IpAddr, values: &[&str]) -> IpAddr {
        let mut client = peer.to_canonical();
        let hops = values
            .iter()
            .rev()
            .flat_map(|value| Hops::new(self.header, value));
        for hop in hops.take(MAX_HOPS) {
            match hop {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ForwardingHeader::{Forwarded, XForwardedFor};
    use super::*;

    /// A CDN, a load balancer in a private network, and a proxy on the same machine.
    const TRUSTED: &[&str] = &[
        "192.0.2.0/24",
        "10.0.0.0/8",
        "127.0.0.1",
        "2001:db8:cd::/48",
    ];

    fn client(header: ForwardingHeader, peer: &str, values: &[&str]) -> String {
        let proxies = TrustedProxies::new(TRUSTED, header).unwrap();
        let peer = peer.parse().unwrap();
        proxies.client_address(peer, values).to_string()
    }

    #[test]
    fn the_first_address_from_the_right_that_is_not_trusted_is_the_client() {
        for (peer, values, expected) in [
            // Without a proxy, or without a header.
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("::ffff:203.0.113.7", &[], "203.0.113.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[""], "127.0.0.1"),
            // A peer that is not trusted.
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("203.0.113.7", &["127.0.0.1"], "203.0.113.7"),
            ("2001:db8:ce::1", &["198.51.100.1"], "2001:db8:ce::1"),
            // One proxy, or more.
            ("127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("::ffff:127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["::ffff:203.0.113.7"], "203.0.113.7"),
            ("10.1.2.3", &["203.0.113.7, 192.0.2.9"], "203.0.113.7"),
            (
                "10.1.2.3",
                &["203.0.113.7, ::ffff:192.0.2.9"],
                "203.0.113.7",
            ),
            ("2001:db8:cd::1", &["2001:db8:99::7"], "2001:db8:99::7"),
            // The client sent the left part.
            ("127.0.0.1", &["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["127.0.0.1, 203.0.113.7"], "203.0.113.7"),
            (
                "127.0.0.1",
                &["10.1.1.1, 203.0.113.7, 192.0.2.9"],
                "203.0.113.7",
            ),
            ("127.0.0.1", &["garbage, 203.0.113.7"], "203.0.113.7"),
            // Several headers of the name.
            ("127.0.0.1", &["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            ("10.1.2.3", &["203.0.113.7", "192.0.2.9"], "203.0.113.7"),
            ("10.1.2.3", &["203.0.113.7", "", "192.0.2.9"], "192.0.2.9"),
            // A trusted proxy that names no address.
            ("127.0.0.1", &["203.0.113.7, unknown"], "127.0.0.1"),
            (
                "127.0.0.1",
                &["203.0.113.7, unknown, 192.0.2.9"],
                "192.0.2.9",
            ),
            ("127.0.0.1", &["203.0.113.7,"], "127.0.0.1"),
            // Only trusted proxies.
            ("127.0.0.1", &["10.1.1.1, 192.0.2.9"], "10.1.1.1"),
        ] {
            let found = client(XForwardedFor, peer, values);
            assert_eq!(found, expected, "{peer} {values:?}");
        }
    }

    #[test]
    fn forwarded_is_read_like_x_forwarded_for() {
        for (value, expected) in [
            ("for=203.0.113.7", "203.0.113.7"),
            (
                "for=198.51.100.1, for=203.0.113.7;proto=https, for=\"10.1.1.1:80\"",
                "203.0.113.7",
            ),
            (
                "for=198.51.100.1, for=\"[2001:db8:99::7]:4711\"",
                "2001:db8:99::7",
            ),
            ("for=203.0.113.7, for=_hidden", "127.0.0.1"),
            ("203.0.113.7", "127.0.0.1"),
        ] {
            assert_eq!(
                client(Forwarded, "127.0.0.1", &[value]),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn no_more_than_32_proxies_are_believed() {
        let chain = |proxies: usize| format!("203.0.113.7{}", ", 10.1.1.1".repeat(proxies));
        let found = client(XForwardedFor, "127.0.0.1", &[&chain(31)]);
        assert_eq!(found, "203.0.113.7");
        let found = client(XForwardedFor, "127.0.0.1", &[&chain(32)]);
        assert_eq!(found, "10.1.1.1");
    }

    #[test]
    fn networks_of_almost_all_addresses_are_not_trusted() {
        for wide in [
            "0.0.0.0/0",
            "::/0",
            "128.0.0.0/1",
            "10.0.0.0/7",
            "fc00::/7",
            "::ffff:0.0.0.0/96",
        ] {
            let refused = TrustedProxies::parse_network(wide);
            assert!(
                matches!(refused, Err(NetworkError::TooWide | NetworkError::HostBits)),
                "{wide}"
            );
            assert!(TrustedProxies::new(&["127.0.0.1", wide], XForwardedFor).is_err());
        }
        for narrow in ["10.0.0.0/8", "fd00::/8", "::ffff:10.0.0.0/104"] {
            assert!(TrustedProxies::parse_network(narrow).is_ok(), "{narrow}");
        }
    }

    proptest! {
        /// Whatever the client sends, in any number of headers, a proxy that appends the address of its peer decides.
        #[test]
        fn a_client_cannot_choose_its_address(
            sent in prop::collection::vec("[0-9a-f.:,;=\"\\\\ \\[\\]for]{0,40}|.{0,20}", 0..4),
            bits: u32,
            by_new_header: bool,
        ) {
            let client_ip = IpAddr::from(bits.to_be_bytes());
            for (header, element) in [
                (XForwardedFor, client_ip.to_string()),
                (Forwarded, format!("for={client_ip};proto=https")),
            ] {
                let proxies = TrustedProxies::new(&["127.0.0.1"], header).unwrap();
                prop_assume!(!proxies.trusts(client_ip));
                let mut values = sent.clone();
                match values.last_mut() {
                    Some(last) if !by_new_header => *last = format!("{last}, {element}"),
                    _ => values.push(element),
                }
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                let peer = IpAddr::from([127, 0, 0, 1]);
                prop_assert_eq!(proxies.client_address(peer, &values), client_ip);
                prop_assert_eq!(proxies.client_address(client_ip, &values), client_ip);
            }
        }
    }
}
