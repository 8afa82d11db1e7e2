--TEST--
Links and pipes in a folder that a script can write lead the extension to no other file, and make it wait for nothing
--EXTENSIONS--
countersign
posix
--FILE--
<?php
// Who attacks: a script of a site with open_basedir. It has a folder of its own, in which it plants entries under the names
// that the extension uses. It wants the extension to write or create a file of another site, or to hang. It gets an error,
// or a store whose files replace the entries.
require __DIR__ . '/lib/settings.inc';

$base = realpath( sys_get_temp_dir() ) . '/countersign-' . bin2hex( random_bytes( 6 ) );
foreach ( array( '', '/site', '/else' ) as $folder ) {
	mkdir( $base . $folder, 0700 );
}
file_put_contents( "$base/else/victim", 'untouched' );
chmod( "$base/else/victim", 0600 );

$seals = '( new Countersign\\AuditSeals( Countersign\\Keyring::open( "0123456789abcdef", str_repeat( "k", 64 ) ), "shop.example", $dir ) )';
$calls = array(
	'store' => 'Countersign\\Store::open( $dir );',
	'seals' => "{$seals}->isEnrolled() || {$seals}->enroll();",
);
$play  = static function ( string $kind, string $dir ) use ( $base, $calls ): string {
	$code = "try { \$dir = '$dir'; {$calls[ $kind ]} echo 'accepted'; } catch ( Countersign\\Exception \$e ) { echo \$e->reason(); }";
	return run( array( 'open_basedir' => "$base/site" ), $code ) ?: 'NO ANSWER IN 30 SECONDS';
};
// The names that the extension uses, from folders in which it was used. The number in the name of a data file is new each time.
$names = array();
foreach ( array_keys( $calls ) as $kind ) {
	mkdir( "$base/site/used-$kind", 0700 );
	$play( $kind, "$base/site/used-$kind" );
	$names[ $kind ] = array_filter( array_diff( scandir( "$base/site/used-$kind" ), array( '.', '..' ) ), static fn( $name ) => ! str_starts_with( $name, 'store-' ) );
	// What the extension writes before it renames it.
	array_push( $names[ $kind ], ...( 'store' === $kind ? array( 'current.new' ) : array_map( static fn( $name ) => "$name.new", preg_grep( '/lock$/', $names[ $kind ], PREG_GREP_INVERT ) ) ) );
	sort( $names[ $kind ] );
}
$plants = array(
	'link'          => static fn( string $at ) => symlink( "$base/else/victim", $at ),
	'dangling link' => static fn( string $at ) => symlink( "$base/else/new", $at ),
	'pipe'          => static fn( string $at ) => posix_mkfifo( $at, 0600 ),
);
foreach ( $names as $kind => $of_kind ) {
	foreach ( $of_kind as $name ) {
		foreach ( $plants as $what => $plant ) {
			$dir = "$base/site/" . bin2hex( random_bytes( 6 ) );
			mkdir( $dir, 0700 );
			$plant( "$dir/$name" );
			$said = $play( $kind, $dir );
			$bad  = 'untouched' === file_get_contents( "$base/else/victim" ) ? '' : ', THE VICTIM WAS WRITTEN';
			$bad .= file_exists( "$base/else/new" ) ? ', A FILE WAS MADE ELSEWHERE' : '';
			file_put_contents( "$base/else/victim", 'untouched' );
			@unlink( "$base/else/new" );
			echo preg_replace( '/[0-9a-f]{16}/', 'ID', $name ), ", $what: $said$bad\n";
		}
	}
}
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
current, link: accepted
current, dangling link: accepted
current, pipe: accepted
current.new, link: accepted
current.new, dangling link: accepted
current.new, pipe: accepted
lock, link: store_unavailable
lock, dangling link: store_unavailable
lock, pipe: store_unavailable
users, link: store_unavailable
users, dangling link: store_unavailable
users, pipe: store_unavailable
seal-ID, link: seal_unusable
seal-ID, dangling link: seal_unusable
seal-ID, pipe: seal_unusable
seal-ID.lock, link: seal_unusable
seal-ID.lock, dangling link: seal_unusable
seal-ID.lock, pipe: seal_unusable
seal-ID.new, link: accepted
seal-ID.new, dangling link: accepted
seal-ID.new, pipe: accepted
