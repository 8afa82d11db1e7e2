<?php

namespace Countersign;

/**
 * Issues and verifies tokens.
 *
 *     $tokens = new Tokens( Keyring::open( $site_id, AUTH_KEY . AUTH_SALT ) );
 *     $token  = $tokens->issue( TokenKind::Access, subject: 7, lifetime: 3600, binding: 'https://example.org/api' );
 *     $claims = $tokens->verify( TokenKind::Access, $token, binding: 'https://example.org/api' );
 *     // Claims, or a Decision with the reason.
 */
final class Tokens
{
    /**
     * @param Keyring $keyring The keys of the site.
     */
    public function __construct(Keyring $keyring) {}

    /**
     * Issues a token.
     *
     * @param TokenKind   $kind     What the token is for.
     * @param int         $subject  Whom the token is issued for, 0 or more.
     * @param int         $lifetime Seconds until the token expires, 1 to 31,622,400.
     * @param string|null $binding  What the token is bound to, in any bytes. It is valid only with the same binding.
     * @param int         $epoch    The subject's revocation counter, 0 to 4,294,967,295. Compare {@see Claims::epoch()} with the
     *                              current one.
     *
     * @throws Exception `misuse` when a number is out of range; `entropy_unavailable` when the operating system returns no
     *                   randomness.
     * @throws Exception `agent_at_work` for another kind than a confirmation after {@see McpCall::begin()}.
     */
    public function issue(TokenKind $kind, int $subject, int $lifetime, ?string $binding = null, int $epoch = 0): string {}

    /**
     * Verifies signature, kind, site, time and binding of a token. Compare revocation (epoch) and single use yourself.
     *
     * @param TokenKind   $kind    What the token must be for.
     * @param string      $token   The token as received.
     * @param string|null $binding What the token must be bound to.
     */
    public function verify(TokenKind $kind, #[\SensitiveParameter] string $token, ?string $binding = null): Claims|Decision {}
}
