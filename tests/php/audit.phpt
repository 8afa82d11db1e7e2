--TEST--
AuditLog appends, signs checkpoints and finds every kind of tampering
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\AuditLog;
use Countersign\Keyring;
use Countersign\Store;
use Countersign\TokenKind;
use Countersign\Tokens;

$keyring = Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) );
// A random host, because the store keeps the high-water mark between runs.
$log   = new AuditLog( $keyring, Store::open(), bin2hex( random_bytes( 8 ) ) . '.example:8080' );
$draft = static fn( array $more ) => json_encode( $more + array( 'kind' => 'system', 'actor' => array( 'kind' => 'system' ), 'action' => 'test' ) );
$head  = null;
$rows  = array();
for ( $i = 0; $i < 10; $i++ ) {
	$append = $log->append( $head, array( $draft( array( 'action' => "first.$i" ) ), $draft( array( 'target' => "post:$i" ) ) ) );
	$head   = $append->head();
	$rows   = array_merge( $rows, $append->rows() );
	$log->committed( $head );
}
echo $append->size(), ' ', implode( ',', array_column( $rows, 'seq' ) ), "\n";
$note    = $log->checkpoint( $head );
$verdict = static function ( array $rows, ?string $head, array $notes = array() ) use ( $log ): string {
	$verifier = $log->verifier( $notes );
	foreach ( $rows as $row ) {
		// As a database driver returns a row: every column is a string.
		$verifier->feed( array_map( static fn( $value ) => is_int( $value ) ? (string) $value : $value, $row ) );
	}
	$report = $verifier->finish( $head );
	return sprintf( '%s %s %d of %d', $report->verdict(), json_encode( $report->firstBad() ), $report->vouched(), $report->checked() );
};
echo $verdict( $rows, $head, array( $note ) ), "\n";

$changed             = $rows;
$changed[4]['body']  = str_replace( 'first.2', 'first.9', $changed[4]['body'] );
$column              = $rows;
$column[3]['target'] = 'post:99';
$moved               = $rows;
array_splice( $moved, 5, 2, array( $moved[6], $moved[5] ) );
$removed = $rows;
unset( $removed[7] );
foreach ( array( $changed, $column, $moved, $removed, array_slice( $rows, 0, 18 ), array_slice( $rows, 1 ), array() ) as $tampered ) {
	echo $verdict( $tampered, $head ), "\n";
}
// The log and its head were cut together: only the mark outside the database shows it.
$other  = $log->append( $head, array( $draft( array( 'action' => 'rewritten' ) ) ) )->head();
$longer = $log->append( $head, array( $draft( array() ) ) )->head();
$log->committed( $longer );
foreach ( array(
	'append'           => fn() => $log->append( $head, array( $draft( array() ) ) ),
	'checkpoint'       => fn() => $log->checkpoint( $head ),
	'checkpoint, fork' => fn() => $log->checkpoint( $other ),
) as $what => $call ) {
	try {
		$call();
		echo "$what: done\n";
	} catch ( Countersign\Exception $e ) {
		echo $what, ': ', $e->reason(), "\n";
	}
}
$log->acknowledgeRollback( null );
echo $log->append( null, array( $draft( array() ) ) )->size(), "\n";

$tokens = new Tokens( $keyring );
foreach ( TokenKind::cases() as $kind ) {
	$token = $tokens->issue( $kind, 1, 60 );
	$body  = $log->append( null, array( $draft( array( 'action' => "x $token", 'change' => array( $token => array( 'deep' => "Bearer $token" ) ) ) ) ) )->rows()[0]['body'];
	echo str_contains( $body, substr( $token, 5, 20 ) ) ? 'LEAK' : 'clean', "\n";
}
// Commitments computed in plain PHP, from the vectors and for an entry that was just made.
$commit = static function ( string $site, int $seq, array $text ): string {
	$parts = array( 'countersign/audit/text/v1', $text['salt'], hex2bin( $site ), pack( 'J', $seq ), $text['path'], $text['value'] );
	$bytes = pack( 'P', count( $parts ) );
	foreach ( $parts as $part ) {
		$bytes .= pack( 'P', strlen( $part ) ) . $part;
	}
	return rtrim( strtr( base64_encode( hash( 'sha256', $bytes, true ) ), '+/', '-_' ), '=' );
};
$vectors = json_decode( file_get_contents( __DIR__ . '/../vectors/audit/texts.json' ), true );
$append  = $log->append( null, array( $draft( array( 'actor' => array( 'kind' => 'agent', 'ip' => '192.0.2.1' ), 'texts' => array( 'change.arguments.title' => 'My title' ) ) ) ) );
$entries = array_map( static fn( array $entry ) => array( $vectors['site'], $entry['seq'], $entry['body'], array_map( static fn( array $text ) => array( 'salt' => hex2bin( $text['salt'] ) ) + $text, $entry['texts'] ) ), $vectors['entries'] );
$entries[] = array( '0123456789abcdef', 0, $append->rows()[0]['body'], $append->texts() );
foreach ( $entries as list( $site, $seq, $body, $texts ) ) {
	$made = array();
	foreach ( $texts as $text ) {
		$made[ $text['path'] ] = $commit( $site, $seq, $text );
	}
	$held = json_decode( $body, true )['texts'] ?? array();
	ksort( $held );
	ksort( $made );
	echo count( $held ), $held === $made ? ' committed' : ' DIFFERENT', "\n";
}
foreach ( array( '', '{}', '[]', '{"kind":"system"}', $draft( array( 'kind' => 'invented' ) ), $draft( array( 'more' => 1 ) ) ) as $bad ) {
	try {
		$log->append( null, array( $bad ) );
		echo "appended\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->getMessage(), "\n";
	}
}
?>
--EXPECT--
20 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19
ok null 20 of 20
entry_modified 4 20 of 20
index_column_mismatch 3 20 of 20
inserted 5 0 of 20
missing_range 7 0 of 19
truncated_tail 18 0 of 18
missing_range 0 0 of 19
truncated_tail 0 0 of 0
append: audit_rollback
checkpoint: audit_rollback
checkpoint, fork: audit_rollback
1
clean
clean
clean
clean
clean
clean
clean
4 committed
3 committed
0 committed
2 committed
the draft is not JSON with the fields of an audit entry
the draft is not JSON with the fields of an audit entry
the draft is not JSON with the fields of an audit entry
the draft is not JSON with the fields of an audit entry
the draft is not JSON with the fields of an audit entry
the draft is not JSON with the fields of an audit entry
