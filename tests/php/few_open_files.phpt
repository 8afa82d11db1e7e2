--TEST--
A process that may open too few files is refused with a message that says so, and the store keeps its records
--EXTENSIONS--
countersign
--FILE--
<?php
$base = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $base, 0700 );

// Runs code in a process that may have this many files open, and returns what it prints.
$run = static function ( int $files, string $code ) use ( $base ): string {
	$php = array( PHP_BINARY, '-n', '-d', 'extension=' . getenv( 'COUNTERSIGN_EXTENSION' ), '-d', "countersign.state_dir=$base", '-r' );
	$php = implode( ' ', array_map( 'escapeshellarg', array( ...$php, "try { $code } catch ( Countersign\\Exception \$e ) { echo \$e->getMessage(); }" ) ) );
	return (string) shell_exec( "exec 2>&1; ulimit -n $files; exec $php" );
};
$calls = array(
	'store' => 'echo ( new Countersign\\Limits( Countersign\\Store::open() ) )->check( "day", 1, 86400 )->reason() ?? "yes";',
	'seals' => '$s = new Countersign\\AuditSeals( Countersign\\Keyring::open( "0123456789abcdef", str_repeat( "k", 64 ) ), "shop.example" ); $s->enroll(); echo $s->isEnrolled() ? "yes" : "no";',
);
foreach ( $calls as $what => $code ) {
	echo "- $what\n", $run( 64, $code ), "\n";
	// With the fewest files PHP cannot load the extension, and prints nothing or a message of its own.
	$said = array();
	for ( $files = 4; $files <= 16; $files++ ) {
		$said[] = $run( $files, $code );
	}
	echo implode( "\n", array_unique( preg_grep( '/^(?!$|.*Warning|.*Fatal|.*error while loading)/s', $said ) ) ), "\n";
}
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
- store
yes
too many files are open: raise the limit of open files (rlimit_files in the configuration of the php-fpm pool)
rate_limited
- seals
yes
too many files are open: raise the limit of open files (rlimit_files in the configuration of the php-fpm pool)
yes
