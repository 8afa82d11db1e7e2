--TEST--
The store admits an item in exactly one process, and refuses a folder that cannot be trusted
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/workers.inc';

use Countersign\Store;
use Countersign\StoreException;

$store = Store::open();
$now   = time();
$why   = static fn( $answer ) => $answer->isAllowed() ? 'first' : $answer->reason();
$nonce = bin2hex( random_bytes( 8 ) );
echo $why( $store->seenOnce( 'test', $nonce, $now + 1, $now + 300 ) ), "\n";
echo $why( $store->seenOnce( 'test', $nonce, $now + 1, $now + 300 ) ), "\n";
echo $why( $store->seenOnce( 'other', $nonce, $now + 1, $now + 300 ) ), "\n";
echo $why( $store->seenOnce( 'test', 'issued long before the store', 1, $now + 300 ) ), "\n";
// Another machine's clock may be ahead, so an item issued shortly after the start of the store is refused too.
echo $why( $store->seenOnce( 'test', 'from elsewhere', $store->status()['started_at'] + 29, $now + 300, remote: true ) ), ', ';
echo $why( $store->seenOnce( 'test', 'from elsewhere', $store->status()['started_at'] + 31, $now + 300, remote: true ) ), "\n";
echo $why( $store->seenOnce( 'test', 'expired', $now - 300, $now - 200 ) ), "\n";
echo $store->status()['engine'], ' ', $store->status()['entries'] > 0 ? 'has entries' : 'is empty', "\n";

$nonce   = var_export( bin2hex( random_bytes( 8 ) ), true );
$answers = workers( 8, "for ( \$i = 0; \$i < 100; \$i++ ) { echo (int) Countersign\\Store::open()->seenOnce( 'race', $nonce . \$i, $now + 1, $now + 300 )->isAllowed(); }" );
printf( "100 nonces shown to 8 processes, winners: %d\n", substr_count( implode( $answers ), '1' ) );

$base = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $base, 0700 );
mkdir( "$base/open", 0777 );
chmod( "$base/open", 0777 );
mkdir( "$base/real", 0700 );
symlink( "$base/real", "$base/link" );
touch( "$base/file" );
foreach ( array( "$base/open", "$base/link", "$base/file", "$base/new", "$base/a/b", '' ) as $folder ) {
	try {
		Store::open( $folder );
		echo "opened\n";
	} catch ( StoreException $e ) {
		echo $e->reason(), ' ', $e->getMessage(), "\n";
	}
	if ( str_ends_with( $folder, 'b' ) ) {
		echo file_exists( "$base/new" ) || file_exists( "$base/a" ) ? "a folder was made\n" : "nothing was made\n";
	}
}
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
first
token_used
first
store_restarted
store_restarted, first
token_expired
lmdb has entries
100 nonces shown to 8 processes, winners: 100
store_unavailable the state folder is writable by other users: set its mode to 0700, or make root its owner and set its mode to 1733
store_unavailable the state folder is a symbolic link: configure the folder that it points to
store_unavailable the path of the state folder is not a folder: configure another path
store_unavailable the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
store_unavailable the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
nothing was made
store_unavailable the argument $dir of Store::open() is empty: give an absolute path, which begins with a slash
