--TEST--
A log is exported, verified offline, pruned and proved
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\AuditCsv;
use Countersign\AuditFile;
use Countersign\AuditLog;
use Countersign\AuditProof;
use Countersign\Decision;
use Countersign\Keyring;
use Countersign\Store;

$host    = bin2hex( random_bytes( 8 ) ) . '.example';
$keyring = Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) );
$log     = new AuditLog( $keyring, Store::open(), $host );
$draft   = static fn( string $action, ?string $client = null ) => json_encode( array( 'kind' => 'system', 'actor' => array( 'kind' => 'system', 'client' => $client ), 'action' => $action ) );
$misuse  = static function ( callable $call ): void {
	try {
		$call();
		echo "no exception\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', $e->getMessage(), "\n";
	}
};

$drafts = array_map( static fn( $n ) => $draft( "step.$n", 0 === $n % 2 ? '=1+1' : null ), range( 0, 299 ) );
$append = $log->append( null, array_merge( $drafts, array( $log->pruningDraft( 100 ) ) ) );
$head   = $append->head();
$rows   = $append->rows();
$note   = $log->checkpoint( $head );
$key    = $log->verifierKey();
$export = static function ( array $rows, array $range = array(), ?string $filter = null, ?callable $wanted = null ) use ( $log, $head, $note ): string {
	$export = $log->export( $head, $range[0] ?? null, $range[1] ?? null, $filter );
	$file   = '';
	foreach ( $rows as $row ) {
		$export->row( array( 'seq' => (string) $row['seq'] ) + $row, null === $wanted || $wanted( $row ) );
		$file .= $export->take();
	}
	$export->checkpoint( $note );
	return $file . $export->finish();
};
$verify = static function ( string $bytes, ?callable $expect = null ) use ( $key ): string {
	$file = new AuditFile( array( $key ) );
	if ( $expect ) {
		$expect( $file );
	}
	foreach ( str_split( $bytes, 4096 ) as $chunk ) {
		$file->push( $chunk );
	}
	$report = $file->finish();
	return sprintf(
		'%s at %s, proved %s, %d entries of %d, vouched %d, witnessed %d (%s)',
		$report->verdict(), json_encode( $report->firstBad() ), var_export( $report->isProved(), true ), $report->entries(), $report->size(),
		$report->vouched(), $report->witnessed(), implode( ', ', array_column( $report->remarks(), 'remark' ) )
	);
};
$whole  = $export( $rows );
echo $verify( $whole ), "\n";
echo $verify( $whole, static fn( $file ) => $file->expectCheckpoint( $note ) ), "\n";
echo $verify( str_replace( 'step.150', 'step.151', $whole ) ), "\n";
echo $verify( $export( $rows, array( 100, 200 ) ) ), "\n";
echo $verify( $export( $rows, array(), 'client', static fn( $row ) => '=1+1' === $row['client'] ) ), "\n";
$pruned = array_map( static fn( $row ) => $row['seq'] < 100 ? array( 'body' => null ) + $row : $row, $rows );
echo $verify( $export( $pruned ) ), "\n";
$more = array_map( static fn( $row ) => $row['seq'] < 101 ? array( 'body' => null ) + $row : $row, $rows );
echo $verify( $export( $more ) ), "\n";

$csv = new AuditCsv();
$csv->row( $rows[0] );
$csv->row( $pruned[1] );
echo preg_replace( '/,[0-9a-f]{64},[^,]*,?/', ',LEAF,', $csv->take() );

// Proofs for a checkpoint that a client kept, and for one entry.
$old    = $log->append( null, array_slice( $drafts, 0, 100 ) );
$root   = static function ( string $head ): string {
	return explode( ' ', $head )[1];
};
$prove  = static function ( AuditProof $proof ) use ( $rows ): array|Decision {
	foreach ( $proof->ranges() as [ $from, $until ] ) {
		$proof->feed( array_column( array_slice( $rows, $from, $until - $from ), 'leaf' ) );
	}
	return $proof->finish();
};
$leaves = hash( 'sha256', "\0" . $rows[7]['body'] );
$entry  = $prove( $log->proveEntry( $head, 7, $rows[7]['leaf'] ) );
var_dump( AuditProof::isIncluded( 7, $leaves, 301, $root( $head ), $entry ), AuditProof::isIncluded( 8, $leaves, 301, $root( $head ), $entry ) );
$small  = array_slice( $rows, 0, 100 );
$report = ( static function () use ( $log, $small ) {
	$verifier = $log->verifier();
	array_map( $verifier->feed( ... ), $small );
	return $verifier->finish();
} )();
printf( "%d %s %d\n", $report->size(), json_encode( array_column( $report->findings(), 'verdict' ) ), $report->clockRegressions() );
$proof  = $prove( $log->proveContinued( $head, 100, $report->root() ) );
var_dump( AuditProof::isContinued( 100, $report->root(), 301, $root( $head ), $proof ), AuditProof::isContinued( 100, $root( $head ), 301, $root( $head ), $proof ) );
echo $prove( $log->proveContinued( $head, 100, str_repeat( '0', 64 ) ) )->reason(), ' ', $prove( $log->proveContinued( $head, 302, $report->root() ) )->reason(), "\n";

$misuse( static fn() => $log->proveContinued( $head, 100, $report->root() )->finish() );
$misuse( static fn() => $log->proveEntry( $head, 301, $rows[7]['leaf'] ) );
$misuse( static fn() => $log->export( $head, 5, 4 ) );
$misuse( static fn() => $log->pruningDraft( 0 ) );
$misuse( static fn() => new AuditFile( array( 'no key' ) ) );
$misuse( static fn() => ( new AuditFile() )->expectCheckpoint( $note ) );
$late = new AuditFile();
$late->push( 'x' );
$misuse( static fn() => $late->expectRoot( 1, $report->root() ) );
$done = $log->export( null );
$done->finish();
$misuse( static fn() => $done->take() );
?>
--EXPECT--
ok at null, proved true, 301 entries of 301, vouched 301, witnessed 0 ()
ok at null, proved true, 301 entries of 301, vouched 301, witnessed 301 ()
entry_modified at 150, proved false, 301 entries of 301, vouched 301, witnessed 0 ()
ok at null, proved true, 100 entries of 301, vouched 301, witnessed 0 (selection)
ok at null, proved true, 150 entries of 301, vouched 301, witnessed 0 (selection)
ok at null, proved true, 201 entries of 301, vouched 301, witnessed 0 (pruned)
missing_range at 0, proved false, 200 entries of 301, vouched 301, witnessed 0 ()
seq,leaf,time,kind,actor,connection,user,client,ip,action,target,outcome,reason,approval,correlation,ref,change
0,LEAF,system,system,,,"'=1+1",,step.0,,,,,,,
1,LEAF,,,,,,,,,,,,,,
bool(true)
bool(false)
100 ["inserted"] 0
bool(true)
bool(false)
audit_fork audit_fork
misuse: the position or range lies outside the log
misuse: the position or range lies outside the log
misuse: the position or range lies outside the log
misuse: the position or range lies outside the log
misuse: a verifier key is malformed
misuse: no verifier key has signed the checkpoint
misuse: expectations must be given before the first bytes of the file
misuse: the export is finished
