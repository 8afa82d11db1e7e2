--TEST--
A path that a script passes is absolute and obeys open_basedir, and a path of an INI entry is absolute
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/paths.inc';

$base = path_case();
// Every function that takes a path, except those of seals (see paths_of_seals.phpt).
$calls = array(
	'Store::open()'            => 'Countersign\\Store::open( $path );',
	'Vault::addKeyFile()'      => 'Countersign\\Vault::create( SITE, str_repeat( "k", 64 ) )->addKeyFile( $path );',
	'Vault::openWithKeyFile()' => 'Countersign\\Vault::openWithKeyFile( SITE, $slots, $path );',
);
play_calls( $base, $calls );
$state   = array( 'countersign.state_dir' => "$base/state" );
$limited = $state + array( 'open_basedir' => "$base/site:$base/slots" );
// A path that is too long for PHP's check.
play_paths( $base, $limited, 'Store::open()', $calls['Store::open()'], array( "$base/site/" . str_repeat( 'a/', 2500 ) ) );

echo "- several entries, an entry relative to the working directory, slashes at the end, and a bound that a script sets itself\n";
foreach ( array( "$base/site/deep/:.:$base/slots", './' . ":$base/slots" ) as $bound ) {
	play_paths( $base, array( 'open_basedir' => $bound ) + $state, 'Store::open()', $calls['Store::open()'], array( "$base/site/new", "$base/site/deep", "$base/else" ) );
}
$narrow = "ini_set( 'open_basedir', '$base/site/deep/' ) !== false || exit( 'not set' ); " . $calls['Store::open()'];
play_paths( $base, array(), 'Store::open()', $narrow, array( "$base/site/deep", "$base/site/deep/../new", "$base/site/new", "$base/else" ) );

echo "- the administrator's paths are not bounded\n";
$free = array( 'open_basedir' => "$base/site:$base/slots", 'countersign.key_file' => "$base/else/key", 'countersign.state_dir' => "$base/else" );
echo run( $free, 'Countersign\\Store::open(); Countersign\\Vault::create( "0123456789abcdef", str_repeat( "k", 64 ) )->addKeyFile(); echo "opened, key added\n";' );
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
opened, key added
