<?php
// run.php WWW HOST FILE [ARG...], or run.php WWW HOST -r CODE: runs PHP with this WordPress loaded.
require __DIR__ . '/environment.php';
[ , $site_www, $site_host, $site_what ] = $argv;
pretend_request( $site_host );
// Print errors to standard error instead of WordPress's error page.
define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
require $site_www . '/wp-load.php';
ini_set( 'display_errors', 'stderr' );

// The script gets its own arguments, as without this wrapper.
$site_code = '-r' === $site_what ? $argv[4] : null;
$argv      = array_merge( array( $site_what ), array_slice( $argv, null === $site_code ? 4 : 5 ) );
$argc      = count( $argv );

$_SERVER['argv'] = $argv;
$_SERVER['argc'] = $argc;

if ( null !== $site_code ) {
	return eval( $site_code . ';' );
}
require '/' === $site_what[0] ? $site_what : getcwd() . '/' . $site_what;
