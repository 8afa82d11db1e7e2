--TEST--
The state folder is never made, a diagnosis makes nothing, and each user gets a folder of its own in a folder of root
--EXTENSIONS--
countersign
--FILE--
<?php
$base = sys_get_temp_dir() . '/countersign-folder-' . bin2hex( random_bytes( 6 ) );
mkdir( $base, 0711 );
// Other users must be able to read the extension.
copy( getenv( 'COUNTERSIGN_EXTENSION' ), "$base/countersign.so" );
chmod( "$base/countersign.so", 0644 );
if ( 0 !== fileowner( $base ) ) {
	exec( 'rm -r ' . escapeshellarg( $base ) );
	die( 'as expected' ); // Only root can run PHP as other users.
}

// Runs PHP as a user, optionally in a user namespace in which no user has a mapping, so that each appears as 65534.
function php( int $user, string $code, string $unshare = '' ): string {
	global $base;
	$command = "setpriv --reuid=$user --regid=$user --clear-groups $unshare " . PHP_BINARY . " -n -d extension=$base/countersign.so"
		. " -d countersign.state_dir=$base/state -r " . escapeshellarg( "try { $code } catch ( Countersign\\Exception \$e ) { echo \$e->getMessage(); }" );
	return (string) shell_exec( "cd / && $command 2>&1" );
}

function show( string $what, string $said ): void {
	global $base;
	printf( "%s: %s\n", $what, str_replace( $base, 'BASE', $said ) );
}

function entries( string $folder ): string {
	return implode( ' ', array_diff( scandir( $folder ), array( '.', '..' ) ) );
}

const OPEN = 'echo Countersign\Store::open()->status()["engine"];';
const SEAL = '$s = new Countersign\AuditSeals( Countersign\Keyring::open( "0123456789abcdef", str_repeat( "k", 64 ) ), "shop.example" );';
$look = array(
	'phpinfo'    => 'phpinfo( INFO_MODULES );',
	'self-test'  => 'Countersign\self_test();',
	'isEnrolled' => SEAL . '$s->isEnrolled();',
	'due'        => SEAL . '$s->due();',
	'advance'    => SEAL . '$s->advance( array() );',
);

ob_start();
echo "- missing\n";
foreach ( array( 0, 12345 ) as $user ) {
	show( 'open', php( $user, OPEN ) );
	show( 'enroll', php( $user, SEAL . '$s->enroll();' ) );
	foreach ( $look as $code ) {
		php( $user, $code );
	}
}
var_dump( file_exists( "$base/state" ) );

echo "- shared\n";
mkdir( "$base/state" );
chmod( "$base/state", 01733 );
foreach ( $look as $code ) {
	php( 12345, $code );
	php( 0, $code );
}
show( 'made by looking', entries( "$base/state" ) );
foreach ( array( 0, 12345, 12346 ) as $user ) {
	preg_match( '/^State folder => (.*)$/m', php( $user, $look['phpinfo'] ), $found );
	show( 'phpinfo', $found[1] );
	show( 'open', php( $user, OPEN ) );
	show( 'enroll', php( $user, SEAL . 'echo strlen( $s->enroll() );' ) );
	show( 'enrolled', php( $user, SEAL . 'echo $s->isEnrolled() ? "yes" : "no";' ) );
	preg_match( '/^State folder => (.*)$/m', php( $user, $look['phpinfo'] ), $found );
	show( 'phpinfo', $found[1] );
}
show( 'made', entries( "$base/state" ) );

echo "- user namespaces\n";
$unmapped = 'unshare --user';
if ( '65534' !== trim( (string) shell_exec( "setpriv --reuid=12347 --regid=12347 --clear-groups $unmapped id -u 2>&1" ) ) ) {
	echo "not run\n";
} else {
	// Root's folder seems to belong to 65534, as does every folder of a stranger.
	show( 'shared', php( 12347, OPEN, $unmapped ) );
	exec( "mv $base/state $base/kept; install -d -m 0755 -o 12346 $base/state" );
	show( "a stranger's", php( 12347, OPEN, $unmapped ) );
	show( "a stranger's seals", php( 12347, SEAL . '$s->isEnrolled();', $unmapped ) );
	exec( "chown 12347 $base/state" );
	show( 'own', php( 12347, OPEN, $unmapped ) );
	// The root of a namespace is not root.
	exec( "rm -r $base/state; mv $base/kept $base/state" );
	show( 'root of a namespace', php( 12347, OPEN, 'unshare --user --map-root-user' ) );
}
exec( 'rm -r ' . escapeshellarg( $base ) );
$said = explode( "\n", trim( (string) ob_get_clean() ) );
$want = explode(
	"\n",
	<<<'TEXT'
		- missing
		open: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
		enroll: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
		open: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
		enroll: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
		bool(false)
		- shared
		made by looking: 
		phpinfo: BASE/state/user-0 (made at the first use)
		open: lmdb
		enroll: 72
		enrolled: yes
		phpinfo: BASE/state/user-0
		phpinfo: BASE/state/user-12345 (made at the first use)
		open: lmdb
		enroll: 72
		enrolled: yes
		phpinfo: BASE/state/user-12345
		phpinfo: BASE/state/user-12346 (made at the first use)
		open: lmdb
		enroll: 72
		enrolled: yes
		phpinfo: BASE/state/user-12346
		made: user-0 user-12345 user-12346
		- user namespaces
		shared: the state folder is writable by other users: set its mode to 0700, or make root its owner and set its mode to 1733
		a stranger's: the state folder belongs to another user: make the user that runs PHP its owner, or root with mode 1733
		a stranger's seals: the state folder belongs to another user: make the user that runs PHP its owner, or root with mode 1733
		own: lmdb
		root of a namespace: the state folder belongs to another user: make the user that runs PHP its owner, or root with mode 1733
		TEXT
);
// A machine without user namespaces shows the rest.
$want = 'not run' === end( $said ) ? array( ...array_slice( $want, 0, -5 ), 'not run' ) : $want;
foreach ( array_keys( $want + $said ) as $line ) {
	if ( trim( $want[ $line ] ?? '' ) !== trim( $said[ $line ] ?? '' ) ) {
		printf( "line %d: %s\n  wanted: %s\n", $line, $said[ $line ] ?? 'nothing', $want[ $line ] ?? 'nothing' );
	}
}
echo 'as expected';
?>
--EXPECT--
as expected
