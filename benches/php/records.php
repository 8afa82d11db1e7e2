<?php
/** Opening a sealed record and checking its witness, compared with an HMAC, JSON and the time of a file. */

declare(strict_types=1);

require __DIR__ . '/lib/bench.php';

use Countersign\AuditLog;
use Countersign\Keyring;
use Countersign\Record;
use Countersign\Records;
use Countersign\Store;

const DATA = '{"client":"A client of some vendor","created_at":1800000000,"created_by":1,"epoch":3,"groups":["read","create_edit","media"],"limit":{"max":60,"window":60},"name":"Editing assistant of the shop","preset":"standard","state":"active","state_at":1800000000,"state_reason":"","user":7}';

$keyring = Keyring::open( bin2hex( random_bytes( 8 ) ), random_bytes( 64 ) );
$store   = Store::open();
$log     = new AuditLog( $keyring, $store, 'shop.example' );
$first   = new Records( $keyring, $store, null, 'shop.example/' );
$texts   = array();
$head    = null;
$seal    = static function ( string $kind, int $id, string $data ) use ( $log, $first, &$head, &$texts ): void {
	$change = array(
		'kind'    => $kind,
		'id'      => $id,
		'version' => 1,
		'data'    => $data,
	);
	$append = $log->append( $head, array( $first->explain( '{"kind":"connection","actor":{"kind":"admin"},"action":"bench"}', array( $change ) ) ) );
	$head   = $append->head();
	$texts[ "$kind:$id" ] = $first->seal( $append, $kind, $id, 1, $data );
};
$seal( 'site', 0, $first->siteData( 'created' ) );
$first->committed( array_values( $texts ) );
for ( $id = 1; $id < 1000; $id++ ) {
	$seal( 'connection', $id, DATA );
}
$first->committed( array_values( $texts ) );
$records = new Records( $keyring, $store, $texts['site:0'], 'shop.example/' );
must( 1000 === $records->witness()['records'] );

// What PHP needs for the same: the tag of the same bytes, the data, and whether the file of versions has changed.
$secret = random_bytes( 32 );
$body   = base64_encode( hash_hmac( 'sha256', DATA . str_repeat( ' ', 230 ), $secret, true ) . DATA . str_repeat( ' ', 230 ) );
$bench  = new Bench();
$bench->compare(
	'record: open, with its witness',
	0.5,
	static fn( int $number ) => must( $records->open( 'connection', 1 + $number % 999, $texts[ 'connection:' . ( 1 + $number % 999 ) ] ) instanceof Record ),
	static function () use ( $secret, $body ): void {
		$bytes = base64_decode( $body, true );
		$json  = substr( $bytes, 32 );
		must( hash_equals( hash_hmac( 'sha256', $json, $secret, true ), substr( $bytes, 0, 32 ) ) );
		must( is_array( json_decode( $json, true ) ) );
		clearstatcache();
		must( false !== filemtime( __FILE__ ) );
	},
	'base64_decode, hash_hmac, json_decode and filemtime'
);
echo $bench->rows();
