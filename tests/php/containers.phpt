--TEST--
A container with another machine-id or process namespace is refused while the store is open, and resets nothing
--EXTENSIONS--
countersign
--FILE--
<?php
$base = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $base, 0700 );
foreach ( array( 'one', 'two' ) as $name ) {
	file_put_contents( "$base/$name", md5( $name ) . "\n" );
}
touch( "$base/none" );

$exec    = static fn( string $command ) => 0 === ( exec( $command . ' 2>/dev/null', $lines, $code ) === false ? 1 : $code );
$mounted = fn( string $id ) => 'mount --bind ' . escapeshellarg( "$base/$id" ) . ' /etc/machine-id && ';
if ( ! $exec( 'unshare -m sh -c ' . escapeshellarg( $mounted( 'one' ) . 'true' ) ) || ! $exec( 'unshare -m -p -f --kill-child --mount-proc true' ) ) {
	exec( 'rm -r ' . escapeshellarg( $base ) );
	exit( 'not run: namespaces cannot be made here, or there is no /etc/machine-id' );
}

// A PHP process that lives until it is killed. Each line that it gets is a call under the limit of two a day.
final class Container {
	private $process;
	private $pipes;

	public function __construct( string $base, string $id, string $unshare = '-m' ) {
		$code = <<<'CODE'
			while ( false !== ( $folder = fgets( STDIN ) ) ) {
				try {
					$limits = new Countersign\Limits( Countersign\Store::open( trim( $folder ) ) );
					$answer = $limits->check( 'day', 2, 86400 );
					echo $answer->isAllowed() ? 'yes' : $answer->reason(), "\n";
				} catch ( Countersign\StoreException $e ) {
					echo $e->reason(), ': ', $e->getMessage(), "\n";
				}
			}
			CODE;
		$php  = array( PHP_BINARY, '-n', '-d', 'extension=' . getenv( 'COUNTERSIGN_EXTENSION' ), '-r', $code );
		$run  = 'mount --bind ' . escapeshellarg( "$base/$id" ) . ' /etc/machine-id && exec ' . implode( ' ', array_map( 'escapeshellarg', $php ) );
		$this->process = proc_open( "exec unshare $unshare sh -c " . escapeshellarg( $run ), array( array( 'pipe', 'r' ), array( 'pipe', 'w' ) ), $this->pipes );
	}

	public function check( string $folder ): string {
		fwrite( $this->pipes[0], "$folder\n" );
		return str_replace( "the store's folder open: give each a folder of its own, share machine-id and process namespace between containers, or use redis", '(what to do)', trim( fgets( $this->pipes[1] ) ) );
	}

	public function kill(): void {
		proc_terminate( $this->process, 9 );
		// At the end of the output, every process of the container has ended.
		stream_get_contents( $this->pipes[1] );
		array_map( 'fclose', $this->pipes );
		proc_close( $this->process );
	}
}

$folder = static function ( string $name ) use ( $base ) {
	mkdir( "$base/$name", 0700 );
	return "$base/$name";
};

echo "- two machine-ids in turns\n";
$dir = $folder( 'a' );
$one = new Container( $base, 'one' );
$two = new Container( $base, 'two' );
for ( $i = 0; $i < 3; $i++ ) {
	echo 'one: ', $one->check( $dir ), "\n";
	echo 'two: ', $two->check( $dir ), "\n";
}

echo "- no machine-id\n";
$none = new Container( $base, 'none' );
echo $none->check( $dir ), "\n";
$none->kill();

echo "- the first one is killed, so the second one starts an empty store\n";
$one->kill();
echo 'two: ', $two->check( $dir ), "\n";
$one = new Container( $base, 'one' );
echo 'one: ', $one->check( $dir ), "\n";
echo 'two: ', $two->check( $dir ), ' ', $two->check( $dir ), "\n";
$two->kill();

echo "- a folder of its own for each\n";
$two = new Container( $base, 'two' );
echo 'one: ', $one->check( $folder( 'b1' ) ), ', two: ', $two->check( $folder( 'b2' ) ), "\n";
$one->kill();
$two->kill();

echo "- one machine-id in two mount namespaces\n";
$dir = $folder( 'c' );
$one = new Container( $base, 'one' );
$two = new Container( $base, 'one' );
echo $one->check( $dir ), ' ', $two->check( $dir ), ' ', $one->check( $dir ), ' ', $two->check( $dir ), "\n";

echo "- another process namespace\n";
$other = new Container( $base, 'one', '-m -p -f --kill-child --mount-proc' );
echo $other->check( $dir ), "\n";
$one->kill();
$two->kill();
echo 'alone, with the records: ', $other->check( $dir ), "\n";
$one = new Container( $base, 'one' );
echo $one->check( $dir ), "\n";
$other->kill();
echo 'alone, with the records: ', $one->check( $dir ), "\n";
$one->kill();

exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECTREGEX--
(?:not run: namespaces cannot be made here, or there is no \/etc\/machine-id|- two machine-ids in turns
one: yes
two: store_unavailable: another machine or container has \(what to do\)
one: yes
two: store_unavailable: another machine or container has \(what to do\)
one: rate_limited
two: store_unavailable: another machine or container has \(what to do\)
- no machine-id
store_unavailable: another machine or container has \(what to do\)
- the first one is killed, so the second one starts an empty store
two: yes
one: store_unavailable: another machine or container has \(what to do\)
two: yes rate_limited
- a folder of its own for each
one: yes, two: yes
- one machine-id in two mount namespaces
yes yes rate_limited rate_limited
- another process namespace
store_unavailable: another machine or container has \(what to do\)
alone, with the records: rate_limited
store_unavailable: another machine or container has \(what to do\)
alone, with the records: rate_limited)
