--TEST--
The extension and a second implementation in plain PHP agree with the vectors of tokens
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/token.inc';

use Countersign\Claims;
use Countersign\Keyring;
use Countersign\TokenKind;
use Countersign\Tokens;

/** @return array<string, array<string, mixed>> The vectors in a folder, by file name. */
$read = static function ( string $folder ): array {
	$vectors = array();
	foreach ( glob( __DIR__ . "/../vectors/token/$folder/*.json" ) as $file ) {
		$vectors[ basename( $file, '.json' ) ] = json_decode( file_get_contents( $file ), true );
	}
	return $vectors;
};
$open   = static fn( array $vector ) => new Tokens( Keyring::open( $vector['site'], $vector['material'] ) );
$second = static fn( array $vector, string $token ) => token_verdict( $token, $vector['kind'], $vector['site'], $vector['material'], $vector['binding'] );
$valid  = $read( 'valid' );

foreach ( $valid as $kind => $vector ) {
	$claims = $open( $vector )->verify( TokenKind::from( $kind ), $vector['token'], $vector['binding'] );
	$ours   = $claims instanceof Claims
		? array( $claims->id(), $claims->subject(), $claims->epoch(), $claims->issuedAt(), $claims->expiresAt() )
		: $claims->reason();
	$want   = array( $vector['id'], $vector['subject'], $vector['epoch'], $vector['issued'], $vector['issued'] + $vector['lifetime'] );
	printf( "%s: %s, second implementation: %s\n", $kind, $ours === $want ? 'ok' : json_encode( $ours ), $second( $vector, $vector['token'] ) );
}

$invalid = $read( 'invalid' );
$wrong   = 0;
foreach ( $invalid as $name => $vector ) {
	$answer = $open( $vector )->verify( TokenKind::from( $vector['kind'] ), $vector['token'], $vector['binding'] );
	$ours   = $answer instanceof Claims ? 'accepted' : $answer->reason();
	$theirs = $second( $vector, $vector['token'] );
	if ( $ours !== $vector['reason'] || $theirs !== $vector['reason'] ) {
		echo "$name: {$vector['reason']} wanted, extension $ours, second implementation $theirs\n";
		$wrong++;
	}
}
// The second implementation refuses every token after a change of one bit and after every truncation. tokens.phpt tests the extension.
foreach ( $valid as $kind => $vector ) {
	$good     = $vector['token'];
	$tokens   = $open( $vector );
	$accepted = 0;
	for ( $place = 0; $place < strlen( $good ); $place++ ) {
		for ( $bit = 0; $bit < 8; $bit++ ) {
			$bad           = $good;
			$bad[ $place ] = chr( ord( $bad[ $place ] ) ^ ( 1 << $bit ) );
			$accepted     += (int) ( 'ok' === $second( $vector, $bad ) );
		}
		$accepted += (int) ( 'ok' === $second( $vector, substr( $good, 0, $place ) ) );
	}
	// With a correct checksum, as a forger would compute it.
	$payload = base64_decode( strtr( substr( $good, 5, -6 ), '-_', '+/' ), true );
	for ( $place = 0; $place < strlen( $payload ); $place++ ) {
		for ( $bit = 0; $bit < 8; $bit++ ) {
			$bad           = $payload;
			$bad[ $place ] = chr( ord( $bad[ $place ] ) ^ ( 1 << $bit ) );
			$body          = substr( $good, 0, 5 ) . rtrim( strtr( base64_encode( $bad ), '+/', '-_' ), '=' );
			$bad           = $body . base62_crc( $body );
			$accepted     += (int) ( 'ok' === $second( $vector, $bad ) );
			$accepted     += (int) ( $tokens->verify( TokenKind::from( $kind ), $bad, $vector['binding'] ) instanceof Claims );
		}
	}
	echo "$kind: accepted of all changed or truncated: $accepted\n";
}
printf( "%d invalid vectors, %d wrong answers\n", count( $invalid ), $wrong );
?>
--EXPECT--
access: ok, second implementation: ok
approval: ok, second implementation: ok
code: ok, second implementation: ok
confirmation: ok, second implementation: ok
pairing: ok, second implementation: ok
refresh: ok, second implementation: ok
upload: ok, second implementation: ok
access: accepted of all changed or truncated: 0
approval: accepted of all changed or truncated: 0
code: accepted of all changed or truncated: 0
confirmation: accepted of all changed or truncated: 0
pairing: accepted of all changed or truncated: 0
refresh: accepted of all changed or truncated: 0
upload: accepted of all changed or truncated: 0
28 invalid vectors, 0 wrong answers
