<?php
/**
 * The tests' window into a site, run by `site php`: takes {"code", "args"} a line, evaluates the code
 * with $args and $wpdb at hand, and answers {"value"} or {"error"}. Web requests change the site
 * behind its back, so it forgets what WordPress has cached before each.
 */

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
