<?php
// Sets the request variables that WordPress expects, for the command line. Load wp-load.php after this.
function pretend_request( string $host ): void {
	$_SERVER['HTTP_HOST']       = $host;
	$_SERVER['SERVER_NAME']     = strtok( $host, ':' );
	$_SERVER['SERVER_PORT']     = substr( strrchr( $host, ':' ), 1 );
	$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
	$_SERVER['REQUEST_METHOD']  = 'GET';
	$_SERVER['REQUEST_URI']     = '/';
	$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
	unset( $_SERVER['HTTPS'] );
}
