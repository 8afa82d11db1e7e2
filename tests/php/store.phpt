--TEST--
The store admits an item in exactly one process, and only if it was issued after the store was started
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/workers.inc';

use Countersign\Store;

$store = Store::open();
$now   = time();
$why   = static fn( $answer ) => $answer->isAllowed() ? 'first' : $answer->reason();
$nonce = bin2hex( random_bytes( 8 ) );
echo $why( $store->seenOnce( 'test', $nonce, $now + 1, $now + 300 ) ), "\n";
echo $why( $store->seenOnce( 'test', $nonce, $now + 1, $now + 300 ) ), "\n";
echo $why( $store->seenOnce( 'other', $nonce, $now + 1, $now + 300 ) ), "\n";
echo $why( $store->seenOnce( 'test', 'issued long before the store', 1, $now + 300 ) ), "\n";
// Another machine's clock may be ahead, so an item issued shortly after the start of the store is refused too.
echo $why( $store->seenOnce( 'test', 'from elsewhere', $store->status()['started_at'] + 29, $now + 300, remote: true ) ), ', ';
echo $why( $store->seenOnce( 'test', 'from elsewhere', $store->status()['started_at'] + 31, $now + 300, remote: true ) ), "\n";
echo $why( $store->seenOnce( 'test', 'expired', $now - 300, $now - 200 ) ), "\n";
echo $store->status()['entries'] > 0 ? 'has entries' : 'is empty', "\n";

$nonce   = var_export( bin2hex( random_bytes( 8 ) ), true );
$answers = workers( 8, "for ( \$i = 0; \$i < 100; \$i++ ) { echo (int) Countersign\\Store::open()->seenOnce( 'race', $nonce . \$i, $now + 1, $now + 300 )->isAllowed(); }" );
printf( "100 nonces shown to 8 processes, winners: %d\n", substr_count( implode( $answers ), '1' ) );
?>
--EXPECT--
first
token_used
first
store_restarted
store_restarted, first
token_expired
has entries
100 nonces shown to 8 processes, winners: 100
