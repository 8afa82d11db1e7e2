<?php

namespace Countersign;

/** A well-formed token request with a genuine code or refresh token. It has to be checked against its grant. */
final class OAuthTokenRequest
{
    private function __construct() {}

    /** Returns the grant type: `authorization_code` or `refresh_token`. */
    public function grantType(): string {}

    /** Returns the id of the grant that the code or refresh token belongs to. Look it up for {@see redeem()}. */
    public function grantId(): int {}

    /**
     * Decides about the request. If the reply has a {@see OAuthReply::change()}, make it with one conditional update before you
     * send the reply. If no row matched, another worker was faster: load the grant and redeem again. The first call counts the
     * request.
     *
     * @param string|null $grant JSON `{"id", "client_id", "request": <OAuthRequest::toJson() object>, "connection",
     *     "connection_state", "epoch", "generation": int (-1 before the code is used), "branch": int, "rotated_at": int
     *     Unix seconds, "created_at": int, "revoked": bool}`, or null if there is none.
     *
     * @throws Exception `misuse` for a grant of another form; `entropy_unavailable` when the operating system returns no
     *                   randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function redeem(?string $grant = null): OAuthReply {}
}
