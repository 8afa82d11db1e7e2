<?php
// For PHP's own web server, which answers 404 by itself to any path with a dot that is no file
// (/.well-known/..., a REST route with a version in it). Whatever is no file is WordPress's.
$path = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if ( is_dir( $file ) && ! str_ends_with( $path, '/' ) ) {
	header( 'Location: ' . $path . '/', true, 301 );
	return true;
}
if ( ! str_contains( $path, '..' ) && ( is_file( $file ) || ( $path !== '/' && is_file( rtrim( $file, '/' ) . '/index.php' ) ) ) ) {
	return false; // The server does it: a file as it is, a script by running it.
}

$_SERVER['SCRIPT_NAME']     = '/index.php';
$_SERVER['PHP_SELF']        = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/index.php';
unset( $_SERVER['PATH_INFO'] );
chdir( $_SERVER['DOCUMENT_ROOT'] );
// A router runs without it, and a script that the router includes does too.
if ( ini_get( 'auto_prepend_file' ) ) {
	require ini_get( 'auto_prepend_file' );
}
require $_SERVER['SCRIPT_FILENAME'];
