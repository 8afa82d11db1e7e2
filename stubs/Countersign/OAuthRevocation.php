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
     * The arguments are those of {@see OAuthTokenRequest::redeem()}. A token that is ahead of its record gets status 503 and a
     * change that pauses the connection, as there. The client may send it again afterwards.
     *
     * @param Record|Decision|null $grant      The grant.
     * @param Record|Decision|null $connection The connection that the data of the grant name.
     * @param string|null          $counters   The counters of the grant.
     *
     * @throws Exception `misuse` for arguments of another form and for other records.
     */
    public function decide(Record|Decision|null $grant = null, Record|Decision|null $connection = null, ?string $counters = null): OAuthReply {}
}
