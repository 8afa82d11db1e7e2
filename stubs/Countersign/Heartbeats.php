<?php

namespace Countersign;

/**
 * Signed heartbeats: a site tells its operator how it is. The same format as {@see Actions} under another label, so
 * that neither can be used as the other.
 *
 *     $header    = ( new Heartbeats( $site_id, array( $site_key ) ) )->sign( $body );                           // The site.
 *     $heartbeat = ( new Heartbeats( $site_id, array( $public ), Store::open() ) )->verify( $header, $body );   // The operator.
 */
final class Heartbeats
{
    /**
     * @param string          $site_id 16 lower-case hex digits: the site that speaks, on both sides.
     * @param list<ActionKey> $keys    All live keys, at least one: each verifies, the first that can signs.
     * @param Store|null      $store   Needed to verify, not to sign.
     *
     * @throws KeyException `action_key_unusable` when there is no key.
     * @throws Exception    `misuse` when the site id is malformed.
     */
    public function __construct(string $site_id, array $keys, ?Store $store = null) {}

    /**
     * Signs a heartbeat. Send the answer as a header value, and `$body`, byte for byte, as the body.
     *
     * @param int $lifetime Seconds, 1 to 300.
     *
     * @throws Exception `misuse` when the lifetime is out of range or no key can sign.
     */
    public function sign(string $body, int $lifetime = 300): string {}

    /**
     * Verifies what {@see Actions::verify()} verifies, and that it was not heard before (`action_replayed`).
     *
     * @throws Exception `misuse` without a store.
     */
    public function verify(#[\SensitiveParameter] string $header, string $body): Heartbeat|Decision {}
}
