<?php
/**
 * Tests the sniffs: every line of a case file that ends in "// expect: CODE CODE" must be reported with exactly these codes,
 * and no other line may be reported. Reads the JSON report of PHP_CodeSniffer from standard input.
 */

declare(strict_types=1);

$report = json_decode( (string) stream_get_contents( STDIN ), true, 512, JSON_THROW_ON_ERROR );
$passed = 0;
$failed = 0;
foreach ( array_slice( $argv, 1 ) as $path ) {
	$found = [];
	foreach ( $report['files'] as $name => $result ) {
		if ( realpath( $name ) === realpath( $path ) ) {
			foreach ( $result['messages'] as $message ) {
				$found[ $message['line'] ][] = $message['source'];
			}
		}
	}
	foreach ( (array) file( $path ) as $at => $line ) {
		$wanted = preg_match( '/\/\/ expect: (.+?)(?: \?>)?$/', rtrim( (string) $line ), $match ) ? explode( ' ', $match[1] ) : [];
		$given  = array_unique( $found[ $at + 1 ] ?? [] );
		sort( $wanted );
		sort( $given );
		if ( $wanted === $given ) {
			++$passed;
			continue;
		}
		++$failed;
		printf( "%s:%d: expected %s, reported %s\n", basename( $path ), $at + 1, implode( ' ', $wanted ) ?: 'nothing', implode( ' ', $given ) ?: 'nothing' );
	}
}
printf( "%d lines of the cases as expected, %d not\n", $passed, $failed );
exit( $failed || ! $passed ? 1 : 0 );
