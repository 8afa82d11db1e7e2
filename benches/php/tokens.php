<?php
/** Tokens, compared with HS256 JWTs. */

declare(strict_types=1);

require __DIR__ . '/lib/bench.php';
require __DIR__ . '/lib/jwt.php';

use Countersign\Claims;
use Countersign\Keyring;
use Countersign\TokenKind;
use Countersign\Tokens;

const RESOURCE = 'https://example.org/wp-json/countersign/v1/mcp';

// Both have a current and a previous key.
$key    = bin2hex( random_bytes( 32 ) );
$old    = bin2hex( random_bytes( 32 ) );
$tokens = new Tokens( Keyring::open( '0123456789abcdef', $key, array( $old ) ) );
$jwt    = new Jwt( array( 'k2' => $key, 'k1' => $old ), 'https://example.org' );
$token  = $tokens->issue( TokenKind::Access, 7, 3600, RESOURCE );
$other  = $jwt->issue( 'access', RESOURCE, 7, 3600 );
must( $tokens->verify( TokenKind::Access, $token, RESOURCE ) instanceof Claims && $jwt->verify( 'access', $other, RESOURCE ) instanceof JwtClaims );

$bench = new Bench();
$bench->compare(
	'token: issue and verify',
	6,
	static fn() => $tokens->verify( TokenKind::Access, $tokens->issue( TokenKind::Access, 7, 3600, RESOURCE ), RESOURCE ),
	static fn() => $jwt->verify( 'access', $jwt->issue( 'access', RESOURCE, 7, 3600 ), RESOURCE ),
	'HS256 JWT in PHP'
);
$bench->compare(
	'token: verify',
	6,
	static fn() => $tokens->verify( TokenKind::Access, $token, RESOURCE ),
	static fn() => $jwt->verify( 'access', $other, RESOURCE ),
	'HS256 JWT in PHP'
);
echo $bench->rows();
