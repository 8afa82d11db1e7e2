<?php

namespace Countersign;

/**
 * The Model Context Protocol over Streamable HTTP, without sessions. Revisions 2026-07-28, 2025-11-25 and 2025-06-18 share one
 * endpoint.
 *
 *     $step = $server->receive( $method, $headers, $query, $body, $ip );
 *     if ( $step instanceof McpRequest ) $step = $step->authorize( $connection, $registry );
 *     if ( $step instanceof McpCall )    { append( $step->intent() ); $step = $step->result( … ); }
 *     // $step is a McpReply: append( $step->entry() ) unless it is null, then send the reply.
 */
final class McpServer
{
    /**
     * @param Keyring $keyring  The keys of the site, with which tokens are verified and confirmations are issued.
     * @param Store   $store    Keeps limits and used confirmations.
     * @param string  $settings JSON: `{"name", "title", "version", "instructions", "website"?, "endpoint": URL, "resource_metadata":
     *     URL, "hosts": ["example.org:8080", ..], "origins": ["https://example.org", ..], "secure": bool (HTTPS or loopback),
     *     "kill_switch": bool, "ip_limit": {"max": 60, "window": 60}, "max_body": bytes, "confirmation_lifetime"?: seconds}`.
     *
     * @throws Exception `misuse` for settings of another form.
     */
    public function __construct(Keyring $keyring, Store $store, string $settings) {}

    /**
     * Decides everything that does not depend on the connection: HTTP method, HTTPS, host, origin, kill switch, the limit per
     * address, the token, and the form of the message. It uses only its arguments and the store.
     *
     * @param string                $method  The HTTP method.
     * @param array<string, string> $headers Name (in any case) => value.
     * @param string                $query   The raw query string.
     * @param string                $body    The raw body, as received.
     * @param string                $ip      The peer's address, as the web server reports it.
     */
    public function receive(
        string $method,
        #[\SensitiveParameter] array $headers,
        #[\SensitiveParameter] string $query,
        #[\SensitiveParameter] string $body,
        string $ip,
    ): McpRequest|McpReply {}
}
