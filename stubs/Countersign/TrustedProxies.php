<?php

namespace Countersign;

/**
 * The proxies that a site trusts to name the address of their peer, and the header in which they name it.
 *
 * Use it to find the address of a client behind a proxy, a load balancer or a CDN. Clients can send the same headers, so
 * only what a trusted proxy appended is believed.
 */
final class TrustedProxies
{
    /**
     * @param list<string> $networks Addresses such as `192.0.2.1`, and networks such as `192.0.2.0/24` or `2001:db8::/32`. Empty
     *                               if the site is behind no proxy.
     * @param string       $field    The header that the proxies set: `X-Forwarded-For` or `Forwarded`, in any case. The other
     *                               one is ignored, because a proxy passes it on as the client sent it.
     *
     * @throws Exception `misuse` for another header, and if {@see fault()} finds something wrong with a network.
     */
    public function __construct(array $networks, string $field) {}

    /**
     * Tells what is wrong with an address or a network.
     *
     * @param string $network A text without surrounding spaces.
     *
     * @return string|null Null if the constructor accepts it. Otherwise `malformed`; `host_bits` if bits after the prefix are
     *                     set, as in `192.0.2.1/24`; or `too_wide` if the prefix is shorter than 8 bits.
     */
    public static function fault(string $network): ?string {}

    /**
     * Tells whether an address belongs to a trusted proxy.
     *
     * @param string $ip Without brackets, port or zone. Any other text is not trusted.
     */
    public function trusts(string $ip): bool {}

    /**
     * Returns the address of the client that sent a request.
     *
     * The header is read from the right. The first address that does not belong to a trusted proxy is the client; what stands
     * left of it is not read. If a trusted proxy names no address, it counts as the client itself. If the peer is not
     * trusted, the header is ignored.
     *
     * @param string                $peer    The address that the connection came from, `$_SERVER['REMOTE_ADDR']`.
     * @param array<string, string> $headers Name (any case) => value. Several values of one header are separated by commas.
     *
     * @return string|null In the usual form, an IPv4-mapped address as IPv4. Null if `$peer` is not an address, such as on the
     *                     command line or for a Unix socket.
     */
    public function clientAddress(string $peer, #[\SensitiveParameter] array $headers): ?string {}
}
