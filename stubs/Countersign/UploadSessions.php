<?php

namespace Countersign;

/**
 * Upload sessions: a connection invites a person without an account to upload files, by a signed link.
 *
 * The link is bound to the terms of the session and to the epoch of the connection. Whether a session is open is kept outside
 * the database, so a restored backup opens none that was closed.
 */
final class UploadSessions
{
    /**
     * @param Keyring $keyring The keys of the site.
     * @param Store   $store   The store.
     */
    public function __construct(Keyring $keyring, Store $store) {}

    /**
     * Makes a session. Store its id, its times and its terms; show the token once and keep it nowhere.
     *
     * @param Record|Decision|null $connection  What {@see Records::open()} returned for the connection.
     * @param bool                 $kill_switch Whether an administrator has stopped all agents.
     * @param string               $terms       JSON: `files` (1 to 50), `bytes` of a file (1 to 2,147,483,648), `types` (1 to 200 media
     *                                          types), `title` (at most 120 characters) and `note` (at most 2,000).
     * @param int                  $seconds     How long it is open, 300 to 604,800.
     * @param int                  $open        How many sessions of the connection are open now.
     *
     * @return array{id: string, token: string, issued: int, expires: int, terms: string}|Decision Times in Unix seconds, and the
     *                                          text of the terms to store. Denied with a reason of {@see Access::mayAct()},
     *                                          `tool_outside_groups` or `upload_sessions_many`, or because the store failed.
     *
     * @throws Exception `misuse` if an argument is out of range.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()} of a call of another connection.
     */
    public function issue(Record|Decision|null $connection, bool $kill_switch, string $terms, int $seconds, int $open): array|Decision {}

    /**
     * Verifies the token of a link. Failures are counted for each address.
     *
     * @param string $token  The token as received.
     * @param string $ip     The address of the client.
     * @param int    $max    How many failures of an address are answered as such in `$window`, 1 to 256.
     * @param int    $window Seconds.
     *
     * @return UploadLink|Decision Denied with `upload_session_unknown`, `upload_session_expired` or `rate_limited_ip`.
     *
     * @throws Exception `misuse` if a number is out of range.
     */
    public function verify(#[\SensitiveParameter] string $token, string $ip, int $max, int $window): UploadLink|Decision {}

    /**
     * Opens the session of a link for one request, and counts the request.
     *
     * @param UploadLink           $link        The link.
     * @param string|null          $terms       The stored terms, or null if there are none.
     * @param Record|Decision|null $connection  What {@see Records::open()} returned for the connection of the link.
     * @param bool                 $kill_switch Whether an administrator has stopped all agents.
     *
     * @return UploadSession|Decision Denied with `rate_limited`, `upload_session_unknown`, `upload_session_closed`, a reason of the
     *                                store or of {@see Access::mayAct()}, or `tool_outside_groups`.
     *
     * @throws Exception `misuse` for the record of another connection.
     */
    public function open(UploadLink $link, ?string $terms, Record|Decision|null $connection, bool $kill_switch): UploadSession|Decision {}

    /**
     * Returns whether a refusal is to be recorded: once a minute for each reason and address.
     *
     * @param string $reason The reason code.
     * @param string $ip     The address of the client.
     */
    public function isFirstRefusal(string $reason, string $ip): bool {}

    /**
     * Closes a session for good.
     *
     * @param string $id      Its id.
     * @param int    $issued  When it was made, in Unix seconds.
     * @param int    $expires When it ends, in Unix seconds.
     *
     * @throws Exception      `upload_session_unknown` if `$id` is not the id of a session; `misuse` for a negative time.
     * @throws StoreException If the store cannot keep it.
     */
    public function close(string $id, int $issued, int $expires): void {}

    /**
     * Returns what a session is now: `open`, `full`, `closed` or `expired`. Whether its connection may act is decided apart.
     *
     * @param string $id      Its id.
     * @param int    $issued  When it was made, in Unix seconds.
     * @param int    $expires When it ends, in Unix seconds.
     * @param int    $taken   How many of its places are taken.
     * @param int    $files   How many places it has.
     *
     * @throws Exception      `misuse` for a negative number.
     * @throws StoreException If the store cannot answer.
     */
    public function state(string $id, int $issued, int $expires, int $taken, int $files): string {}
}
