//! Networks in CIDR notation.

use std::net::IpAddr;

use ipnet::IpNet;

/// Bits of the prefix of IPv4-mapped IPv6 addresses, `::ffff:0:0/96`
/// ([RFC 4291 §2.5.5.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2)).
const MAPPED_PREFIX: u8 = 96;

/// Why a text is not a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// It is neither an address nor an address with the length of a prefix.
    #[error(
        "a network must be an IP address, or an IP address, a slash and the length of its prefix"
    )]
    Malformed,
    /// The address has bits after the prefix, as in `192.0.2.1/24`. It is not clear what was meant.
    #[error(
        "the address of a network must be its first address: all bits after the prefix must be zero"
    )]
    HostBits,
    /// Its prefix is too short for the purpose.
    #[error("the network has too many addresses: its prefix must have at least 8 bits")]
    TooWide,
}

impl NetworkError {
    /// Returns the stable code of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::HostBits => "host_bits",
            Self::TooWide => "too_wide",
        }
    }
}

/// All IPv4 addresses, or all IPv6 addresses, that begin with the same bits
/// ([RFC 4632 §3.1](https://www.rfc-editor.org/rfc/rfc4632#section-3.1),
/// [RFC 4291 §2.3](https://www.rfc-editor.org/rfc/rfc4291#section-2.3)).
///
/// ```
/// use countersign::network::{Network, NetworkError};
///
/// let network = Network::parse("192.0.2.0/24")?;
/// assert!(network.contains("192.0.2.7".parse().unwrap()));
/// assert!(network.contains("::ffff:192.0.2.7".parse().unwrap()));
/// assert_eq!(Network::parse("192.0.2.7/24"), Err(NetworkError::HostBits));
/// # Ok::<(), NetworkError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Reads a network such as `192.0.2.0/24` or `2001:db8::/32`. A single address is a network of one address. A
    /// network of IPv4-mapped addresses, such as `::ffff:192.0.2.0/120`, is the IPv4 network.
    ///
    /// # Errors
    /// [`NetworkError::HostBits`] for an address with bits after the prefix, else [`NetworkError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix_length(prefix)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Malformed)?;
        let network = match prefix {
            None => return Ok(Self::of_address(address)),
            Some(prefix) => IpNet::new(address, prefix).map_err(|_| NetworkError::Malformed)?,
        };
        if network.network() != address {
            return Err(NetworkError::HostBits);
        }
        let canonical = address.to_canonical();
        if canonical == address || network.prefix_len() < MAPPED_PREFIX {
            return Ok(Self(network));
        }
        IpNet::new(canonical, network.prefix_len() - MAPPED_PREFIX)
            .map(Self)
            .map_err(|_| NetworkError::Malformed)
    }

    /// Returns the network that contains only `address`. An IPv4-mapped IPv6 address is the IPv4 address.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        Self(address.to_canonical().into())
    }

    /// Returns whether `address` is in the network. An IPv4-mapped IPv6 address counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Returns the number of bits that all addresses of the network begin with.
    #[must_use]
    pub const fn prefix_length(&self) -> u8 {
        match self.0 {
            IpNet::V4(network) => network.prefix_len(),
            IpNet::V6(network) => network.prefix_len(),
        }
    }
}

/// Reads the length of a prefix: decimal digits without a sign and without a leading zero.
fn prefix_length(text: &str) -> Result<u8, NetworkError> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_decimal || (text.starts_with('0') && text != "0") {
        return Err(NetworkError::Malformed);
    }
    text.parse().map_err(|_| NetworkError::Malformed)
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_and_single_addresses_are_read() {
        for (text, normal, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.9", "192.0.2.9/32", "192.0.2.9", "192.0.2.8"),
            ("192.0.2.9/32", "192.0.2.9/32", "192.0.2.9", "192.0.2.8"),
            ("0.0.0.0/0", "0.0.0.0/0", "203.0.113.1", "::1"),
            (
                "2001:DB8::/32",
                "2001:db8::/32",
                "2001:db8:ffff::1",
                "2001:db9::",
            ),
            ("::1", "::1/128", "::1", "::2"),
            ("::/0", "::/0", "fe80::1", "127.0.0.1"),
            ("::ffff:192.0.2.9", "192.0.2.9/32", "192.0.2.9", "192.0.2.8"),
            (
                "::ffff:192.0.2.0/120",
                "192.0.2.0/24",
                "192.0.2.9",
                "192.0.3.9",
            ),
            (
                "::ffff:c000:200/120",
                "192.0.2.0/24",
                "::ffff:192.0.2.9",
                "::192.0.2.9",
            ),
            ("10.0.0.0/8", "10.0.0.0/8", "::ffff:10.1.2.3", "11.0.0.0"),
        ] {
            let network = Network::parse(text).unwrap();
            assert_eq!(network.to_string(), normal, "{text}");
            assert!(network.contains(ip(inside)), "{text} contains {inside}");
            assert!(!network.contains(ip(outside)), "{text} has not {outside}");
        }
    }

    #[test]
    fn text_that_is_not_a_network_is_refused() {
        for text in [
            "",
            "/",
            "192.0.2.0/",
            "/24",
            "192.0.2.0/33",
            "2001:db8::/129",
            "192.0.2.0/24/8",
            "192.0.2.0/+24",
            "192.0.2.0/024",
            "192.0.2.0/-1",
            "192.0.2.0/255.255.255.0",
            "192.0.2.0/2 4",
            " 192.0.2.0/24",
            "192.0.2.0/24 ",
            "192.0.2",
            "192.0.2.*",
            "192.000.002.000/24",
            "0xc0000200/24",
            "3221225984",
            "[2001:db8::]/32",
            "fe80::1%eth0",
            "192.0.2.1:80",
            "localhost",
            "192.0.2.0-192.0.2.9",
            "\u{661}92.0.2.0/24",
        ] {
            assert_eq!(Network::parse(text), Err(NetworkError::Malformed), "{text}");
        }
        for text in [
            "192.0.2.1/24",
            "0.0.0.1/0",
            "2001:db8::1/32",
            "::ffff:192.0.2.1/120",
            "::ffff:0:0/80",
        ] {
            assert_eq!(Network::parse(text), Err(NetworkError::HostBits), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_network_contains_the_addresses_with_its_prefix(
            bits: u32,
            other: u32,
            prefix in 0..=32_u8,
        ) {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let first = IpAddr::from((bits & mask).to_be_bytes());
            let network = Network::parse(&format!("{first}/{prefix}")).unwrap();
            let address = IpAddr::from(other.to_be_bytes());
            prop_assert_eq!(network.contains(address), other & mask == bits & mask);
            prop_assert_eq!(Network::parse(&network.to_string()), Ok(network));
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,60}") {
            let _ = Network::parse(&text);
        }
    }
}
