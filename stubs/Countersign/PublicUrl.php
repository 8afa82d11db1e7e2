<?php

namespace Countersign;

/**
 * A URL that a site may fetch for somebody else, who must not make the site contact what only the site can reach. Resolve the
 * host once, check the addresses, connect to one of exactly these, follow no redirects, and check the address of the connection.
 */
final class PublicUrl
{
    private function __construct() {}

    /**
     * Parses a URL of at most 2,048 bytes: `https`, with the name of a host and not its IP address, without user name and
     * password, written as browsers normalise it. The refusal is `fetch_url_refused`.
     *
     * @param string $url Any text.
     */
    public static function parse(string $url): PublicUrl|Decision {}

    /** Returns the host: a name in ASCII and lower case. */
    public function host(): string {}

    /** Returns the port, 443 unless the URL names another one. */
    public function port(): int {}

    /**
     * Checks the addresses that the host has in the DNS: 1 to 16, and all of them public. The refusal is `fetch_address_refused`.
     *
     * @param list<string> $addresses All IPv4 and IPv6 addresses of the host, as text.
     *
     * @return list<string>|Decision The addresses in their usual form, each once. Connect to no other.
     *
     * @throws Exception `misuse` if `$addresses` is not a list of strings.
     */
    public function check(array $addresses): array|Decision {}

    /**
     * Returns whether the address that a connection had is one of the checked ones, in any spelling.
     *
     * @param string       $contacted The address of the other side, as the HTTP client reports it.
     * @param list<string> $checked   What {@see check()} returned.
     *
     * @throws Exception `misuse` if `$checked` is not a list of strings.
     */
    public static function isAmong(string $contacted, array $checked): bool {}
}
