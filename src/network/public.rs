//! Which addresses lead to a host on the public internet.
//!
//! A server that fetches a URL for somebody else must not reach what only the server can reach: the machine itself, its
//! network, and the metadata service of its cloud. The rule here is therefore strict: only global unicast addresses
//! outside of all blocks that the IANA keeps for special purposes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// The blocks of the
/// [IANA IPv4 Special-Purpose Address Registry](https://www.iana.org/assignments/iana-ipv4-special-registry/), and those
/// that are no unicast addresses. The registry calls a few of them globally reachable. They are anycast addresses of
/// services of a network, such as relays and sinks, so they too may lead to a host of the own network.
const SPECIAL_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),       // this network: RFC 791
    v4(10, 0, 0, 0, 8),      // private use: RFC 1918
    v4(100, 64, 0, 0, 10),   // shared by the customers of a provider: RFC 6598
    v4(127, 0, 0, 0, 8),     // loopback: RFC 1122
    v4(169, 254, 0, 0, 16),  // link-local: RFC 3927
    v4(172, 16, 0, 0, 12),   // private use: RFC 1918
    v4(192, 0, 0, 0, 24),    // IETF protocol assignments: RFC 6890
    v4(192, 0, 2, 0, 24),    // documentation: RFC 5737
    v4(192, 31, 196, 0, 24), // AS112-v4: RFC 7535
    v4(192, 52, 193, 0, 24), // AMT: RFC 7450
    v4(192, 88, 99, 0, 24),  // 6to4 relay anycast: RFC 7526
    v4(192, 168, 0, 0, 16),  // private use: RFC 1918
    v4(192, 175, 48, 0, 24), // direct delegation AS112 service: RFC 7534
    v4(198, 18, 0, 0, 15),   // benchmarking: RFC 2544
    v4(198, 51, 100, 0, 24), // documentation: RFC 5737
    v4(203, 0, 113, 0, 24),  // documentation: RFC 5737
    v4(224, 0, 0, 0, 4),     // multicast: RFC 5771
    v4(240, 0, 0, 0, 4),     // reserved, with the limited broadcast: RFC 1112
];

/// The only block from which the IANA assigns global unicast addresses
/// ([IPv6 Global Unicast Address Assignments](https://www.iana.org/assignments/ipv6-unicast-address-assignments/)). All
/// other addresses are loopback, local, multicast, embedded or reserved.
const GLOBAL_UNICAST_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// The blocks of the
/// [IANA IPv6 Special-Purpose Address Registry](https://www.iana.org/assignments/iana-ipv6-special-registry/) in
/// [`GLOBAL_UNICAST_V6`]. As above, the few that are globally reachable belong to services of a network.
const SPECIAL_V6: &[Ipv6Net] = &[
    // IETF protocol assignments: RFC 2928. In it Teredo (2001::/32), benchmarking (2001:2::/48), AMT (2001:3::/32), AS112
    // (2001:4:112::/48), ORCHID and ORCHIDv2 (2001:10::/28, 2001:20::/28) and drone identifiers (2001:30::/28).
    v6(0x2001, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 32),     // documentation: RFC 3849
    v6(0x2002, 0, 0, 16),         // 6to4: RFC 3056
    v6(0x2620, 0x4f, 0x8000, 48), // direct delegation AS112 service: RFC 7534
    v6(0x3fff, 0, 0, 20),         // documentation: RFC 9637
];

/// IPv4 addresses behind a public translator
/// ([RFC 6052 §2.1](https://www.rfc-editor.org/rfc/rfc6052#section-2.1)).
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// Returns whether `address` is a global unicast address outside of all blocks for special purposes, so that it leads to
/// a host on the public internet.
///
/// An address that embeds an IPv4 address is judged by it if a connection leads there: IPv4-mapped addresses and the
/// well-known prefix of NAT64, `64:ff9b::/96`. All other forms with an embedded address are refused: IPv4-compatible
/// addresses, the local prefix of NAT64, 6to4 and Teredo.
///
/// ```
/// use countersign::network::is_public;
///
/// assert!(is_public("9.9.9.9".parse().unwrap()));
/// assert!(!is_public("169.254.169.254".parse().unwrap()));
/// assert!(!is_public("64:ff9b::a9fe:a9fe".parse().unwrap()));
/// ```
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(address) => {
            GLOBAL_UNICAST_V6.contains(&address)
                && !SPECIAL_V6.iter().any(|block| block.contains(&address))
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|block| block.contains(&address))
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;
    use proptest::prelude::*;

    use super::*;

    /// The rows of both registries, and the blocks of addresses that are not unicast or were withdrawn.
    const REGISTRIES: &[&str] = &[
        // IPv4 Special-Purpose Address Registry
        "0.0.0.0/8",
        "0.0.0.0/32",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.0.0/29",
        "192.0.0.8/32",
        "192.0.0.9/32",
        "192.0.0.10/32",
        "192.0.0.170/32",
        "192.0.0.171/32",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.88.99.2/32",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "255.255.255.255/32",
        // IPv4 multicast
        "224.0.0.0/4",
        // IPv6 Special-Purpose Address Registry, apart from the blocks that embed a public IPv4 address
        "::1/128",
        "::/128",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001::/32",
        "2001:1::1/128",
        "2001:1::2/128",
        "2001:1::3/128",
        "2001:2::/48",
        "2001:3::/32",
        "2001:4:112::/48",
        "2001:10::/28",
        "2001:20::/28",
        "2001:30::/28",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        // IPv4-compatible addresses, site-local addresses, multicast
        "::/96",
        "fec0::/10",
        "ff00::/8",
        // blocks that embed an IPv4 address which is not public
        "::ffff:0.0.0.0/104",
        "::ffff:10.0.0.0/104",
        "::ffff:127.0.0.0/104",
        "::ffff:169.254.0.0/112",
        "64:ff9b::7f00:0/104",
        "64:ff9b::a9fe:0/112",
        "64:ff9b::c0a8:0/112",
        // not assigned to global unicast
        "200::/7",
        "400::/6",
        "4000::/2",
        "8000::/2",
        "e000::/4",
        "f000::/5",
        "f800::/6",
    ];

    #[test]
    fn no_address_of_a_special_block_is_public() {
        for block in REGISTRIES {
            let net: IpNet = block.parse().unwrap();
            assert_eq!(net.addr(), net.network(), "{block}");
            for address in [net.network(), net.broadcast()] {
                assert!(!is_public(address), "{address} of {block}");
            }
        }
    }

    #[test]
    fn the_addresses_next_to_special_blocks_are_public() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.31.195.255",
            "192.31.197.0",
            "192.52.192.255",
            "192.52.194.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "192.175.47.255",
            "192.175.49.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "::ffff:9.9.9.9",
            "64:ff9b::909:909",
            "2000::",
            "2001:200::",
            "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::",
            "2003::",
            "2606:4700::1111",
            "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
            "2620:4f:8001::",
            "2a00:1450:4001:82b::200e",
            "3ffe:ffff::",
            "3fff:1000::",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_embedded_address_is_judged_as_if_it_stood_alone(bits: u32) {
            let alone = Ipv4Addr::from(bits);
            let mapped = alone.to_ipv6_mapped();
            let translated = Ipv6Addr::from(u128::from(NAT64.addr()) | u128::from(bits));
            prop_assert_eq!(is_public(mapped.into()), is_public(alone.into()));
            prop_assert_eq!(is_public(translated.into()), is_public(alone.into()));
            for other in [
                u128::from(bits),                                                       // compatible
                0x2002 << 112 | u128::from(bits) << 80,                                 // 6to4
                0x2001 << 112 | u128::from(bits) << 64 | u128::from(!bits),             // Teredo
                0x64_ff9b_0001 << 80 | u128::from(bits),                                // local NAT64
            ] {
                prop_assert!(!is_public(Ipv6Addr::from(other).into()));
            }
        }
    }
}
