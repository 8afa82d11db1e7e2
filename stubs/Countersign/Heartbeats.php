<?php

namespace Countersign;

/**
 * Signed heartbeats: a site reports its state to its operator. The format is that of {@see Actions} under another label, so
 * neither can be used as the other.
 *
 *     $header    = ( new Heartbeats( $site_id, array( $site_key ) ) )->sign( $body );                           // The site.
 *     $heartbeat = ( new Heartbeats( $site_id, array( $public ), Store::open() ) )->verify( $header, $body );   // The operator.
 */
final class Heartbeats
{
    /**
     * @param string          $site_id 16 lower-case hexadecimal digits: the site that reports. Both sides use the same.
     * @param list<ActionKey> $keys    All valid keys, at least one. Each of them verifies; the first one that can sign signs.
     * @param Store|null      $store   Needed to verify, but not to sign.
     *
     * @throws KeyException `action_key_unusable` when there is no key.
     * @throws Exception    `misuse` when the site id is malformed or the list holds anything but keys.
     */
    public function __construct(string $site_id, array $keys, ?Store $store = null) {}

    /**
     * Signs a heartbeat. Send the result as a header value, and `$body` unchanged as the body.
     *
     * @param string $body     The report, in any format.
     * @param int    $lifetime Seconds until the heartbeat expires, 1 to 300.
     *
     * @throws Exception `misuse` when the lifetime is out of range or no key can sign; `entropy_unavailable` when the operating
     *                   system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function sign(#[\SensitiveParameter] string $body, int $lifetime = 300): string {}

    /**
     * Verifies a heartbeat as {@see Actions::verify()} does. One that was received before is refused with `action_replayed`.
     *
     * @param string $header The header value, or '' if it is missing.
     * @param string $body   The body exactly as it was received.
     *
     * @throws Exception `misuse` when the constructor was given no store.
     */
    public function verify(#[\SensitiveParameter] string $header, #[\SensitiveParameter] string $body): Heartbeat|Decision {}
}
