<?php
// write-config.php TEMPLATE DB_HOST DB_DIR DEBUG_LOG: prints a wp-config.php with salts of its own.
[ , $template, $db_host, $db_dir, $debug_log ] = $argv;

$salts = '';
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	foreach ( array( '_KEY', '_SALT' ) as $kind ) {
		$salts .= sprintf( "define( '%s', '%s' );\n", $name . $kind, base64_encode( random_bytes( 48 ) ) );
	}
}

echo strtr(
	file_get_contents( $template ),
	array(
		'@DB_HOST@'   => var_export( $db_host, true ),
		'@DB_DIR@'    => var_export( $db_dir, true ),
		'@DEBUG_LOG@' => var_export( $debug_log, true ),
		'@SALTS@'     => rtrim( $salts ),
	)
);
