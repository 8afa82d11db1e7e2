<?php
/** Signed actions with replay protection, compared with JSON, an HMAC and a database row. */

declare(strict_types=1);

require __DIR__ . '/lib/bench.php';
require __DIR__ . '/lib/webhook.php';

use Countersign\Action;
use Countersign\ActionKey;
use Countersign\Actions;
use Countersign\Store;

[ , , , $socket ] = $argv;

const SITE = '0123456789abcdef';
const BODY = '{"plugin":"akismet/akismet.php","to":"5.3.1","from":"5.3","requested_by":"operations","note":"security release of this morning"}';

mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
$secret   = random_bytes( 32 );
$store    = Store::open();
$webhook  = new Webhook( $secret, new mysqli( 'localhost', 'root', '', 'bench', 0, $socket ) );
$channels = array(
	'HMAC-SHA256' => new Actions( SITE, array( ActionKey::hmac( $secret ) ), $store ),
	'Ed25519'     => new Actions( SITE, array( ActionKey::generate() ), $store ),
);

// A store that has just been created refuses actions that were signed elsewhere for 30 seconds: wait until it accepts one.
$until = time() + 60;
do {
	$first = $channels['HMAC-SHA256']->verify( $channels['HMAC-SHA256']->sign( 'update_plugin', BODY ), BODY );
	usleep( $first instanceof Action ? 0 : 500000 );
} while ( ! $first instanceof Action && time() < $until );
must( $first instanceof Action );

// Signed in advance, because only the verification is measured. Each is verified once.
$bench = new Bench();
foreach ( $channels as $algorithm => $actions ) {
	$times = 400;
	$slow  = 200;
	$ours  = array();
	$peers = array();
	for ( $i = 0; $i < 21 * ( $times + $slow ); $i++ ) {
		$ours[]  = $actions->sign( 'update_plugin', BODY );
		$peers[] = $webhook->sign( 'update_plugin', BODY );
	}
	$bench->compare(
		"action with replay: verify, $algorithm",
		20,
		static fn( int $number ) => must( $actions->verify( $ours[ $number ], BODY ) instanceof Action ),
		static fn( int $number ) => must( is_array( $webhook->verify( ...$peers[ $number ] ) ) ),
		'json_decode, hash_hmac and a row in MariaDB',
		$times,
		$slow
	);
}
echo $bench->rows();
