<?php

namespace Countersign;

/**
 * The Model Context Protocol over Streamable HTTP, stateless: revisions 2026-07-28, 2025-11-25 and 2025-06-18 on one endpoint.
 *
 *     $step = $server->receive( $method, $headers, $query, $body, $ip );
 *     if ( $step instanceof McpRequest ) $step = $step->authorize( $connection, $step->needsRegistry() ? $registry : null );
 *     if ( $step instanceof McpCall )    { append( $step->intent() ); $step = $step->begin() ?? $step->result( … ); }
 *     // $step is a McpReply: append( $step->entry() ) unless null, then send it.
 */
final class McpServer
{
    /**
     * @param Keyring $keyring  The keys of the site, with which tokens are verified and confirmations are issued.
     * @param Store   $store    Keeps limits and used confirmations.
     * @param string  $settings JSON: `{"name", "title", "version", "instructions", "website"?, "endpoint": URL, "resource_metadata":
     *     URL, "hosts": ["example.org:8080", ..], "origins": ["https://example.org", ..], "secure": bool (HTTPS or loopback),
     *     "kill_switch": bool, "ip_limit": {"max": 60, "window": 60}, "max_body": bytes, "confirmation_lifetime"?: seconds}`.
     *     `ip_limit` is the limit for failed requests of an address; `window` is in seconds. A host without a port stands for the
     *     default port of the endpoint's scheme.
     *
     * @throws Exception `misuse` if a setting is missing, has another type or is out of range.
     */
    public function __construct(Keyring $keyring, Store $store, string $settings) {}

    /**
     * Checks everything that does not depend on the connection: HTTPS, host, origin, kill switch and the access token.
     * A request that fails one of these checks, except the kill switch, counts under `ip_limit` for its address. A
     * request with a genuine token does not; `McpRequest::authorize()` counts it under the limit of its connection, even
     * if its method or its body is wrong. Reads only its arguments and the store.
     *
     * @param string                $method  The HTTP method.
     * @param array<string, string> $headers Name (any case) => value.
     * @param string                $query   The raw query string.
     * @param string                $body    The raw body, as received.
     * @param string                $ip      The address of the client. Behind a proxy see `TrustedProxies`.
     *
     * @return McpRequest|McpReply A request to authorize, or the refusal.
     */
    public function receive(
        string $method,
        #[\SensitiveParameter] array $headers,
        #[\SensitiveParameter] string $query,
        #[\SensitiveParameter] string $body,
        string $ip,
    ): McpRequest|McpReply {}
}
