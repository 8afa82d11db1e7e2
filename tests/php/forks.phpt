--TEST--
Handles of a parent work in its forked children, which share nonces and limits with it
--EXTENSIONS--
countersign
pcntl
posix
--FILE--
<?php
use Countersign\Limits;
use Countersign\Store;

const CHILDREN = 8;
const NONCES   = 400;

$base = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $base, 0700 );
mkdir( "$base/st", 0700 );

// Runs $work in a forked child and returns a function that waits for it and returns its output, or how it ended.
function child( callable $work ): array {
	global $base;
	$file = $base . '/out-' . bin2hex( random_bytes( 6 ) );
	$pid  = pcntl_fork();
	if ( 0 === $pid ) {
		file_put_contents( $file, $work() );
		exit( 0 );
	}
	$end = static function () use ( $pid, $file ): string {
		pcntl_waitpid( $pid, $status );
		if ( pcntl_wifsignaled( $status ) ) {
			return 'signal ' . pcntl_wtermsig( $status );
		}
		return 0 === pcntl_wexitstatus( $status ) ? file_get_contents( $file ) : 'exit ' . pcntl_wexitstatus( $status );
	};
	return array( $pid, $end );
}

// Waits at most 20 seconds.
function until( callable $condition ): void {
	for ( $i = 0; $i < 20000 && ! $condition(); $i++ ) {
		usleep( 1000 );
	}
	$condition() || throw new RuntimeException( 'timed out' );
}

$store  = Store::open( "$base/st" );
$limits = new Limits( $store );
$issued = time() + 1;
$first  = static fn( string $nonce, ?Store $with = null ) => ( $with ?? $store )->seenOnce( 'forks', $nonce, $issued, $issued + 600 )->isAllowed();
$say    = static fn( bool $first ) => $first ? 'first' : 'again';

echo "- a handle of the parent, a new one, a grandchild\n";
echo $say( $first( 'a' ) ), "\n";
list( , $end ) = child(
	static function () use ( $base, $first, $say ) {
		$said = array( $say( $first( 'a' ) ), $say( $first( 'b' ) ) );
		$own  = Store::open( "$base/st" );
		$said[] = $say( $first( 'b', $own ) ) . ' ' . $own->status()['engine'];
		list( , $end ) = child( static fn() => $say( $first( 'b' ) ) . ' ' . $say( $first( 'c', Store::open( "$base/st" ) ) ) );
		$said[] = $end();
		return implode( ', ', $said );
	}
);
echo $end(), "\n";
echo $say( $first( 'b' ) ), ' ', $say( $first( 'c' ) ), ' ', $say( $first( 'd' ) ), "\n";

echo "- the parent and eight children at once\n";
$contest = static function () use ( $base, $first, $limits ) {
	until( static fn() => file_exists( "$base/go" ) );
	$firsts   = 0;
	$order    = range( 0, NONCES - 1 );
	shuffle( $order );
	foreach ( $order as $n ) {
		$firsts += (int) $first( "race $n" );
	}
	$admitted = 0;
	for ( $i = 0; $i < 60; $i++ ) {
		$admitted += (int) $limits->check( 'forks', 60, 600 )->isAllowed();
	}
	return "$firsts $admitted";
};
$ends = array();
for ( $i = 0; $i < CHILDREN; $i++ ) {
	$ends[] = child( $contest )[1];
}
touch( "$base/go" );
$said = array( $contest() );
foreach ( $ends as $end ) {
	$said[] = $end();
}
$sum = static fn( int $column ) => array_sum( array_map( static fn( $text ) => (int) explode( ' ', $text )[ $column ], $said ) );
echo count( preg_grep( '/^\d+ \d+$/', $said ) ), ' processes, ', $sum( 0 ), ' of ', NONCES, ' nonces, ', $sum( 1 ), " of 60 calls\n";

echo "- children that are killed while they write\n";
$lost = 0;
$bad  = array();
for ( $round = 0; $round < 30; $round++ ) {
	$file = "$base/written-$round";
	list( $pid, $end ) = child(
		static function () use ( $file, $first, $round ) {
			$out = fopen( $file, 'w' );
			for ( $n = 0; $n < 1000000; $n++ ) {
				$first( "killed $round $n" ) || exit( 3 );
				fwrite( $out, "$n\n" );
			}
		}
	);
	until( static fn() => file_exists( $file ) && substr_count( file_get_contents( $file ), "\n" ) > 3 + $round % 5 );
	posix_kill( $pid, SIGKILL );
	$bad[] = $end();
	foreach ( file( $file, FILE_IGNORE_NEW_LINES ) as $n ) {
		$lost += (int) $first( "killed $round $n" );
	}
}
echo implode( ', ', array_unique( $bad ) ), "; lost: $lost; ", $store->status()['engine'], "\n";

echo "- handles that are made of a store of the parent, and the end of the parent before its child\n";
list( $middle ) = child(
	static function () use ( $base, $first, $limits ) {
		$mine = posix_getpid();
		if ( 0 === pcntl_fork() ) {
			until( static fn() => posix_getppid() !== $mine );
			$text = implode( ' ', array( (int) $first( 'a' ), (int) $first( 'orphan' ), $limits->check( 'forks', 60, 600 )->reason() ) );
			file_put_contents( "$base/orphan.new", $text );
			rename( "$base/orphan.new", "$base/orphan" );
			exit( 0 );
		}
		return '';
	}
);
pcntl_waitpid( $middle, $status );
until( static fn() => file_exists( "$base/orphan" ) );
echo pcntl_wexitstatus( $status ), ' ', file_get_contents( "$base/orphan" ), ' ', $say( $first( 'orphan' ) ), "\n";

echo "- a child that uses nothing\n";
list( , $end ) = child( static fn() => 'ended' );
echo $end(), ' ', $say( $first( 'd' ) ), ' ', $say( $first( 'e' ) ), "\n";

exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
- a handle of the parent, a new one, a grandchild
first
again, first, again lmdb, again first
again again first
- the parent and eight children at once
9 processes, 400 of 400 nonces, 60 of 60 calls
- children that are killed while they write
signal 9; lost: 0; lmdb
- handles that are made of a store of the parent, and the end of the parent before its child
0 0 1 rate_limited again
- a child that uses nothing
ended again first
