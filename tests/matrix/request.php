<?php
// One request: prints as JSON whether the self-test passed, and how many of twenty nonces and of a limit's calls this
// request was given. All requests of a run ask for the same nonces and the same limit.
use Countersign\{Claims, Keyring, Limits, Store, TokenKind, Tokens};

$store  = Store::open();
$limits = new Limits( $store );
$run    = ini_get( 'countersign.state_dir' );
$now    = time();
$won    = 0;
$calls  = 0;
for ( $i = 0; $i < 20; $i++ ) {
	$won   += (int) $store->seenOnce( 'matrix', "$run $i", $now + 1, $now + 300 )->isAllowed();
	$calls += (int) $limits->check( $run, 7, 3600 )->isAllowed();
}
$tokens = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) ) );
$token  = $tokens->issue( TokenKind::Access, 7, 60 );
// Printed with a single call, because other threads print too.
echo json_encode(
	array(
		'sound'    => ! in_array( false, Countersign\self_test(), true ),
		'verified' => $tokens->verify( TokenKind::Access, $token ) instanceof Claims,
		'won'      => $won,
		'calls'    => $calls,
	)
) . "\n";
