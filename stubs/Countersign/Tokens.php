<?php

namespace Countersign;

/**
 * Issues and verifies tokens.
 *
 *     $tokens = new Tokens( Keyring::open( $site_id, AUTH_KEY . AUTH_SALT ) );
 *     $token  = $tokens->issue( TokenKind::Access, subject: 7, lifetime: 3600, binding: 'https://example.org/api' );
 *     $claims = $tokens->verify( TokenKind::Access, $token, binding: 'https://example.org/api' );
 *     // Claims, or a Decision that says why not.
 */
final class Tokens
{
    public function __construct(Keyring $keyring) {}

    /**
     * @param int    $subject  Whom the token speaks for; 0 or more.
     * @param int    $lifetime Seconds, 1 to 31,622,400.
     * @param string $binding  What the token is bound to: any bytes. The verifier must present the same.
     * @param int    $epoch    The subject's revocation counter; compare {@see Claims::epoch()} with the present one.
     *
     * @throws Exception `misuse` when a number is out of range.
     */
    public function issue(TokenKind $kind, int $subject, int $lifetime, ?string $binding = null, int $epoch = 0): string {}

    /**
     * Verifies signature, kind, site, time and binding. Revocation (epoch) and single use are the caller's to compare.
     */
    public function verify(TokenKind $kind, #[\SensitiveParameter] string $token, ?string $binding = null): Claims|Decision {}
}
