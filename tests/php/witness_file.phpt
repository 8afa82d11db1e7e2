--TEST--
The witness of records is a file of this user, and is replaced by a beacon or a person only
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\Decision;
use Countersign\Record;

$tell = static fn( Record|Decision $answer ): string => $answer instanceof Record ? $answer->kind() . ':' . $answer->id() . ' ' . $answer->version() . ' ' . $answer->data() : (string) $answer->reason();
$site = new TestSite();
$site->commit( array( 'connection', 7, 1, ACTIVE ) );
$old = $site->rows['connection:7'];
$site->commit( array( 'connection', 7, 2, PAUSED ), array( 'connection', 6, 1, ACTIVE ) );

$files = array_values( array_filter( scandir( $site->dir ), static fn( string $name ) => str_starts_with( $name, 'witness-' ) && ! str_contains( $name, '.' ) ) );
printf( "%d file, %o, %d bytes\n", count( $files ), fileperms( "$site->dir/$files[0]" ) & 0777, filesize( "$site->dir/$files[0]" ) );
echo json_encode( $site->records()->witness() ), "\n";
$file  = "$site->dir/$files[0]";
$bytes = file_get_contents( $file );
$beacon = $site->records()->beacon();
file_put_contents( $file, substr_replace( $bytes, ~$bytes[50], 50, 1 ) );
echo $site->records()->state()->reason(), ': ', $site->records()->witness()['failure'], "\n";
echo outcome( fn() => $site->records()->committed( array( $site->rows['connection:7'] ) ) ), "\n";
echo 'adopted by a beacon: ', $site->records()->adopt( $beacon, array_values( $site->rows ), false )->reason(), "\n";
echo 'adopted by a person: ', json_encode( $site->records()->adopt( null, array_values( $site->rows ), true )->isAllowed() ), "\n";
unlink( $file );
echo $site->records()->state()->reason(), "\n";
echo 'adopted by a beacon: ', json_encode( $site->records()->adopt( $beacon, array( $site->rows['site:0'], $old ), false )->isAllowed() ), "\n";
echo $tell( $site->records()->open( 'connection', 7, $old ) ), "\n";
?>
--EXPECT--
1 file, 600, 172 bytes
{"place":"file","keeps_data":true,"records":4,"failure":null}
witness_unusable: the witness is damaged: an administrator confirms that the database is current
witness_unusable
adopted by a beacon: witness_unusable
adopted by a person: true
witness_missing
adopted by a beacon: true
record_rolled_back
