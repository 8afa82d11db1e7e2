--TEST--
A draft with a secret of any published format becomes an entry without it, and ordinary text stays
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\AuditLog;
use Countersign\Keyring;
use Countersign\Store;

$vectors = json_decode( file_get_contents( __DIR__ . '/../vectors/audit/redaction.json' ), true, 16, JSON_THROW_ON_ERROR );
$keyring = Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) );
$log     = new AuditLog( $keyring, Store::open(), bin2hex( random_bytes( 8 ) ) . '.example' );
// Returns the text as it is recorded, in the field `target` and in `change`.
$recorded = static function ( string $text, string $field ) use ( $log ): string {
	$draft = array( 'kind' => 'system', 'actor' => array( 'kind' => 'system' ), 'action' => 'test' );
	$draft[ $field ] = 'target' === $field ? $text : array( 'text' => $text );
	$body = $log->append( null, array( json_encode( $draft, JSON_THROW_ON_ERROR ) ) )->rows()[0]['body'];
	$entry = json_decode( $body, true, 16, JSON_THROW_ON_ERROR );
	return 'target' === $field ? $entry['target'] : $entry['change']['text'];
};
$count = 0;
$expect = static function ( string $text, string $clean, string $what ) use ( $recorded, &$count ): void {
	++$count;
	$fields = mb_strlen( $text ) <= 191 ? array( 'target', 'change' ) : array( 'change' );
	foreach ( $fields as $field ) {
		$made = $recorded( $text, $field );
		if ( $made !== $clean ) {
			echo "$what in $field: $made instead of $clean\n";
		}
	}
};
foreach ( $vectors['formats'] as $format ) {
	foreach ( $format['match'] as $pieces ) {
		$text  = implode( $pieces );
		$clean = str_starts_with( $text, 'thesite' ) ? 'thesite[redacted]' : '[redacted]';
		$expect( "a $text, b", "a $clean, b", $format['name'] );
	}
	foreach ( $format['near_miss'] as $pieces ) {
		$text = 'a ' . implode( $pieces ) . ' b';
		$expect( $text, $text, $format['name'] );
	}
}
foreach ( $vectors['secrets'] as $secret ) {
	$expect( implode( $secret['dirty'] ), $secret['clean'], $secret['what'] );
}
foreach ( $vectors['plain'] as $text ) {
	$expect( $text, $text, 'ordinary text' );
}
echo $count > 300 ? 'many' : $count, " texts\n";
?>
--EXPECT--
many texts
