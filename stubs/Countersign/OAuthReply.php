<?php

namespace Countersign;

/** An answer of the authorization server, ready to send. */
final class OAuthReply
{
    private function __construct() {}

    public function status(): int {}

    /** @return array<string, string> */
    public function headers(): array {}

    /** JSON, or '' */
    public function body(): string {}

    public function decision(): Decision {}

    /** Where to redirect with the error; null: show an error page and redirect nowhere. Only from {@see OAuth::authorize()}. */
    public function redirect(): ?string {}

    /**
     * The client to store, JSON `{"client_id", "client_name", "redirect_uris", "grant_types", "token_endpoint_auth_method",
     * "secret_hash"?, "source": "registration"|"document"}`. Only from {@see OAuth::register()}.
     */
    public function client(): ?string {}

    /**
     * What must change before the answer is sent, each with one conditional update; null for nothing.
     *
     *  - `{"grant": id, "from": {"generation", "branch"}, "to": {"generation", "branch", "rotated_at"}}`: set the grant to
     *    `to` where it still stands at `from` and is not revoked. No row matched: load the grant and redeem again.
     *    `branch` needs 32 unsigned bits.
     *  - `{"grant": id, "revoke": true}`: a code or refresh token was used again: the grant ends, and with it, by raising the
     *    connection's epoch in the same transaction, the access tokens issued from it.
     *  - `{"grant": id, "client_id", "revoke": true}`: from {@see OAuth::revoke()}; the same, only where the grant is this client's.
     *  - `{"connection": id, "client_id", "revoke_tokens": true}`: from {@see OAuth::revoke()} for an access token: raise the
     *    connection's epoch, only where the connection's grant is this client's. Its refresh tokens stay good.
     */
    public function change(): ?string {}
}
