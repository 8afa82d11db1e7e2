--TEST--
The token vectors, through the extension and through a second implementation in plain PHP
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/token.inc';

use Countersign\Claims;
use Countersign\Keyring;
use Countersign\TokenKind;
use Countersign\Tokens;

$read  = static fn( string $name ) => json_decode( file_get_contents( __DIR__ . "/../vectors/token/$name.json" ), true );
$valid = $read( 'valid' );

$tokens = new Tokens( Keyring::open( $valid['site'], $valid['material'] ) );
foreach ( $valid['tokens'] as $vector ) {
	$claims = $tokens->verify( TokenKind::from( $vector['kind'] ), $vector['token'], $valid['binding'] );
	$ours   = $claims instanceof Claims
		? array( $claims->id(), $claims->subject(), $claims->epoch(), $claims->issuedAt(), $claims->expiresAt() )
		: $claims->reason();
	$want   = array( $valid['id'], $valid['subject'], $valid['epoch'], $valid['issued'], $valid['issued'] + $valid['lifetime'] );
	$second = token_verdict( $vector['token'], $vector['kind'], $valid['site'], $valid['material'], $valid['binding'] );
	printf( "%s: %s, second implementation: %s\n", $vector['kind'], $ours === $want ? 'ok' : json_encode( $ours ), $second );
}

$invalid = $read( 'invalid' );
$wrong   = 0;
foreach ( $invalid['cases'] as $case ) {
	$answer = $tokens->verify( TokenKind::Access, $case['token'], $invalid['binding'] );
	$ours   = $answer instanceof Claims ? 'accepted' : $answer->reason();
	$second = token_verdict( $case['token'], 'access', $invalid['site'], $invalid['material'], $invalid['binding'] );
	if ( $ours !== $case['reason'] || $second !== $case['reason'] ) {
		echo "{$case['name']}: {$case['reason']} wanted, extension $ours, second implementation $second\n";
		$wrong++;
	}
}
// Every token with one bit changed, and every beginning of it: by the second implementation; tokens.phpt asks the extension.
foreach ( $valid['tokens'] as $vector ) {
	$good     = $vector['token'];
	$accepted = 0;
	for ( $place = 0; $place < strlen( $good ); $place++ ) {
		for ( $bit = 0; $bit < 8; $bit++ ) {
			$bad           = $good;
			$bad[ $place ] = chr( ord( $bad[ $place ] ) ^ ( 1 << $bit ) );
			$accepted     += (int) ( 'ok' === token_verdict( $bad, $vector['kind'], $valid['site'], $valid['material'], $valid['binding'] ) );
		}
		$accepted += (int) ( 'ok' === token_verdict( substr( $good, 0, $place ), $vector['kind'], $valid['site'], $valid['material'], $valid['binding'] ) );
	}
	// Under a checksum made right again, as a forger would.
	$payload = base64_decode( strtr( substr( $good, 5, -6 ), '-_', '+/' ), true );
	for ( $place = 0; $place < strlen( $payload ); $place++ ) {
		for ( $bit = 0; $bit < 8; $bit++ ) {
			$bad           = $payload;
			$bad[ $place ] = chr( ord( $bad[ $place ] ) ^ ( 1 << $bit ) );
			$body          = substr( $good, 0, 5 ) . rtrim( strtr( base64_encode( $bad ), '+/', '-_' ), '=' );
			$bad           = $body . base62_crc( $body );
			$accepted     += (int) ( 'ok' === token_verdict( $bad, $vector['kind'], $valid['site'], $valid['material'], $valid['binding'] ) );
			$accepted     += (int) ( $tokens->verify( TokenKind::from( $vector['kind'] ), $bad, $valid['binding'] ) instanceof Claims );
		}
	}
	echo "{$vector['kind']}: accepted of all changed and cut: $accepted\n";
}
printf( "%d ways to be wrong, %d not refused as they must\n", count( $invalid['cases'] ), $wrong );
?>
--EXPECT--
access: ok, second implementation: ok
refresh: ok, second implementation: ok
code: ok, second implementation: ok
confirmation: ok, second implementation: ok
pairing: ok, second implementation: ok
approval: ok, second implementation: ok
upload: ok, second implementation: ok
access: accepted of all changed and cut: 0
refresh: accepted of all changed and cut: 0
code: accepted of all changed and cut: 0
confirmation: accepted of all changed and cut: 0
pairing: accepted of all changed and cut: 0
approval: accepted of all changed and cut: 0
upload: accepted of all changed and cut: 0
28 ways to be wrong, 0 not refused as they must
