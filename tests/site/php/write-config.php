<?php
// write-config.php TEMPLATE DB_HOST RUN: prints a wp-config.php with new random salts.
[ , $template, $db_host, $run ] = $argv;

$salts = '';
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	foreach ( array( '_KEY', '_SALT' ) as $kind ) {
		$salts .= sprintf( "define( '%s', '%s' );\n", $name . $kind, base64_encode( random_bytes( 48 ) ) );
	}
}

echo strtr(
	file_get_contents( $template ),
	array(
		"'@DB_HOST@'" => var_export( $db_host, true ),
		"'@DB_DIR@'" => var_export( $run . '/db', true ),
		"'@DEBUG_LOG@'" => var_export( $run . '/log/wordpress.log', true ),
		"'@MAIL@'" => var_export( $run . '/log/mail.ndjson', true ),
		'// @SALTS@' => rtrim( $salts ),
	)
);
