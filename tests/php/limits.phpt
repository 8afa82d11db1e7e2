--TEST--
Limits admit exactly the maximum across processes, and refused calls do not extend the wait
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/workers.inc';

use Countersign\Limits;
use Countersign\Store;

$limits = new Limits( Store::open() );
$key    = 'one process ' . bin2hex( random_bytes( 8 ) );
for ( $i = 0; $i < 5; $i++ ) {
	$answer = $limits->check( $key, 3, 60 );
	echo $answer->isAllowed() ? 'yes' : $answer->reason() . ' ' . ( $answer->retryAfter() >= 59 ? 'about a minute' : $answer->retryAfter() ), "\n";
}
echo $limits->check( "$key, another", 3, 60 )->isAllowed() ? 'another key: yes' : 'no', "\n";

foreach ( array( '192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', 'nonsense' ) as $ip ) {
	echo Limits::addressKey( $ip ), "\n";
}

$key     = 'eight processes ' . bin2hex( random_bytes( 8 ) );
$answers = workers( 8, 'for ( $i = 0; $i < 20; $i++ ) { echo (int) ( new Countersign\Limits( Countersign\Store::open() ) )->check( ' . var_export( $key, true ) . ', 60, 60 )->isAllowed(); }' );
printf( "160 calls of 8 processes, admitted: %d\n", substr_count( implode( $answers ), '1' ) );

foreach ( array( array( 0, 60 ), array( 257, 60 ), array( 1, 0 ), array( 1, 2678401 ), array( -1, -1 ) ) as $numbers ) {
	try {
		$limits->check( 'x', ...$numbers );
		echo "accepted\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), "\n";
	}
}
?>
--EXPECT--
yes
yes
yes
rate_limited about a minute
rate_limited about a minute
another key: yes
ip:192.0.2.1
ip:192.0.2.1
ip:2001:db8::/64
ip:unknown
160 calls of 8 processes, admitted: 60
misuse
misuse
misuse
misuse
misuse
