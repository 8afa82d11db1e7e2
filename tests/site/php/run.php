<?php
// run.php WWW HOST FILE [ARG...], or run.php WWW HOST -r CODE: runs PHP with that WordPress loaded.
require __DIR__ . '/environment.php';
[ , $site_www, $site_host, $site_what ] = $argv;
pretend_request( $site_host );
require $site_www . '/wp-load.php';

// The script sees itself as first argument, as it would without this wrapper.
if ( '-r' === $site_what ) {
	$site_code = $argv[4];
	$argv      = array_merge( array( '-r' ), array_slice( $argv, 5 ) );
	$argc      = count( $argv );
	return eval( $site_code . ';' );
}
$argv = array_slice( $argv, 3 );
$argc = count( $argv );
require $site_what[0] === '/' ? $site_what : getcwd() . '/' . $site_what;
