<?php
/**
 * What a call of the extension costs, compared with a builtin function or method of PHP that does about the same. Runs in
 * native PHP and in PHP.wasm. The time is that of a statement in a loop. Both are called alternately, in batches that are
 * so short that other work on the machine interrupts few of them.
 *
 * Prints `what<TAB>compared with<TAB>ns of ours<TAB>ns of the builtin<TAB>ratio`, medians of all batches, on each line.
 */

declare(strict_types=1);

use Countersign\Keyring;
use Countersign\Secret;
use Countersign\TokenKind;
use Countersign\Tokens;

const ROUNDS = 401;

$secret  = Secret::of( str_repeat( 's', 32 ) );
$fixed   = new SplFixedArray( 32 );
$same    = str_repeat( 's', 32 );
$other   = str_repeat( 's', 31 ) . 't';
$tokens  = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) ) );
$token   = $tokens->issue( TokenKind::Access, 7, 3600, 'https://example.org/mcp' );
$key     = str_repeat( 'k', 32 );
$message = str_repeat( 'm', 133 ); // As long as the message of a token.

// Which calls, what they are compared with, and how many are in a batch.
$pairs = array(
	array( 'a method without arguments', '$secret->length()', '$fixed->getSize()', 2000 ),
	array( 'a function with a number', 'Countersign\Policy::confidence( 9000 )', 'abs( 9000 )', 2000 ),
	array( 'a function that returns text', 'Countersign\version()', 'phpversion()', 2000 ),
	array( 'a method that compares 32 bytes', '$secret->equals( $other )', 'hash_equals( $same, $other )', 2000 ),
	array( 'a function that judges an address', 'Countersign\is_public_address( "192.0.2.1" )', 'filter_var( "192.0.2.1", FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE )', 1000 ),
	array( 'verifying a token', '$tokens->verify( Countersign\TokenKind::Access, $token, "https://example.org/mcp" )', 'hash_hmac( "sha256", $message, $key )', 50 ),
);
// The code is compiled, so that no closure is called for each call.
$values = compact( 'secret', 'fixed', 'same', 'other', 'tokens', 'token', 'key', 'message' );
$loop   = static function ( string $call ) use ( $values ): Closure {
	extract( $values );
	return eval( 'return static function ( int $times ) use ( $' . implode( ', $', array_keys( $values ) ) . " ): float {
		\$start = hrtime( true );
		for ( \$i = 0; \$i < \$times; \$i++ ) { $call; }
		return ( hrtime( true ) - \$start ) / \$times;
	};" );
};
$half   = static function ( array $numbers ): float {
	sort( $numbers );
	return $numbers[ intdiv( count( $numbers ), 2 ) ];
};
foreach ( $pairs as list( $what, $ours, $peer, $times ) ) {
	$calls  = array( $loop( $ours ), $loop( $peer ) );
	$took   = array( array(), array() );
	$ratios = array();
	for ( $round = 0; $round <= ROUNDS; $round++ ) {
		$one = $calls[0]( $times );
		$two = $calls[1]( $times );
		// The first ones warm caches and let the engine compile the module.
		if ( $round > ROUNDS / 4 ) {
			$took[0][] = $one;
			$took[1][] = $two;
			$ratios[]  = $one / $two;
		}
	}
	printf( "%s: `%s`\t`%s`\t%d\t%d\t%.2f\n", $what, strtok( $ours, '(' ), strtok( $peer, '(' ), $half( $took[0] ), $half( $took[1] ), $half( $ratios ) );
}
