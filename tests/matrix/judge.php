<?php
// judge.php COUNT < ANSWERS: checks that COUNT requests (request.php) together were given each nonce, and each call of
// the limit, exactly once.
$answers = array_map( static fn( string $line ) => json_decode( $line, true ), file( 'php://stdin', FILE_IGNORE_NEW_LINES ) );
$sum     = static fn( string $what ): int => array_sum( array_column( $answers, $what ) );
$found   = array( count( $answers ), $sum( 'sound' ), $sum( 'verified' ), $sum( 'won' ), $sum( 'calls' ) );
$wanted  = array( (int) $argv[1], (int) $argv[1], (int) $argv[1], 20, 7 );
if ( $found !== $wanted ) {
	fwrite( STDERR, sprintf( "requests, self-tests passed, tokens verified, nonces won, calls admitted: %s instead of %s\n", implode( ' ', $found ), implode( ' ', $wanted ) ) );
	exit( 1 );
}
