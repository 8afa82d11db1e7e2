--TEST--
A record that is older than the witness knows gives no rights, and only a confirmation makes it count again
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\Access;
use Countersign\Decision;
use Countersign\McpReply;
use Countersign\Record;

$tell = static fn( Record|Decision $answer ): string => $answer instanceof Record ? $answer->kind() . ':' . $answer->id() . ' ' . $answer->version() . ' ' . $answer->data() : (string) $answer->reason();
$site = new TestSite();
$site->commit( array( 'connection', 7, 1, ACTIVE ) );
$old     = $site->rows['connection:7'];
$records = $site->records();
$before = (int) ( microtime( true ) * 1000 );
$next   = $records->nextVersion( 'connection', 7, $old );
echo json_encode( $next >= $before && $next <= microtime( true ) * 1000 ), ' ', $records->nextVersion( 'grant', 5 ), ' ', $records->nextVersion( 'site', 0 ), "\n";
$site->commit( array( 'connection', 7, 2, PAUSED ) );
echo 'restored: ', $tell( $records->open( 'connection', 7, $old ) ), ', ', Access::mayAct( $records->open( 'connection', 7, $old ), null, false )->reason(), "\n";
echo 'emptied: ', $tell( $records->open( 'connection', 7, '' ) ), "\n";
echo 'sealed again: ', outcome( fn() => $records->seal( $site->append( array( 'connection', 7, 1, ACTIVE ) ), 'connection', 7, 1, ACTIVE ) ), "\n";

echo "Behind:\n";
$behind = $records->openBehind( 'connection', 7, $old );
echo $tell( $behind ), "\n";
$site->commit( array( 'connection', 6, 1, ACTIVE ) );
$lost = $site->rows['connection:6'];
$site->commit( array( 'connection', 6, $records->nextVersion( 'connection', 6, $lost, REVOKED ), REVOKED ) );
echo $tell( $site->records()->open( 'connection', 6, $site->rows['connection:6'] ) ), "\n";
echo 'revoked: ', $tell( $records->openBehind( 'connection', 6, $lost ) ), ', ', $records->nextVersion( 'connection', 6, $lost ), "\n";
echo 'current: ', outcome( fn() => $records->openBehind( 'connection', 7, $site->rows['connection:7'] ) ), "\n";

echo "Asked by an agent:\n";
$restored = new TestSite();
$restored->commit( array( 'connection', 7, 1, ACTIVE ) );
$old = $restored->rows['connection:7'];
$restored->commit( array( 'connection', 7, 2, str_replace( '"epoch":0', '"epoch":1', ACTIVE ) ) );
$restored->rows['connection:7'] = $old;
$answer = $restored->call();
echo get_class( $answer ), ' ', $answer instanceof McpReply ? $answer->decision()->reason() . ' ' . ( $answer->change() ?? '-' ) : '', "\n";
?>
--EXPECT--
true 1 2
restored: record_rolled_back, record_rolled_back
emptied: record_missing
sealed again: record_rolled_back
Behind:
connection:7 1 {"epoch":0,"groups":["read"],"state":"active","state_reason":"","user":1}
connection:6 9007199254740991 {"epoch":1,"groups":["read"],"state":"revoked","state_at":6,"state_reason":"admin","user":1}
revoked: connection_revoked, 9007199254740991
current: misuse
Asked by an agent:
Countersign\McpReply record_rolled_back -
