--TEST--
The extension and a second implementation in plain PHP agree with the vectors of records
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/record.inc';

use Countersign\Keyring;
use Countersign\Record;
use Countersign\Records;
use Countersign\Store;

/** @return array<string, array<string, mixed>> The vectors in a folder, by file name. */
$read = static function ( string $folder ): array {
	$vectors = array();
	foreach ( glob( __DIR__ . "/../vectors/record/$folder/*.json" ) as $file ) {
		$vectors[ basename( $file, '.json' ) ] = json_decode( file_get_contents( $file ), true );
	}
	return $vectors;
};
$dir = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $dir, 0700 );
$store = Store::open( $dir );
$open  = static function ( array $vector, string $text ) use ( $store ): array|string {
	$records = new Records( Keyring::open( $vector['site'], $vector['material'] ), $store, null, 'shop.example/' );
	$record  = $records->open( $vector['kind'], $vector['id'], $text );
	return $record instanceof Record
		? array( 'version' => $record->version(), 'data' => $record->data(), 'sequence' => $record->entry()['sequence'], 'leaf' => bin2hex( $record->entry()['leaf'] ) )
		: $record->reason();
};
$second = static fn( array $vector, string $text ): array|string => record_verdict( $text, $vector['kind'], $vector['id'], $vector['site'], $vector['material'] );
foreach ( $read( 'valid' ) as $name => $vector ) {
	$want = array_intersect_key( $vector, array_flip( array( 'version', 'data', 'sequence', 'leaf' ) ) );
	foreach ( array( 'extension' => $open, 'second' => $second ) as $who => $verdict ) {
		$answer = $verdict( $vector, $vector['text'] );
		echo "$name, $who: ", $answer == $want ? 'ok' : json_encode( $answer ), "\n";
	}
	$accepted = 0;
	for ( $at = 0; $at < strlen( $vector['text'] ); $at++ ) {
		$changed      = $vector['text'];
		$changed[$at] = 'A' === $changed[$at] ? 'B' : 'A';
		foreach ( array( $changed, substr( $vector['text'], 0, $at ) ) as $text ) {
			$answers   = array( $open( $vector, $text ), $second( $vector, $text ) );
			$accepted += is_array( $answers[0] ) || $answers[0] !== $answers[1] ? 1 : 0;
		}
	}
	echo "$name: $accepted changed texts accepted or judged differently\n";
}
$invalid = $read( 'invalid' );
foreach ( $invalid as $name => $vector ) {
	$answers = array( $open( $vector, $vector['text'] ), $second( $vector, $vector['text'] ) );
	if ( array( $vector['reason'], $vector['reason'] ) !== $answers ) {
		echo "$name: {$vector['reason']} wanted, not ", json_encode( $answers ), "\n";
	}
}
echo count( $invalid ), " invalid texts\n";
foreach ( $read( 'witness' ) as $name => $vector ) {
	echo "witness, $name: ", json_encode( bin2hex( witness_bytes( $vector['site'], $vector['address'], (array) $vector['records'], $vector['floor'] ) ) === $vector['bytes'] ), "\n";
}
unset( $store );
array_map( unlink( ... ), glob( "$dir/*" ) );
@rmdir( $dir );
?>
--EXPECT--
connection, extension: ok
connection, second: ok
connection: 0 changed texts accepted or judged differently
connection_revoked, extension: ok
connection_revoked, second: ok
connection_revoked: 0 changed texts accepted or judged differently
grant, extension: ok
grant, second: ok
grant: 0 changed texts accepted or judged differently
grant_of_a_lineage, extension: ok
grant_of_a_lineage, second: ok
grant_of_a_lineage: 0 changed texts accepted or judged differently
kill_switch, extension: ok
kill_switch, second: ok
kill_switch: 0 changed texts accepted or judged differently
site, extension: ok
site, second: ok
site: 0 changed texts accepted or judged differently
21 invalid texts
witness, empty: true
witness, three: true
witness, with_floor: true
