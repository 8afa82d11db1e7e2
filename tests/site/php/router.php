<?php
// The router of PHP's built-in web server, which answers 404 to every path that contains a dot and is not a
// file (/.well-known/..., or a REST route with a version). Here WordPress answers all paths that are not files.
$path = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if ( is_dir( $file ) && ! str_ends_with( $path, '/' ) ) {
	header( 'Location: ' . $path . '/', true, 301 );
	return true;
}
if ( ! str_contains( $path, '..' ) && ( is_file( $file ) || ( $path !== '/' && is_file( rtrim( $file, '/' ) . '/index.php' ) ) ) ) {
	return false; // The server sends the file or runs the script.
}

$_SERVER['SCRIPT_NAME']     = '/index.php';
$_SERVER['PHP_SELF']        = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/index.php';
unset( $_SERVER['PATH_INFO'] );
chdir( $_SERVER['DOCUMENT_ROOT'] );
// The built-in server applies auto_prepend_file neither to a router nor to a script that it includes.
if ( ini_get( 'auto_prepend_file' ) ) {
	require ini_get( 'auto_prepend_file' );
}
require $_SERVER['SCRIPT_FILENAME'];
