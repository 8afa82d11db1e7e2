--TEST--
Records are sealed and opened, and nothing else is taken for one
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\Decision;
use Countersign\Record;
use Countersign\Records;

$tell = static fn( Record|Decision $answer ): string => $answer instanceof Record ? $answer->kind() . ':' . $answer->id() . ' ' . $answer->version() . ' ' . $answer->data() : (string) $answer->reason();
$site = new TestSite();
echo json_encode( array( $site->records()->state()->isAllowed(), $site->records()->siteEpoch(), $site->records()->isStopped( $site->rows['kill_switch:0'] ) ) ), "\n";

$site->commit( array( 'connection', 7, 1, ' { "user":1, "state_reason":"", "state":"active", "epoch":0,"groups":["read"]}' ) );
$old     = $site->rows['connection:7'];
$records = $site->records();
echo $tell( $records->open( 'connection', 7, $old ) ), "\n";
$entry = $records->open( 'connection', 7, $old )->entry();
echo json_encode( array( $entry['sequence'], strlen( $entry['leaf'] ) ) ), "\n";
$site->commit( array( 'connection', 7, 2, PAUSED ) );
echo $tell( $site->records()->open( 'connection', 7, $site->rows['connection:7'] ) ), "\n";

echo "Refused:\n";
foreach ( array(
	'swapped'  => array( 'connection', 8, $old ),
	'kind'     => array( 'grant', 7, $old ),
	'changed'  => array( 'connection', 7, substr_replace( $old, 'A' === $old[90] ? 'B' : 'A', 90, 1 ) ),
	'removed'  => array( 'connection', 7, null ),
	'old row'  => array( 'connection', 9, '' ),
) as $what => $arguments ) {
	echo $what, ': ', $tell( $records->open( ...$arguments ) ), "\n";
}

echo "A copy with the same keys:\n";
$data = json_decode( $site->records()->siteData( 'copied' ) );
$text = $site->records()->seal( $site->append( array( 'site', 0, 2, json_encode( $data ) ) ), 'site', 0, 2, json_encode( $data ) );
echo strlen( $data->lineage ), ': ', $tell( $site->with( $text )->open( 'connection', 7, $site->rows['connection:7'] ) ), "\n";

$beacon = $site->records()->beacon();
echo "Misuse:\n";
$append = $site->append( array( 'connection', 8, 1, ACTIVE ) );
foreach ( array(
	static fn() => new Records( $site->keyring, $site->store, null, '' ),
	static fn() => $records->open( 'user', 7, $old ),
	static fn() => $records->open( 'connection', 0, $old ),
	static fn() => $records->open( 'beacon', 0, $beacon ),
	static fn() => $records->siteData( 'stolen' ),
	static fn() => $records->explain( '{}', array() ),
	static fn() => $records->seal( $append, 'connection', 8, 0, ACTIVE ),
	static fn() => $records->seal( $append, 'connection', 8, 1, '[]' ),
	static fn() => $records->seal( $append, 'connection', 8, 1, PAUSED ),
	static fn() => $records->moved( null, array() ),
	static fn() => $records->committed( array( $beacon ) ),
) as $call ) {
	echo outcome( $call ), ' ';
}
echo "\n";
$ids = array( Records::newId(), Records::newId() );
echo json_encode( $ids[0] > 0 && $ids[1] > 0 && $ids[0] !== $ids[1] ), "\n";
?>
--EXPECT--
[true,0,false]
connection:7 1 {"epoch":0,"groups":["read"],"state":"active","state_reason":"","user":1}
[2,32]
connection:7 2 {"epoch":0,"groups":["read"],"state":"paused","state_at":5,"state_reason":"admin","user":1}
Refused:
swapped: record_forged
kind: record_forged
changed: record_forged
removed: record_missing
old row: record_unsealed
A copy with the same keys:
16: record_foreign
Misuse:
misuse misuse misuse misuse misuse misuse misuse misuse record_unexplained misuse record_forged 
true
