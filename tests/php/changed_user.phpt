--TEST--
A process that changes its user gets the store of the new user, in a folder that many users share
--EXTENSIONS--
countersign
pcntl
posix
--FILE--
<?php
use Countersign\Store;
use Countersign\StoreException;

if ( 0 !== posix_geteuid() ) {
	exit( 'not run: only root can change the user of a process' );
}
$base = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $base );
chmod( $base, 01733 );
$issued = time() + 1;
$use    = static fn( Store $store ) => $store->seenOnce( 'users', 'nonce', $issued, $issued + 300 )->isAllowed() ? 'first' : 'again';

$store = Store::open( $base );
echo 'root: ', $use( $store ), ' ', $use( Store::open( $base ) ), "\n";
posix_seteuid( 65534 );
echo 'nobody: ', $use( Store::open( $base ) ), ' ', $use( Store::open( $base ) ), "\n";
posix_seteuid( 0 );
echo 'root: ', $use( Store::open( $base ) ), "\n";
$child = pcntl_fork();
if ( 0 === $child ) {
	posix_setuid( 65534 );
	try {
		$store->status();
	} catch ( StoreException $e ) {
		echo 'child with the handle of root: ', $e->getMessage(), "\n";
	}
	echo 'child: ', $use( Store::open( $base ) ), "\n";
	exit( 0 );
}
pcntl_waitpid( $child, $status );
echo 'ended with ', $status, ', root: ', $use( $store ), "\n";
echo implode( ' ', array_map( static fn( $path ) => basename( $path ) . ':' . fileowner( $path ), glob( "$base/*" ) ) ), "\n";
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECTREGEX--
(?:not run: only root can change the user of a process|root: first again
nobody: first again
root: again
child with the handle of root: the state folder belongs to another user[^\n]*
child: again
ended with 0, root: again
user-0:0 user-65534:65534)
