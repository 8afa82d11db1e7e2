--TEST--
The stubs have exactly the classes, methods, parameters, defaults and return types of the extension
--EXTENSIONS--
countersign
--FILE--
<?php
$script = __DIR__ . '/lib/signatures.php';
$loaded = static function () use ( $script ) {
	ob_start();
	require $script;
	return explode( "\n", trim( ob_get_clean() ) );
};
// Without php.ini the extension is not loaded, so the script reads the stubs.
exec( escapeshellarg( PHP_BINARY ) . ' -n ' . escapeshellarg( $script ), $stubs );
$real = $loaded();
printf( "compared more than 100 signatures: %s\n", var_export( count( $real ) > 100, true ) );
foreach ( array_diff( $real, $stubs ) as $line ) {
	echo "only in the extension: $line\n";
}
foreach ( array_diff( $stubs, $real ) as $line ) {
	echo "only in the stubs:     $line\n";
}
?>
--EXPECT--
compared more than 100 signatures: true
