//! What a limit per address counts by.

use std::net::{IpAddr, Ipv6Addr};

/// The key of `ip`: an IPv4 address, or the /64 network of an IPv6 address, in which one host has as many
/// addresses as it likes. An IPv4 address that is written as an IPv6 one is the IPv4 address; whatever is
/// no address shares one key.
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
    fn addresses_count_by_host_or_network() {
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
