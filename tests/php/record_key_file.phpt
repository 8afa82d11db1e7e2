--TEST--
A key file of root is mixed into the key of records, and nothing takes its place
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/settings.inc';

$dir = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $dir, 0700 );
$state = "$dir/state";
mkdir( $state, 0700 );
$file = "$dir/key";
$key  = static function ( string $content ) use ( $file ): void {
	@unlink( $file );
	touch( $file );
	chmod( $file, 0600 );
	file_put_contents( $file, $content );
};
// Seals the first records of a site, and tells the state of a site with the text of an earlier run.
$code = <<<'CODE'
require getenv( 'LIB' );
$site = new TestSite();
echo json_encode( array( 'text' => $site->rows['site:0'], 'key' => $site->keyring->keyId(), 'given' => ( new Countersign\Records( $site->keyring, $site->store, getenv( 'TEXT' ) ?: null, 'shop.example/' ) )->state()->reason() ) );
CODE;
putenv( 'LIB=' . __DIR__ . '/lib/records.inc' );
$with = static function ( ?string $setting, string $text = '' ) use ( $code, $state ): array {
	putenv( "TEXT=$text" );
	$answer = run( array( 'countersign.state_dir' => $state ) + ( null === $setting ? array() : array( 'countersign.record_key_file' => $setting ) ), "try { $code } catch ( Countersign\\Exception \$e ) { echo json_encode( array( 'error' => get_class( \$e ) . ' ' . \$e->reason() . ': ' . \$e->getMessage() ) ); }" );
	return json_decode( $answer, true ) ?? array( 'error' => $answer );
};
$plain = $with( null );
$key( str_repeat( 'a', 32 ) );
$one = $with( $file );
echo 'the id of other keys stays: ', json_encode( $plain['key'] === $one['key'] ), "\n";
echo 'with the same file: ', json_encode( $with( $file, $one['text'] )['given'] ), "\n";
echo 'sealed without the file: ', $with( $file, $plain['text'] )['given'], "\n";
echo 'read without the file: ', $with( null, $one['text'] )['given'], "\n";
$key( str_repeat( 'b', 32 ) );
echo 'another file: ', $with( $file, $one['text'] )['given'], "\n";

echo "Refused:\n";
$tries = array(
	'readable by the group' => static fn() => chmod( $file, 0640 ),
	'too short'             => static fn() => $key( 'short' ),
	'missing'               => static fn() => unlink( $file ),
);
foreach ( $tries as $what => $prepare ) {
	$prepare();
	echo $what, ': ', $with( $file )['error'], "\n";
}
exec( 'rm -rf ' . escapeshellarg( $dir ) );
?>
--EXPECT--
the id of other keys stays: true
with the same file: null
sealed without the file: keys_changed
read without the file: keys_changed
another file: keys_changed
Refused:
readable by the group: Countersign\KeyException key_file_unusable: other users can read or write the key file: set its mode to 0600
too short: Countersign\KeyException key_file_unusable: the content of the key file is not a key: 32 to 4,096 random bytes are needed
missing: Countersign\KeyException key_file_unusable: the key file of records could not be read when PHP was started: create it as root with `countersign key generate`, and start PHP as root
