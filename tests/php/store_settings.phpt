--TEST--
The INI entries choose the store, and phpinfo() shows it without secrets and without opening it
--EXTENSIONS--
countersign
--FILE--
<?php
$base = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $base, 0700 );
foreach ( array( 'state', 'sized', 'named' ) as $folder ) {
	mkdir( "$base/$folder", 0700 );
}

// Runs one line of PHP in a separate process with these settings.
function php( array $settings, string $code ): string {
	$command = array( PHP_BINARY, '-n', '-d', 'extension=' . getenv( 'COUNTERSIGN_EXTENSION' ) );
	foreach ( $settings as $name => $value ) {
		array_push( $command, '-d', "countersign.$name=\"$value\"" );
	}
	$code = "try { $code } catch ( Countersign\\StoreException \$e ) { echo \$e->reason(), ': ', \$e->getMessage(); }";
	exec( implode( ' ', array_map( 'escapeshellarg', array_merge( $command, array( '-r', $code ) ) ) ), $lines );
	return implode( "\n", $lines ) . "\n";
}

$status = 'echo Countersign\\Store::open()->status()["engine"];';
$used   = '$n = time() + 60; $d = Countersign\\Store::open()->seenOnce( "t", "n", $n, $n ); echo $d->isAllowed() ? "first" : $d->reason();';

echo "- settings\n";
echo php( array( 'state_dir' => "$base/state" ), $status );
echo php( array( 'state_dir' => "$base/state", 'store' => 'memcached' ), $status );
foreach ( array( '0', '65537', '64M', '-1', '' ) as $size ) {
	echo php( array( 'state_dir' => "$base/sized", 'store_size' => $size ), $status );
}
echo php( array( 'state_dir' => "$base/sized", 'store_size' => '3' ), $status );
$files = glob( "$base/sized/store-*.mdb" );
echo count( $files ), ' ', filesize( $files[0] ) >> 20, " MiB\n";
echo php( array( 'store' => 'redis', 'redis_url' => '' ), $status );
echo php( array( 'store' => 'redis', 'redis_url' => 'rediss://:secret@127.0.0.1' ), $status );
echo php( array( 'store' => 'redis', 'redis_url' => 'redis://:secret@127.0.0.1:1' ), $status );
echo php( array( 'store' => 'redis', 'redis_url' => "unix://$base/sock", 'redis_prefix' => 'a b' ), $status );
// A folder argument opens an embedded store, regardless of the settings.
echo php( array( 'store' => 'redis', 'redis_url' => '' ), "echo Countersign\\Store::open( '$base/named' )->status()['engine'];" );

echo "- redis\n";
$server = proc_open(
	array( 'redis-server', '--port', '0', '--unixsocket', "$base/sock", '--save', '', '--dir', $base, '--requirepass', 'secret' ),
	array( 1 => array( 'file', '/dev/null', 'w' ) ),
	$pipes
);
for ( $i = 0; $i < 1000 && ! file_exists( "$base/sock" ); $i++ ) {
	usleep( 10000 );
}
$redis = array( 'store' => 'redis', 'redis_url' => "unix://$base/sock?pass=secret" );
echo php( $redis, $status );
echo php( $redis, $used ), php( $redis, $used );
// A different prefix is a different store.
echo php( $redis + array( 'redis_prefix' => 'other' ), $used );
echo php( array( 'redis_url' => "unix://$base/sock?pass=wrong" ) + $redis, $status );
proc_terminate( $server, 9 );
proc_close( $server );
echo php( $redis, $status );

echo "- phpinfo\n";
$info = static fn( $settings ) => php( $settings, 'phpinfo( INFO_MODULES );' );
foreach ( array( $redis + array( 'state_dir' => "$base/state" ), array( 'state_dir' => "$base/never" ), array( 'store' => 'x', 'state_dir' => 'relative' ) ) as $settings ) {
	$text = $info( $settings );
	preg_match_all( '/^(Store|Store at|State folder|Self-test|countersign\.\w+) => .*$/m', $text, $found );
	echo str_replace( $base, 'BASE', implode( "\n", $found[0] ) ), "\n";
	echo str_contains( $text, 'secret' ) ? "a secret is shown\n" : '';
}
echo file_exists( "$base/never" ) ? "it was opened\n" : "nothing was opened\n";
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
- settings
lmdb
store_unavailable: countersign.store must be embedded or redis
store_unavailable: countersign.store_size must be a whole number of MiB, 1 to 65536
store_unavailable: countersign.store_size must be a whole number of MiB, 1 to 65536
store_unavailable: countersign.store_size must be a whole number of MiB, 1 to 65536
store_unavailable: countersign.store_size must be a whole number of MiB, 1 to 65536
store_unavailable: countersign.store_size must be a whole number of MiB, 1 to 65536
lmdb
1 3 MiB
store_unavailable: the redis address cannot be read: write redis://USER:PASSWORD@HOST:PORT/DB or unix:///PATH?db=DB&user=USER&pass=PASSWORD
store_unavailable: the redis address asks for TLS, which is not supported: use a unix socket, a private network or a local stunnel
store_unavailable: the redis server cannot be reached: start it, or check the address and the network
store_unavailable: the redis prefix must be 1 to 64 letters, digits, dots, colons, hyphens or underscores
lmdb
- redis
redis
first
token_used
first
store_unavailable: the redis server refused the credentials: check user and password in the address
store_unavailable: the redis server cannot be reached: start it, or check the address and the network
- phpinfo
Store => redis
Store at => unix://BASE/sock?db=0
State folder => BASE/state
Self-test => passed
countersign.store => redis
countersign.state_dir => BASE/state
countersign.store_size => 64
countersign.redis_url => set
countersign.redis_prefix => countersign
countersign.key_file => no value
countersign.record_key_file => no value
Store => embedded (LMDB)
Store at => BASE/never
State folder => the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
Self-test => passed
countersign.store => embedded
countersign.state_dir => BASE/never
countersign.store_size => 64
countersign.redis_url => no value
countersign.redis_prefix => countersign
countersign.key_file => no value
countersign.record_key_file => no value
Store => not usable
Store at => countersign.store must be embedded or redis
State folder => countersign.state_dir is a relative path: give an absolute path, which begins with a slash
Self-test => passed
countersign.store => x
countersign.state_dir => relative
countersign.store_size => 64
countersign.redis_url => no value
countersign.redis_prefix => countersign
countersign.key_file => no value
countersign.record_key_file => no value
nothing was opened
