--TEST--
A log is sealed with a key that is shown once, and an export is verified with it
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\AuditFile;
use Countersign\AuditLog;
use Countersign\AuditSeals;
use Countersign\Keyring;
use Countersign\Store;

$host    = bin2hex( random_bytes( 8 ) ) . '.example';
$keyring = Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) );
$log     = new AuditLog( $keyring, Store::open(), $host );
$misuse  = static function ( callable $call ): void {
	try {
		$call();
		echo "no exception\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', $e->getMessage(), "\n";
	}
};

// Sealing returns its key once, has no seal due yet, and stores the key in a file with mode 0600.
$dir   = sys_get_temp_dir() . '/countersign-seals-' . bin2hex( random_bytes( 8 ) );
$seals = new AuditSeals( $keyring, $host, $dir );
// A missing folder is not a log without seals, and nothing makes it.
$misuse( static fn() => $seals->isEnrolled() );
$misuse( static fn() => $seals->due() );
$misuse( static fn() => $seals->enroll() );
var_dump( file_exists( $dir ) );
mkdir( $dir, 0700 );
var_dump( $seals->isEnrolled(), $seals->due() );
$misuse( static fn() => $seals->enroll( 59 ) );
$misuse( static fn() => $seals->advance( array() ) );
echo count( scandir( $dir ) ) - 2, " files\n";
$first = $seals->enroll();
echo preg_match( '/\Acssk_[A-Za-z0-9_-]{59}[0-9a-f]{8}\z/', $first ), ' ', var_export( $seals->enroll(), true ), "\n";
var_dump( $seals->isEnrolled(), $seals->due() );
$files = glob( "$dir/seal-*" );
printf( "%o\n", fileperms( $files[0] ) & 0777 );
$misuse( static fn() => $seals->advance( array( 'not a seal' ) ) );

$drafts = array_map( static fn( int $n ) => json_encode( array( 'kind' => 'system', 'actor' => array( 'kind' => 'system' ), 'action' => "step.$n" ) ), range( 1, 30 ) );
$append = $log->append( null, $drafts );
$head   = $append->head();
$export = $log->export( $head );
array_map( $export->row( ... ), $append->rows() );
$export->checkpoint( $log->checkpoint( $head ) );
$whole = $export->take() . $export->finish();
foreach ( array( null, time() + 9000 ) as $taken ) {
	$file = new AuditFile( array( $log->verifierKey() ) );
	$file->expectSeals( $first, $taken );
	$file->push( $whole );
	$report = $file->finish();
	printf( "%s, proved %s, %d entries, witnessed %d (%s)\n", $report->verdict(), var_export( $report->isProved(), true ), $report->entries(), $report->witnessed(), implode( ', ', array_column( $report->remarks(), 'remark' ) ) );
}
chmod( $files[0], 0644 );
$misuse( static fn() => $seals->due( $head ) );
array_map( 'unlink', glob( "$dir/*" ) );
rmdir( $dir );
?>
--EXPECT--
seal_unusable: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
seal_unusable: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
seal_unusable: the state folder does not exist: as root, run `install -d -m 1733 FOLDER`, or for one user alone `install -d -m 0700 -o USER FOLDER`
bool(false)
bool(false)
array(0) {
}
misuse: an epoch must be 60 seconds to 31 days long
seal_unusable: the sealing key's file is missing, damaged or accessible to other users
0 files
1 NULL
bool(true)
array(0) {
}
600
misuse: the text is not a seal or a sealing key
ok, proved true, 30 entries, witnessed 0 (unsealed_tail)
seal_gap, proved false, 30 entries, witnessed 0 ()
seal_unusable: the sealing key's file is missing, damaged or accessible to other users
