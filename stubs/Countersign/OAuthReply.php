<?php

namespace Countersign;

/** A response of the authorization server that is ready to send. */
final class OAuthReply
{
    private function __construct() {}

    /** Returns the HTTP status. */
    public function status(): int {}

    /**
     * Returns all headers.
     *
     * @return array<string, string> Name => value.
     */
    public function headers(): array {}

    /** Returns the body: JSON, or ''. */
    public function body(): string {}

    /** Returns whether the request was allowed, with the reason of a refusal. */
    public function decision(): Decision {}

    /**
     * Returns one English sentence that names the part of the request that is at fault and says what to do, beside the reason of
     * {@see decision()}; null if the reason says everything. It is a fixed text without input.
     */
    public function detail(): ?string {}

    /**
     * Returns the URL to redirect to with the error, or null: then show an error page and do not redirect. Only from
     * {@see OAuth::authorize()}.
     */
    public function redirect(): ?string {}

    /**
     * Returns the registered client, which need not be stored: JSON `{"client_id", "client_name", "redirect_uris", "grant_types",
     * "token_endpoint_auth_method", "secret_hash"?, "keys"?, "source": "registration"|"document"}`. Only from {@see OAuth::register()}.
     */
    public function client(): ?string {}

    /**
     * Returns what to change before the reply is sent, with one conditional update, or null for nothing.
     *
     *  - `{"grant": id, "from": {"generation", "branch"}, "to": {"generation", "branch", "rotated_at"}}`: set the counters of
     *    the grant to `to` if they are still at `from`. If no row matched, load the grant and redeem again. `branch` needs 32
     *    unsigned bits.
     *  - `{"connection": id, "revoke": reason}`: a code or refresh token was used again (`code_reused`, `refresh_reused`), or a
     *    client revoked its refresh token (`client`). If the connection is not revoked yet, set its state to `revoked` with
     *    this `state_reason`, and raise its epoch by 1.
     *  - `{"connection": id, "epoch": n, "revoke_tokens": true}`: a client revoked its access token. Raise the epoch in the data
     *    of the connection by 1 if it is still `n`. Its refresh tokens stay valid.
     *  - `{"connection": id, "pause": "record_rolled_back", "raise_epoch": n}`: the access token is ahead of the connection,
     *    so the database is older. Unless the connection is revoked, set its state to `paused` with this `state_reason`, and
     *    the epoch in its data to `n` if it is lower.
     *  - `{"connection": id, "pause": "record_rolled_back", "grant": id, "from": {..}, "to": {..}}`: the refresh token is ahead
     *    of the counters. Pause the connection as above, without a new epoch, and set the counters as in the first form, both
     *    in one transaction. After a person has resumed the connection, the client continues with the token that it has.
     */
    public function change(): ?string {}

    /**
     * Returns the draft of the audit entry, or null for nothing. Append it before the reply is sent, in one transaction with
     * {@see change()}: if no row matched, nothing has happened, and there is nothing to record.
     */
    public function entry(): ?string {}
}
