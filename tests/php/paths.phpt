--TEST--
A path that a script passes is absolute and obeys open_basedir, and a path of an INI entry is absolute
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/settings.inc';

$base = realpath( sys_get_temp_dir() ) . '/countersign-' . bin2hex( random_bytes( 6 ) );
foreach ( array( '', '/site', '/site/deep', '/site/new', '/else', '/else/deep', '/state' ) as $folder ) {
	mkdir( $base . $folder, 0700 );
}
foreach ( array( '/site/key', '/else/key' ) as $file ) {
	file_put_contents( $base . $file, bin2hex( random_bytes( 32 ) ) );
	chmod( $base . $file, 0600 );
}
symlink( "$base/else", "$base/site/out" );            // Leads out of the site.
symlink( "$base/else/deep", "$base/site/out-deep" );  // PHP resolves `out-deep/..` to the site, the kernel to /else.
symlink( "$base/site/deep", "$base/site/in" );
symlink( "$base/else/later", "$base/site/dangling" ); // The target may be created after the check.
symlink( "$base/else/key", "$base/site/out-key" );

// Every function that takes a path, as code with the path in $path.
$calls = array(
	'Store::open()'            => 'Countersign\\Store::open( $path );',
	'Vault::addKeyFile()'      => 'Countersign\\Vault::create( SITE, str_repeat( "k", 64 ) )->addKeyFile( $path );',
	'Vault::openWithKeyFile()' => 'Countersign\\Vault::openWithKeyFile( SITE, $slots, $path );',
	'AuditSeals'               => '( new Countersign\\AuditSeals( Countersign\\Keyring::open( SITE, str_repeat( "k", 64 ) ), "shop.example", $path ) )->enroll();',
);
// Runs a call with each path, and prints each answer once, with the paths that got it.
$play = static function ( array $settings, string $name, string $call, array $paths ) use ( $base ): void {
	$code = <<<'PHP'
		const SITE = '0123456789abcdef';
		[ $base, $paths ] = unserialize( file_get_contents( 'php://stdin' ) );
		$slots = file_get_contents( "$base/slots" );
		foreach ( $paths as $path ) {
			try {
				CALL
				$said = 'accepted';
			} catch ( Countersign\Exception $e ) {
				$said = get_class( $e ) . ' ' . $e->reason() . ': ' . $e->getMessage();
			}
			echo json_encode( array( str_contains( $said, $base ) ? 'THE PATH IS SHOWN' : $said, str_replace( $base, '', $path ) ) ), "\n";
		}
		PHP;
	$said = run( $settings, str_replace( 'CALL', $call, $code ), serialize( array( $base, $paths ) ) );
	foreach ( explode( "\n", trim( $said ) ) as $line ) {
		[ $answer, $path ]   = json_decode( $line ) ?? array( $line, '' );
		$answers[ $answer ][] = json_encode( substr( $path, 0, 30 ), JSON_UNESCAPED_SLASHES );
	}
	foreach ( $answers as $answer => $got ) {
		echo "$name: $answer\n    ", implode( ' ', $got ), "\n";
	}
};
$vault = Countersign\Vault::create( '0123456789abcdef', str_repeat( 'k', 64 ) );
$vault->addKeyFile( "$base/site/key" );
file_put_contents( "$base/slots", $vault->slots() );

// The working directory of the processes is the site, as under php-fpm.
chdir( "$base/site" );
$state = array( 'countersign.state_dir' => "$base/state" );
echo "- not absolute\n";
foreach ( $calls as $name => $call ) {
	$play( $state, $name, $call, array( 'st', './st', '../else/st', '', 'file:///st', 'php://memory', 'C:\\st', "$base/site/\0" ) );
}
echo "- open_basedir\n";
$limited = $state + array( 'open_basedir' => "$base/site:$base/slots" );
foreach ( $calls as $name => $call ) {
	$is_key = str_contains( $name, 'KeyFile' );
	$within = $is_key ? array( '/site/key', '/site/deep/../key', '/site/in/../key', '//site/./key' ) : array( '/site/new', '/site/deep/../new', '/site/in/../new', '/site/in/../new/' );
	$beyond = $is_key ? array( '/else/key', '/site/../else/key', '/site/out/key', '/site/out-deep/../key', '/site/out-key', '/site/dangling/key', '/nowhere/key' )
		: array( '/else/st', '/site/../else/st', '/site/out/st', '/site/out-deep/../new', '/site/out', '/site/out/', '/site/dangling', '/site/dangling/st', '/site/nowhere/../../else/st', '', '/', '/sitex' );
	foreach ( array( $within, $beyond ) as $paths ) {
		$play( $limited, $name, $call, array_map( static fn( $path ) => "$base$path", $paths ) );
	}
}
$made = array_diff( scandir( "$base/else" ), array( '.', '..', 'deep', 'key' ) );
echo 'made outside: ', implode( ', ', $made ) ?: 'nothing', "\n";
// A path that is too long for PHP's check.
$play( $limited, 'Store::open()', $calls['Store::open()'], array( "$base/site/" . str_repeat( 'a/', 2500 ) ) );

echo "- several entries, an entry relative to the working directory, slashes at the end, and a bound that a script sets itself\n";
foreach ( array( "$base/site/deep/:.:$base/slots", './' . ":$base/slots" ) as $bound ) {
	$play( array( 'open_basedir' => $bound ) + $state, 'Store::open()', $calls['Store::open()'], array( "$base/site/new", "$base/site/deep", "$base/else" ) );
}
$narrow = "ini_set( 'open_basedir', '$base/site/deep/' ) !== false || exit( 'not set' ); " . $calls['Store::open()'];
$play( array(), 'Store::open()', $narrow, array( "$base/site/deep", "$base/site/deep/../new", "$base/site/new", "$base/else" ) );

echo "- the administrator's paths are not bounded\n";
$free = array( 'open_basedir' => "$base/site:$base/slots", 'countersign.key_file' => "$base/else/key", 'countersign.state_dir' => "$base/else" );
echo run( $free, 'echo Countersign\\Store::open()->status()["engine"]; Countersign\\Vault::create( "0123456789abcdef", str_repeat( "k", 64 ) )->addKeyFile(); echo ", key added\n";' );
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
- not absolute
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is a relative path: give an absolute path, which begins with a slash
    "st" "./st" "../else/st" "file:///st" "php://memory" "C:\\st"
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is empty: give an absolute path, which begins with a slash
    ""
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() contains a NUL byte: give an absolute path without it
    "/site/\u0000"
Vault::addKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::addKeyFile() is a relative path: give an absolute path, which begins with a slash
    "st" "./st" "../else/st" "file:///st" "php://memory" "C:\\st"
Vault::addKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::addKeyFile() is empty: give an absolute path, which begins with a slash
    ""
Vault::addKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::addKeyFile() contains a NUL byte: give an absolute path without it
    "/site/\u0000"
Vault::openWithKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::openWithKeyFile() is a relative path: give an absolute path, which begins with a slash
    "st" "./st" "../else/st" "file:///st" "php://memory" "C:\\st"
Vault::openWithKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::openWithKeyFile() is empty: give an absolute path, which begins with a slash
    ""
Vault::openWithKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::openWithKeyFile() contains a NUL byte: give an absolute path without it
    "/site/\u0000"
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals is a relative path: give an absolute path, which begins with a slash
    "st" "./st" "../else/st" "file:///st" "php://memory" "C:\\st"
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals is empty: give an absolute path, which begins with a slash
    ""
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals contains a NUL byte: give an absolute path without it
    "/site/\u0000"
- open_basedir
Store::open(): accepted
    "/site/new" "/site/deep/../new" "/site/in/../new" "/site/in/../new/"
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else/st" "/site/../else/st" "/site/out/st" "/site/out-deep/../new" "/site/out" "/site/out/" "/site/dangling" "/site/dangling/st" "/site/nowhere/../../else/st" "" "/" "/sitex"
Vault::addKeyFile(): accepted
    "/site/key" "/site/deep/../key" "/site/in/../key" "//site/./key"
Vault::addKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::addKeyFile() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else/key" "/site/../else/key" "/site/out/key" "/site/out-deep/../key" "/site/out-key" "/site/dangling/key" "/nowhere/key"
Vault::openWithKeyFile(): accepted
    "/site/key" "/site/deep/../key" "/site/in/../key" "//site/./key"
Vault::openWithKeyFile(): Countersign\KeyException key_file_unusable: the argument $path of Vault::openWithKeyFile() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else/key" "/site/../else/key" "/site/out/key" "/site/out-deep/../key" "/site/out-key" "/site/dangling/key" "/nowhere/key"
AuditSeals: accepted
    "/site/new" "/site/deep/../new" "/site/in/../new" "/site/in/../new/"
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else/st" "/site/../else/st" "/site/out/st" "/site/out-deep/../new" "/site/out" "/site/out/" "/site/dangling" "/site/dangling/st" "/site/nowhere/../../else/st" "" "/" "/sitex"
made outside: nothing
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/site/a/a/a/a/a/a/a/a/a/a/a/a/"
- several entries, an entry relative to the working directory, slashes at the end, and a bound that a script sets itself
Store::open(): accepted
    "/site/new" "/site/deep"
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else"
Store::open(): accepted
    "/site/new" "/site/deep"
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else"
Store::open(): accepted
    "/site/deep"
Store::open(): Countersign\StoreException store_unavailable: the argument $dir of Store::open() is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/site/deep/../new" "/site/new" "/else"
- the administrator's paths are not bounded
lmdb, key added
