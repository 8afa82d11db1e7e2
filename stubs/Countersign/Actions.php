<?php

namespace Countersign;

/**
 * Signed actions: an operator tells a site to do something, once.
 *
 *     // The operator.
 *     $header = ( new Actions( $site_id, array( $key ) ) )->sign( 'read_health', $body );
 *
 *     // The site.
 *     $actions = new Actions( $site_id, array( $public_key ), Store::open() );
 *     $answer  = $actions->verify( $header, $body );    // Action, ActionReceipt, or a Decision that says why not.
 *     $actions->finish( $answer, 'done' );
 */
final class Actions
{
    /**
     * @param string          $site_id 16 lower-case hex digits: the site that acts, on both sides.
     * @param list<ActionKey> $keys    All live keys, at least one: each verifies, the first that can signs.
     * @param Store|null      $store   Needed to verify, not to sign.
     *
     * @throws KeyException `action_key_unusable` when there is no key.
     * @throws Exception    `misuse` when the site id is malformed.
     */
    public function __construct(string $site_id, array $keys, ?Store $store = null) {}

    /** A random id, 32 hex digits, for an action that may have to be signed again. */
    public static function newId(): string {}

    /**
     * Signs an action. Send the answer as a header value, and `$body`, byte for byte, as the body.
     *
     * @param string      $action_type 1 to 64 lower-case letters, digits and `_`, beginning with a letter.
     * @param string      $body        Any bytes, empty too: all the action's arguments, so that they are signed.
     * @param string|null $snapshot    Id of the snapshot it relies on: 1 to 64 letters, digits, `-`, `_` and `.`.
     * @param string|null $id          The id of an action to send again ({@see Actions::newId()}); null: a new one.
     * @param int         $lifetime    Seconds, 1 to 300.
     *
     * @throws Exception `misuse` when an argument is out of range or no key can sign.
     */
    public function sign(string $action_type, string $body, ?string $snapshot = null, ?string $id = null, int $lifetime = 300): string {}

    /**
     * Verifies size, form, site, key, signature, body, lifetime and time (30 seconds of skew), in this order, and then
     * that it is the first time: of all calls in all processes exactly one is given the {@see Action} of an id.
     *
     * The same action again, as the same bytes or signed anew under its id, is answered with its receipt, or with
     * `action_in_progress` while there is none. That lasts for a day, or until the store is started anew.
     *
     * @param string $header The header value; '' when it is missing.
     * @param string $body   The body as received, never encoded anew.
     *
     * @throws Exception `misuse` without a store.
     */
    public function verify(#[\SensitiveParameter] string $header, string $body): Action|ActionReceipt|Decision {}

    /**
     * Keeps what became of an action, for whoever sends it again. A later receipt takes the place of an earlier one.
     *
     * @param string $receipt At most 960 bytes.
     *
     * @return bool False when the action's record is gone, because the store was started anew meanwhile.
     *
     * @throws Exception      `misuse` when the receipt is too long.
     * @throws StoreException When the store fails. What was done is done.
     */
    public function finish(Action $action, string $receipt): bool {}
}
