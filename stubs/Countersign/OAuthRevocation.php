<?php

namespace Countersign;

/** A revocation request with a genuine token that is not expired. It has to be checked against the grant of the token. */
final class OAuthRevocation
{
    private function __construct() {}

    /** Returns the id of the grant if the token is a refresh token, else null. Look it up for {@see decide()}. */
    public function grantId(): ?int {}

    /** Returns the id of the connection if the token is an access token, else null. Look its grant up for {@see decide()}. */
    public function connectionId(): ?int {}

    /**
     * Decides about the request. The token of another client, and a token that is not in use any more, change nothing: one of
     * a revoked connection or an earlier epoch, and a refresh token that was replaced. The refresh token before the latest
     * counts as in use for 60 seconds, because a client that lost a response has no other.
     *
     * @param string|null $grant The grant, JSON as for {@see OAuthTokenRequest::redeem()}, or null if there is none.
     *
     * @throws Exception `misuse` for a grant of another form.
     */
    public function decide(?string $grant = null): OAuthReply {}
}
