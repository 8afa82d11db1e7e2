<?php
/** Holds secrets, then frees them, and waits for an observer each time. wiped.inc describes its input. */

$next  = static fn() => trim( fgets( STDIN ) );
$pause = static function ( string $state ) use ( $next ): void {
	// In PHP.wasm the observer is the program around the instance.
	if ( function_exists( 'post_message_to_js' ) ) {
		post_message_to_js( $state );
		return;
	}
	echo "$state\n";
	$next();
};
list( $site, $material, $slots, $sealed ) = array( $next(), $next(), $next(), $next() );
$keyring = Countersign\Keyring::open( $site, $material );
$tokens  = new Countersign\Tokens( $keyring );
$tokens->verify( Countersign\TokenKind::Access, $tokens->issue( Countersign\TokenKind::Access, 1, 60 ) );
$vault   = Countersign\Vault::open( $site, $slots, $material );
$secret  = $vault->unseal( 'record', $sealed );
$vault->seal( 'another', $secret );
// This comes last, so that no later call has overwritten the stack.
$again   = Countersign\Vault::open( $site, $slots, $material );
$pause( 'held' );
unset( $keyring, $tokens, $vault, $secret, $again );
$pause( 'freed' );
