<?php

namespace Countersign;

/**
 * Signed actions: an operator orders a site to do something once.
 *
 *     // The operator.
 *     $header = ( new Actions( $site_id, array( $key ) ) )->sign( 'read_health', $body );
 *
 *     // The site.
 *     $actions = new Actions( $site_id, array( $public_key ), Store::open() );
 *     $answer  = $actions->verify( $header, $body );    // Action, ActionReceipt, or a Decision with the reason.
 *     $actions->finish( $answer, 'done' );
 */
final class Actions
{
    /**
     * @param string          $site_id 16 lower-case hexadecimal digits: the site that runs the actions. Both sides use the
     *                                 same.
     * @param list<ActionKey> $keys    All valid keys, at least one. Each of them verifies; the first one that can sign signs.
     * @param Store|null      $store   Needed to verify, but not to sign.
     *
     * @throws KeyException `action_key_unusable` when there is no key.
     * @throws Exception    `misuse` when the site id is malformed or the list holds anything but keys.
     */
    public function __construct(string $site_id, array $keys, ?Store $store = null) {}

    /**
     * Returns a random id, 32 lower-case hexadecimal digits, for an action that may have to be signed again.
     *
     * @throws Exception `entropy_unavailable` when the operating system returns no randomness.
     */
    public static function newId(): string {}

    /**
     * Signs an action. Send the result as a header value, and `$body` unchanged as the body.
     *
     * @param string      $action_type 1 to 64 lower-case letters, digits and `_`, beginning with a letter.
     * @param string      $body        All arguments of the action, in any format, so that they are signed. May be empty.
     * @param string|null $snapshot    Id of the snapshot that the action relies on: 1 to 64 letters, digits, `-`, `_` and `.`.
     * @param string|null $id          The id of an action to send again, from {@see Actions::newId()}. Null makes a new id.
     * @param int         $lifetime    Seconds until the action expires, 1 to 300.
     *
     * @throws Exception `misuse` when an argument is out of range or no key can sign; `entropy_unavailable` when the operating
     *                   system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function sign(string $action_type, #[\SensitiveParameter] string $body, ?string $snapshot = null, ?string $id = null, int $lifetime = 300): string {}

    /**
     * Verifies an action: size, form, site, key, signature, body, lifetime and time (with a tolerance of 30 seconds), in this
     * order. Then it makes sure that the action is new: of all calls in all processes, exactly one receives the
     * {@see Action} with an id.
     *
     * If the same action comes again, with the same bytes or signed again under its id, the result is its
     * {@see ActionReceipt}, or the refusal `action_in_progress` as long as there is no receipt. This holds for a day, or until
     * the store is reset.
     *
     * @param string $header The header value, or '' if it is missing.
     * @param string $body   The body exactly as it was received.
     *
     * @throws Exception `misuse` when the constructor was given no store.
     */
    public function verify(#[\SensitiveParameter] string $header, #[\SensitiveParameter] string $body): Action|ActionReceipt|Decision {}

    /**
     * Keeps the receipt of an action, to answer with if the action comes again. A later receipt replaces an earlier one.
     *
     * @param Action $action  The action that was run.
     * @param string $receipt At most 960 bytes, in any format.
     *
     * @return bool False if the record of the action is gone because the store was reset.
     *
     * @throws Exception      `misuse` when the receipt is too long, or the constructor was given no store.
     * @throws StoreException `store_unavailable` or `store_full` when the store fails. The action itself was run.
     */
    public function finish(Action $action, string $receipt): bool {}
}
