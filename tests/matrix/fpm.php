<?php
// fpm.php SOCKET FILE COUNT: asks php-fpm for FILE that many times, all at once, and prints what it answers.
[ , $socket, $file, $count ] = $argv;

/** One FastCGI record of request 1: type and content. */
function record( int $type, string $content ): string {
	return pack( 'CCnnCC', 1, $type, 1, strlen( $content ), 0, 0 ) . $content;
}

const BEGIN  = 1;
const PARAMS = 4;
const INPUT  = 5;
const OUTPUT = 6;

$parameters = '';
foreach ( array( 'SCRIPT_FILENAME' => $file, 'REQUEST_METHOD' => 'GET' ) as $name => $value ) {
	$parameters .= pack( 'CN', strlen( $name ), strlen( $value ) | 0x80000000 ) . $name . $value;
}
$request = record( BEGIN, pack( 'nCx5', 1, 0 ) ) . record( PARAMS, $parameters ) . record( PARAMS, '' ) . record( INPUT, '' );

$asked = array();
for ( $i = 0; $i < $count; $i++ ) {
	$asked[] = $connection = stream_socket_client( "unix://$socket", timeout: 10 );
	fwrite( $connection, $request );
}
foreach ( $asked as $connection ) {
	$answer = stream_get_contents( $connection );
	// The worker waits for this before it serves the next.
	fclose( $connection );
	$output = '';
	while ( '' !== $answer ) {
		[ 'type' => $type, 'length' => $length, 'padding' => $padding ] = unpack( 'Cversion/Ctype/nid/nlength/Cpadding', $answer );
		$output .= OUTPUT === $type ? substr( $answer, 8, $length ) : '';
		$answer  = substr( $answer, 8 + $length + $padding );
	}
	echo explode( "\r\n\r\n", $output, 2 )[1] ?? $output;
}
