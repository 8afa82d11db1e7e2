--TEST--
The key file of records belongs to root
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/settings.inc';

$file = tempnam( sys_get_temp_dir(), 'countersign-' );
file_put_contents( $file, str_repeat( 'a', 32 ) );
chmod( $file, 0600 );
foreach ( array( 0, 12345 ) as $user ) {
	chown( $file, $user );
	$code = 'try { Countersign\\Keyring::open( "0123456789abcdef", str_repeat( "k", 64 ) ); echo "opened"; } catch ( Countersign\\Exception $e ) { echo $e->reason(), ": ", $e->getMessage(); }';
	echo run( array( 'countersign.record_key_file' => $file ), $code ), "\n";
}
unlink( $file );
?>
--EXPECT--
opened
key_file_unusable: the key file of records does not belong to root: make root its owner
