--TEST--
Tokens are valid for their kind, site, key and binding, and refused with a reason for any other
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\Claims;
use Countersign\Decision;
use Countersign\Keyring;
use Countersign\TokenKind;
use Countersign\Tokens;

$tokens = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) ) );
foreach ( TokenKind::cases() as $kind ) {
	$token  = $tokens->issue( $kind, subject: 7, lifetime: 60, binding: 'https://example.org/', epoch: 3 );
	$claims = $tokens->verify( $kind, $token, 'https://example.org/' );
	printf(
		"%s %s %d %d %d\n",
		substr( $token, 0, 5 ),
		$claims instanceof Claims ? 'ok' : $claims->reason(),
		$claims->subject(),
		$claims->epoch(),
		$claims->expiresAt() - $claims->issuedAt()
	);
}

// Every kind works once. The time of issue is a second later, because the store may have started in this second.
$store = Countersign\Store::open();
foreach ( TokenKind::cases() as $kind ) {
	$claims = $tokens->verify( $kind, $tokens->issue( $kind, 0, 60, random_bytes( 32 ), 4294967295 ) );
	echo $claims->reason(), ', ';
	$claims = $tokens->verify( $kind, $tokens->issue( $kind, PHP_INT_MAX, 31622400, epoch: 4294967295 ) );
	$once   = static fn() => $store->seenOnce( $kind->value, $claims->id(), $claims->issuedAt() + 1, $claims->expiresAt() );
	echo $claims->subject() === PHP_INT_MAX && 4294967295 === $claims->epoch() ? 'ok' : 'wrong', ', ', $once()->isAllowed() ? 'first' : 'again', ', ', $once()->reason(), "\n";
}

$token  = $tokens->issue( TokenKind::Access, 7, 60, 'a' );
$other  = new Tokens( Keyring::open( 'fedcba9876543210', str_repeat( 'k', 64 ) ) );
$newkey = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'n', 64 ) ) );
$both   = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'n', 64 ), array( str_repeat( 'k', 64 ) ) ) );
$why    = static fn( Claims|Decision $answer ) => $answer instanceof Claims ? 'ok' : $answer->reason();
echo 'audience: ', $why( $tokens->verify( TokenKind::Access, $token, 'b' ) ), "\n";
echo 'kind: ', $why( $tokens->verify( TokenKind::Refresh, $token, 'a' ) ), "\n";
echo 'site: ', $why( $other->verify( TokenKind::Access, $token, 'a' ) ), "\n";
echo 'key: ', $why( $newkey->verify( TokenKind::Access, $token, 'a' ) ), "\n";
echo 'previous key: ', $why( $both->verify( TokenKind::Access, $token, 'a' ) ), "\n";
foreach ( array( '', 'csat_', "\xff\xfe", str_repeat( 'a', 100000 ), $token . ' ', "$token\0" ) as $text ) {
	echo $why( $tokens->verify( TokenKind::Access, $text, 'a' ) ), "\n";
}

$accepted = 0;
for ( $place = 0; $place < strlen( $token ); $place++ ) {
	for ( $bit = 0; $bit < 8; $bit++ ) {
		$bad           = $token;
		$bad[ $place ] = chr( ord( $bad[ $place ] ) ^ ( 1 << $bit ) );
		$accepted     += (int) ( $tokens->verify( TokenKind::Access, $bad, 'a' ) instanceof Claims );
	}
	$accepted += (int) ( $tokens->verify( TokenKind::Access, substr( $token, 0, $place ), 'a' ) instanceof Claims );
}
echo "accepted of all changed or truncated tokens: $accepted\n";

foreach ( array( array( -1, 60 ), array( 1, 0 ), array( 1, PHP_INT_MAX ) ) as $numbers ) {
	try {
		$tokens->issue( TokenKind::Access, ...$numbers );
		echo "issued\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', $e->getMessage(), "\n";
	}
}
?>
--EXPECT--
csat_ ok 7 3 60
csrt_ ok 7 3 60
csac_ ok 7 3 60
cscf_ ok 7 3 60
cspr_ ok 7 3 60
csap_ ok 7 3 60
csup_ ok 7 3 60
token_wrong_audience, ok, first, token_used
token_wrong_audience, ok, first, token_used
token_wrong_audience, ok, first, token_used
token_wrong_audience, ok, first, token_used
token_wrong_audience, ok, first, token_used
token_wrong_audience, ok, first, token_used
token_wrong_audience, ok, first, token_used
audience: token_wrong_audience
kind: token_wrong_kind
site: token_wrong_site
key: token_unknown_key
previous key: ok
token_malformed
token_malformed
token_malformed
token_malformed
token_malformed
token_malformed
accepted of all changed or truncated tokens: 0
misuse: the subject must be 0 or more
misuse: the lifetime must be 1 to 31,622,400 seconds
misuse: the lifetime must be 1 to 31,622,400 seconds
