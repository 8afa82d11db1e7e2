--TEST--
Freed secrets are wiped: another process finds none of them in the whole memory
--EXTENSIONS--
countersign
openssl
--FILE--
<?php
require __DIR__ . '/lib/wiped.inc';

/** Counts each needle in the writable memory of a process. */
function memory_has( int $pid, array $needles ): array {
	$found = array_fill_keys( array_keys( $needles ), 0 );
	$mem   = fopen( "/proc/$pid/mem", 'rb' );
	stream_set_read_buffer( $mem, 0 );
	foreach ( file( "/proc/$pid/maps" ) as $line ) {
		if ( 1 !== preg_match( '/\A([0-9a-f]+)-([0-9a-f]+) rw/', $line, $range ) ) {
			continue;
		}
		list( $from, $to ) = array( hexdec( $range[1] ), hexdec( $range[2] ) );
		if ( ! is_int( $to ) || 0 !== fseek( $mem, $from ) ) {
			continue;
		}
		for ( $tail = ''; $from < $to; $from += strlen( $chunk ) ) {
			$chunk = @fread( $mem, min( 1 << 20, $to - $from ) );
			if ( false === $chunk || '' === $chunk ) {
				break;
			}
			foreach ( $needles as $name => $needle ) {
				$found[ $name ] += substr_count( substr( $tail, -( strlen( $needle ) - 1 ) ) . $chunk, $needle );
			}
			$tail = substr( $chunk, -64 );
		}
	}
	return $found;
}

[ 'given' => $given, 'needles' => $needles ] = wiped_case();
$command = array( PHP_BINARY, '-n', '-d', 'extension=' . getenv( 'COUNTERSIGN_EXTENSION' ), __DIR__ . '/lib/held.php' );
$process = proc_open( $command, array( array( 'pipe', 'r' ), array( 'pipe', 'w' ) ), $pipes );
$pid     = proc_get_status( $process )['pid'];
fwrite( $pipes[0], implode( "\n", $given ) . "\n" );
fgets( $pipes[1] );
$held = memory_has( $pid, $needles );
fwrite( $pipes[0], "go\n" );
fgets( $pipes[1] );
$freed = memory_has( $pid, $needles );
fwrite( $pipes[0], "go\n" );
fclose( $pipes[0] );
proc_close( $process );

// The key of a slot is needed only while the vault is being opened.
foreach ( array_keys( $needles ) as $name ) {
	printf( "%s: %s, then %s\n", $name, $held[ $name ] > 0 ? 'held' : 'not held', $freed[ $name ] > 0 ? "left in $freed[$name] places" : 'gone' );
}
?>
--EXPECT--
secret, first bytes: held, then gone
secret, last bytes: held, then gone
vault key, MAC half: held, then gone
vault key, other half: held, then gone
data key, MAC half: held, then gone
data key, other half: held, then gone
slot key: not held, then gone
keyring root: held, then gone
