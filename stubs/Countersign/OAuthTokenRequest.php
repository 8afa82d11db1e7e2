<?php

namespace Countersign;

/** A well-formed token request with a genuine code or refresh token, to be held against its grant. */
final class OAuthTokenRequest
{
    private function __construct() {}

    /** `authorization_code` or `refresh_token`. */
    public function grantType(): string {}

    public function grantId(): int {}

    /**
     * Decides. Where the answer has a {@see OAuthReply::change()}, make it with one conditional update and only then send
     * the answer; when no row matched, another worker was first: load the grant again and redeem again.
     *
     * @param string|null $grant JSON `{"id", "client_id", "request": <OAuthRequest::toJson() object>, "connection",
     *     "connection_state", "epoch", "generation": int (-1 before the code is used), "branch": int, "rotated_at": int
     *     Unix seconds, "created_at": int, "revoked": bool}`; null when there is none.
     */
    public function redeem(?string $grant = null): OAuthReply {}
}
