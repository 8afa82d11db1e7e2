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
28 ways to be wrong, 0 not refused as they must
