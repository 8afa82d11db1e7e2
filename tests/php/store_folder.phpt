--TEST--
The store lies in a folder, and refuses one that cannot be trusted
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\Store;
use Countersign\StoreException;

echo Store::open()->status()['engine'], "\n";

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
lmdb
store_unavailable the state folder is writable by other users: set its mode to 0700, or make root its owner and set its mode to 1733
store_unavailable the state folder is a symbolic link: configure the folder that it points to
store_unavailable the path of the state folder is not a folder: configure another path
store_unavailable the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
store_unavailable the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
nothing was made
store_unavailable the argument $dir of Store::open() is empty: give an absolute path, which begins with a slash
