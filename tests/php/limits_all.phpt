--TEST--
A call under several limits is counted in all or none, and the answer names the limit that refused it
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/workers.inc';

use Countersign\Limits;
use Countersign\Store;

$limits = new Limits( Store::open() );
$name   = bin2hex( random_bytes( 8 ) );
$row    = static fn( string $key, int $max, int $window ) => array( 'key' => "$key $name", 'max' => $max, 'window' => $window );
$three  = array( $row( 'ip', 60, 60 ), $row( 'connection', 3, 3600 ), $row( 'agent', 10, 60 ) );
for ( $i = 0; $i < 6; $i++ ) {
	$answer = $limits->checkAll( $three );
	printf(
		"%s, which %s, limit %d, remaining %d, reset %s, first %s\n",
		$answer->decision()->reason() ?? 'yes',
		var_export( $answer->index(), true ),
		$answer->limit(),
		$answer->remaining(),
		abs( $answer->reset() - 3600 ) < 60 ? 'in an hour' : $answer->reset(),
		var_export( $answer->isFirstOfBurst(), true )
	);
}
var_dump( $answer->decision()->retryAfter() === $answer->reset() );
echo 'left of the others: ', $limits->checkAll( array( $row( 'agent', 10, 60 ), $row( 'ip', 60, 60 ) ) )->remaining(), "\n";
echo 'the same history as check(): ', $limits->check( "connection $name", 3, 3600 )->reason(), "\n";

$code    = 'for ( $i = 0; $i < 20; $i++ ) { echo (int) ( new Countersign\Limits( Countersign\Store::open() ) )->checkAll( ' . var_export( array( $row( 'a', 60, 60 ), $row( 'b', 50, 60 ) ), true ) . ' )->decision()->isAllowed(); }';
$answers = implode( workers( 8, $code ) );
printf( "160 calls of 8 processes, admitted: %d; left of the wider limit: %d\n", substr_count( $answers, '1' ), $limits->checkAll( array( $row( 'a', 60, 60 ) ) )->remaining() );

$good = $row( 'x', 1, 1 );
$many = array_map( static fn( int $i ) => $row( "many $i", 1, 1 ), range( 1, 17 ) );
foreach ( array( array(), array( 1 ), array( array() ), array( array( 'max' => '1' ) + $good ), array( array( 'max' => 257 ) + $good ), array( array( 'window' => 2678401 ) + $good ), array( array( 'burst' => 1 ) + $good ), array( $good, $good ), $many ) as $wrong ) {
	try {
		$limits->checkAll( $wrong );
		echo "accepted\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', $e->getMessage(), "\n";
	}
}
?>
--EXPECT--
yes, which NULL, limit 3, remaining 2, reset in an hour, first false
yes, which NULL, limit 3, remaining 1, reset in an hour, first false
yes, which NULL, limit 3, remaining 0, reset in an hour, first false
rate_limited, which 1, limit 3, remaining 0, reset in an hour, first true
rate_limited, which 1, limit 3, remaining 0, reset in an hour, first false
rate_limited, which 1, limit 3, remaining 0, reset in an hour, first false
bool(true)
left of the others: 6
the same history as check(): rate_limited
160 calls of 8 processes, admitted: 50; left of the wider limit: 9
misuse: a call must have 1 to 16 limits with different keys
misuse: a limit is an array of key (string), max (int) and window (int)
misuse: a limit is an array of key (string), max (int) and window (int)
misuse: a limit is an array of key (string), max (int) and window (int)
misuse: a limit is 1 to 256 calls in 1 to 2,678,400 seconds
misuse: a limit is 1 to 256 calls in 1 to 2,678,400 seconds
misuse: a limit is an array of key (string), max (int) and window (int)
misuse: a call must have 1 to 16 limits with different keys
misuse: a call must have 1 to 16 limits with different keys
