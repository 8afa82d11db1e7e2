<?php
/**
 * Runs PHP code for the tests inside a site; started by `site php`. Reads one JSON object {"code", "args"} per line,
 * evaluates the code with $args and $wpdb, and prints {"value"} or {"error"}. WordPress's cache is cleared before each,
 * because web requests change the site in the meantime.
 */

// Node's pipes are sockets, from which PHP would not wait longer than a minute for the next line.
stream_set_timeout( STDIN, DAY_IN_SECONDS );

while ( false !== ( $probe_line = fgets( STDIN ) ) ) {
	$probe_request = json_decode( $probe_line, true );
	try {
		wp_cache_flush();
		$probe_answer = array( 'value' => probe_run( $probe_request['code'], $probe_request['args'] ) );
	} catch ( Throwable $thrown ) {
		$probe_answer = array( 'error' => get_class( $thrown ) . ': ' . $thrown->getMessage() . ' (line ' . $thrown->getLine() . ')' );
	}
	echo 'probe:', wp_json_encode( $probe_answer, JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE ), "\n";
	flush();
}

function probe_run( string $code, array $args ) {
	global $wpdb;
	return eval( $code );
}
