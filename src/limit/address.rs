//! The key of a limit that counts per client address.

use std::net::{IpAddr, Ipv6Addr};

/// Returns the text that identifies the client with address `ip` in a limit.
///
/// An IPv4 address is used as it is. An IPv6 address is reduced to its /64 network, since one host can use any
/// address in it. An IPv4-mapped IPv6 address counts as the IPv4 address. All text that is not an address shares one
/// key, `ip:unknown`.
#[must_use]
pub fn address_key(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => format!("ip:{address}"),
        Ok(IpAddr::V6(address)) => {
            let network = u128::from(address) >> 64 << 64;
            format!("ip:{}/64", Ipv6Addr::from(network))
        }
        Err(_) => "ip:unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_by_host_or_network() {
        for (ip, key) in [
            ("192.0.2.1", "ip:192.0.2.1"),
            ("::ffff:192.0.2.1", "ip:192.0.2.1"),
            ("2001:db8::1", "ip:2001:db8::/64"),
            ("2001:DB8:0:0:ffff::1", "ip:2001:db8::/64"),
            ("2001:db8:0:1::1", "ip:2001:db8:0:1::/64"),
            ("nonsense", "ip:unknown"),
            ("", "ip:unknown"),
        ] {
            assert_eq!(address_key(ip), key, "{ip}");
        }
    }
}
