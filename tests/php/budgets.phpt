--TEST--
Budgets never pass the cap across processes, announce a refusal once, and take corrections and kept counts
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/workers.inc';

use Countersign\Budgets;
use Countersign\Store;

// An offset with which midnight is not near, so that no period ends during the test.
$hour    = (int) gmdate( 'G' );
$offset  = ( $hour < 12 ? 0 : -12 ) * 3600 + 3600;
$today   = gmdate( 'Y-m-d', time() + $offset );
$budgets = new Budgets( Store::open() );
$name    = bin2hex( random_bytes( 8 ) );
$row     = static fn( string $key, string $every, string $of, int $cap ) => compact( 'every', 'of', 'cap' ) + array( 'key' => "$key $name" );
$show    = static fn( array $rows ) => implode( ', ', array_map( static fn( array $r ) => "{$r['used']} used, {$r['remaining']} left" . ( $r['told'] ? ', told' : '' ) . ( $r['announce'] ? ' now' : '' ), $rows ) );

$two = array( $row( 'a', 'day', 'calls', 3 ), $row( 'a', 'month', 'cost', 100 ) );
foreach ( array( 30, 30, 50, 5, 5 ) as $cost ) {
	$spending = $budgets->spend( $two, $cost, $offset );
	echo $spending->decision()->reason() ?? 'allowed', ' ', var_export( $spending->index(), true ), ': ', $show( $spending->budgets() ), "\n";
}
$rows = $spending->budgets();
var_dump( $rows[0]['period'] === $today, $rows[1]['period'] === substr( $today, 0, 7 ) );
$wait = $spending->decision()->retryAfter();
var_dump( $wait > 0 && $wait <= 86400 && abs( ( time() + $offset + $wait ) % 86400 - 1 ) < 3 );

echo "-- reported\n";
$spending = $budgets->spend( array( $row( 'b', 'day', 'cost', 100 ) ), 40, $offset );
echo $show( $budgets->report( $spending, 25 ) ), "\n";
$spending = $budgets->spend( array( $row( 'b', 'day', 'cost', 100 ) ), 40, $offset );
echo $show( $budgets->report( $spending, 90 ) ), "\n";
foreach ( array( $spending, $budgets->spend( array( $row( 'b', 'day', 'cost', 100 ) ), 0, $offset ) ) as $again ) {
	try {
		$budgets->report( $again, 1 );
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', $e->getMessage(), "\n";
	}
}
echo 'larger than the cap: ', json_encode( $budgets->spend( array( $row( 'c', 'day', 'cost', 100 ) ), 101, $offset )->decision()->retryAfter() ), "\n";

echo "-- kept counts\n";
$kept = array( 'period' => $today, 'used' => 9, 'told' => true );
echo $show( $budgets->spend( array( $row( 'd', 'day', 'calls', 10 ) + $kept ), 0, $offset )->budgets() ), "\n";
echo $show( $budgets->spend( array( $row( 'd', 'day', 'calls', 10 ) + $kept ), 0, $offset )->budgets() ), "\n";
echo $show( $budgets->spend( array( $row( 'e', 'day', 'calls', 10 ) + array( 'period' => '2001-01-01' ) + $kept ), 0, $offset )->budgets() ), "\n";
echo $show( $budgets->spend( array( $row( 'f', 'day', 'calls', 10 ) + array( 'period' => null, 'used' => null ) ), 0, $offset )->budgets() ), "\n";

echo "-- eight processes\n";
$pair = array( $row( 'g', 'day', 'calls', 500 ), $row( 'g', 'month', 'cost', 700 ) );
$code = '$b = new Countersign\Budgets( Countersign\Store::open() ); for ( $i = 0; $i < 50; $i++ ) { $s = $b->spend( ' . var_export( $pair, true ) . ', 7, ' . $offset . ' ); echo $s->decision()->isAllowed() ? "y" : "n", array_sum( array_column( $s->budgets(), "announce" ) ) ? "!" : ""; }';
$said = implode( workers( 8, $code ) );
printf( "400 calls: %d admitted, %d refused, announced %d time\n", substr_count( $said, 'y' ), substr_count( $said, 'n' ), substr_count( $said, '!' ) );
echo $show( $budgets->spend( $pair, 7, $offset )->budgets() ), "\n";
// Each call estimates 10 and costs 4: the difference can be spent, but only once.
$code = '$b = new Countersign\Budgets( Countersign\Store::open() ); for ( $i = 0; $i < 50; $i++ ) { $s = $b->spend( ' . var_export( array( $row( 'h', 'day', 'cost', 1000 ) ), true ) . ', 10, ' . $offset . ' ); if ( $s->decision()->isAllowed() ) { echo "y"; $b->report( $s, 4 ); } }';
$done = substr_count( implode( workers( 8, $code ) ), 'y' );
$rows = $budgets->spend( array( $row( 'h', 'day', 'cost', 1000 ) ), 1000, $offset )->budgets();
var_dump( $rows[0]['used'] === 4 * $done, $done >= 248 );

echo "-- misuse\n";
$good = $row( 'x', 'day', 'calls', 1 );
foreach (
	array(
		array( array() ),
		array( array( $good, $good ) ),
		array( array( array( 'every' => 'week' ) + $good ) ),
		array( array( array( 'of' => 'money' ) + $good ) ),
		array( array( array( 'cap' => -1 ) + $good ) ),
		array( array( array( 'cap' => 1.5 ) + $good ) ),
		array( array( $good + array( 'usedd' => 1 ) ) ),
		array( array( $good + array( 'period' => $today ) ) ),
		array( array( $good + array( 'period' => '2026-11', 'used' => 1 ) ) ),
		array( array( $good + array( 'period' => '2026-11-31', 'used' => 1 ) ) ),
		array( array( array( 'cap' => 10 ** 15 + 1 ) + $good ) ),
		array( array( $good ), -1 ),
		array( array( $good ), 10 ** 15 + 1 ),
		array( array( $good ), 0, 50401 ),
	) as $arguments
) {
	try {
		$budgets->spend( ...$arguments );
		echo "accepted\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', strtok( $e->getMessage(), ',' ), "\n";
	}
}
?>
--EXPECT--
allowed NULL: 1 used, 2 left, 30 used, 70 left
allowed NULL: 2 used, 1 left, 60 used, 40 left
budget_cost_spent 1: 2 used, 1 left, 60 used, 40 left, told now
allowed NULL: 3 used, 0 left, 65 used, 35 left, told
budget_calls_spent 0: 3 used, 0 left, told now, 65 used, 35 left, told
bool(true)
bool(true)
bool(true)
-- reported
25 used, 75 left
115 used, 0 left
misuse: the cost of this call was already reported
misuse: a call that was refused has no cost
larger than the cap: null
-- kept counts
10 used, 0 left, told
10 used, 0 left, told
1 used, 9 left
1 used, 9 left
-- eight processes
400 calls: 100 admitted, 300 refused, announced 1 time
100 used, 400 left, 700 used, 0 left, told
bool(true)
bool(true)
-- misuse
misuse: a call must have 1 to 16 budgets
misuse: a call must have 1 to 16 budgets
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a budget is an array of key (string)
misuse: a cap and a used amount must be 0 to 1
misuse: a cost must be 0 to 1
misuse: a cost must be 0 to 1
misuse: the offset must be -50
