<?php

namespace Countersign;

/**
 * The Model Context Protocol over Streamable HTTP, stateless: revisions 2026-07-28, 2025-11-25 and 2025-06-18 on one endpoint.
 *
 *     $sent = McpServer::sentPassword( $headers );
 *     // Let WordPress verify $sent, unless it is null, and look up the connection of the application password.
 *     $step = $server->receive( $method, $headers, $query, $body, $ip, $verified );
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
     *     `origins` are the site's own web origins. `ip_limit` is the limit for failed requests of an address; `window` is in seconds. A host without a port stands for the
     *     default port of the endpoint's scheme.
     *
     * @throws Exception `misuse` if a setting is missing, has another type or is out of range.
     */
    public function __construct(Keyring $keyring, Store $store, string $settings) {}

    /**
     * Returns the application password of a request, which WordPress has to verify.
     *
     * @param array<string, string> $headers Name (any case) => value.
     *
     * @return array{username: string, password: string}|null Null unless the header `Authorization` has Basic credentials with
     *     24 letters and digits. Other credentials belong to the web server and must not be tried as an application password.
     */
    public static function sentPassword(#[\SensitiveParameter] array $headers): ?array {}

    /**
     * Returns the member `credential` for the record of a connection that is for a new application password.
     *
     * @param int    $user       The id of the WordPress user whose list has the password.
     * @param string $uuid       The id that WordPress gave the password.
     * @param string $password   The password, with or without spaces.
     * @param int    $created_at Unix seconds.
     *
     * @return string JSON: `{"kind": "application_password", "user", "uuid", "created_at", "digest"}`. The digest shows nothing of
     *     the password, which is random.
     *
     * @throws Exception `misuse` if it is not an application password, or a number is negative.
     */
    public static function credential(int $user, string $uuid, #[\SensitiveParameter] string $password, int $created_at): string {}

    /**
     * Answers a request to a site that cannot serve any, for example because its store cannot be opened: the holder of a genuine
     * access token as {@see McpRequest::unavailable()} does, everybody else with status 503. Counts and records nothing.
     *
     * @param Keyring               $keyring  The keys of the site.
     * @param string                $settings As for the constructor.
     * @param string                $reason   A reason code. An unknown code counts as `store_unavailable`.
     * @param string                $method   The HTTP method.
     * @param array<string, string> $headers  Name (any case) => value.
     * @param string                $query    The raw query string.
     * @param string                $body     The raw body, as received.
     *
     * @return McpReply The answer. It has no entry.
     *
     * @throws Exception `misuse` if a setting is missing, has another type or is out of range.
     */
    public static function unavailable(
        Keyring $keyring,
        string $settings,
        string $reason,
        string $method,
        #[\SensitiveParameter] array $headers,
        #[\SensitiveParameter] string $query,
        #[\SensitiveParameter] string $body,
    ): McpReply {}

    /**
     * Returns the request of a tool call that reached the site through another door than the MCP endpoint: an ability of WordPress,
     * another MCP server of the site, or the command line. The site has found the connection that governs it. Nothing is decided yet:
     * {@see McpRequest::authorize()} checks and counts it as every other call, and its entries say the door in their change.
     *
     * The answer is that of revision 2025-11-25: a JSON-RPC response whose `result` or `error` the caller passes on.
     *
     * @param int      $connection The id of the connection.
     * @param int|null $user       The WordPress user by whose account the connection was found. Its record must name this user. Null if
     *                             something else found it.
     * @param string   $door       `ability`, `rest`, `mcp_server` or `cli`.
     * @param string   $tool       The name of the tool.
     * @param string   $arguments  The arguments as JSON. What is not an object is refused by the request.
     * @param string   $ip         The address of the client; `''` if there is none.
     *
     * @throws Exception `misuse` for another door or a negative id.
     */
    public function direct(int $connection, ?int $user, string $door, string $tool, string $arguments, string $ip): McpRequest {}

    /**
     * Checks everything that does not depend on the connection: HTTPS, host, origin and the access token or application password.
     * A request that fails one of these checks counts under `ip_limit` for its address, except one with a token that has expired
     * while the kill switch is on. Only the first 16 KiB of its body are searched, for the id. A request with a genuine token does
     * not count; `McpRequest::authorize()` counts it under the limit of its connection, even if its method or its body is wrong,
     * and looks at the kill switch. Reads only its arguments and the store.
     *
     * @param string                $method  The HTTP method.
     * @param array<string, string> $headers Name (any case) => value.
     * @param string                $query   The raw query string.
     * @param string                $body    The raw body, as received.
     * @param string                $ip      The address of the client. Behind a proxy see `TrustedProxies`.
     * @param string|null           $verified JSON, if WordPress has verified the password of {@see sentPassword()}: `{"user": id,
     *     "uuid": id of the password, "connection": id or null}`. The connection is the one that the site's index names for the
     *     password, null if there is none; its record decides. Null if WordPress has verified nothing.
     *
     * @return McpRequest|McpReply A request to authorize, or the refusal.
     *
     * @throws Exception `misuse` if `$verified` does not have this form.
     */
    public function receive(
        string $method,
        #[\SensitiveParameter] array $headers,
        #[\SensitiveParameter] string $query,
        #[\SensitiveParameter] string $body,
        string $ip,
        ?string $verified = null,
    ): McpRequest|McpReply {}

    /**
     * Returns a title or an excerpt that an agent wrote, without the embeddings, overrides and isolates of the bidirectional
     * algorithm (U+202A to U+202E, U+2066 to U+2069), also without those that are written as numeric character references
     * of HTML. Marks, joiners and zero-width spaces are kept. Bytes that are not UTF-8 become U+FFFD.
     *
     * @param string $text Text, at most one paragraph.
     */
    public static function plainTitle(string $text): string {}
}
