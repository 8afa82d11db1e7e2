<?php
// ini.php FILE: checks that the packaged INI file lists every entry of the extension with its default, commented out.
preg_match_all( '/^;(countersign\.[a-z_]+) =(.*)$/m', file_get_contents( $argv[1] ), $found );
$named   = array_map( 'trim', array_combine( $found[1], $found[2] ) );
$entries = array_map( static fn( $entry ) => (string) $entry['global_value'], ini_get_all( 'countersign' ) );
ksort( $named );
ksort( $entries );
if ( $named !== $entries ) {
	fwrite( STDERR, 'the file: ' . json_encode( $named ) . "\nthe extension: " . json_encode( $entries ) . "\n" );
	exit( 1 );
}
