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
     * Returns the URL to redirect to with the error, or null: then show an error page and do not redirect. Only from
     * {@see OAuth::authorize()}.
     */
    public function redirect(): ?string {}

    /**
     * Returns the registered client, which need not be stored: JSON `{"client_id", "client_name", "redirect_uris", "grant_types",
     * "token_endpoint_auth_method", "secret_hash"?, "source": "registration"|"document"}`. Only from {@see OAuth::register()}.
     */
    public function client(): ?string {}

    /**
     * Returns what to change before the reply is sent, with one conditional update, or null for nothing.
     *
     *  - `{"grant": id, "from": {"generation", "branch"}, "to": {"generation", "branch", "rotated_at"}}`: set the grant to
     *    `to` if it is still at `from` and not revoked. If no row matched, load the grant and redeem again.
     *    `branch` needs 32 unsigned bits.
     *  - `{"grant": id, "connection": id, "revoke": true}`: a code or refresh token was used again, or a client revoked its
     *    refresh token. If the connection is not revoked yet, end the grant, and in the same transaction raise the epoch of the
     *    connection, which ends the access tokens issued from it.
     *  - `{"connection": id, "epoch": n, "revoke_tokens": true}`: a client revoked its access token. Raise the epoch of the
     *    connection if it is still `n`. Its refresh tokens stay valid.
     */
    public function change(): ?string {}

    /**
     * Returns the draft of the audit entry, or null for nothing. Append it before the reply is sent, in one transaction with
     * {@see change()}: if no row matched, nothing has happened, and there is nothing to record.
     */
    public function entry(): ?string {}
}
