<?php
// judge.php COUNT < ANSWERS: whether that many requests (request.php) together won each nonce and each call exactly once.
$answers = array_map( static fn( string $line ) => json_decode( $line, true ), file( 'php://stdin', FILE_IGNORE_NEW_LINES ) );
$sum     = static fn( string $what ): int => array_sum( array_column( $answers, $what ) );
$found   = array( count( $answers ), $sum( 'sound' ), $sum( 'verified' ), $sum( 'won' ), $sum( 'calls' ) );
$wanted  = array( (int) $argv[1], (int) $argv[1], (int) $argv[1], 20, 7 );
if ( $found !== $wanted ) {
	fwrite( STDERR, sprintf( "requests, sound, verified, nonces won, calls admitted: %s instead of %s\n", implode( ' ', $found ), implode( ' ', $wanted ) ) );
	exit( 1 );
}
