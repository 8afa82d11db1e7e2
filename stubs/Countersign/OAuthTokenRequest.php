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
     * A grant or connection whose record was forged, or sealed with keys that the site does not hold, gets `invalid_grant`,
     * so that the client connects again. One whose record is behind or unsealed, and a site that cannot open records, get
     * status 503, so that the client keeps its tokens. A refresh token that is ahead of the counters gets 503 too, with a
     * change that pauses the connection: the database is older than the token.
     *
     * @param Record|Decision|null $grant      What {@see Records::open()} returned for the record `grant` with the id of
     *     {@see grantId()}, or null if there is none. Its data are JSON `{"connection", "client_id", "request":
     *     <OAuthRequest::toJson() object>, "created_at": Unix seconds}`.
     * @param Record|Decision|null $connection The same for the record `connection` that the data of the grant name. Ignored
     *     unless `$grant` is a record. Tokens are issued while it is `active` or `paused`.
     * @param string|null          $counters   JSON `{"generation": int (-1 before the code is used), "branch": int,
     *     "rotated_at": int Unix seconds}`, as stored with the grant. They are not sealed. Ignored unless `$grant` is a record.
     *
     * @throws Exception `misuse` for arguments of another form and for other records; `entropy_unavailable` when the operating
     *                   system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function redeem(Record|Decision|null $grant = null, Record|Decision|null $connection = null, ?string $counters = null): OAuthReply {}
}
