--TEST--
The extension and a second implementation in plain PHP agree with the vectors of signed actions and heartbeats
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/action.inc';

use Countersign\Action;
use Countersign\ActionKey;
use Countersign\Actions;
use Countersign\Decision;
use Countersign\Heartbeat;
use Countersign\Heartbeats;
use Countersign\Store;

$store = Store::open();
// A message must be signed at least 30 seconds (the clock tolerance) after the store was started, so the signer's clock runs ahead here.
usleep( 20000 );
$open  = static fn( array $key ) => isset( $key['hmac-sha256'] ) ? ActionKey::hmac( $key['hmac-sha256'] ) : ActionKey::ed25519Public( hex2bin( $key['ed25519'] ) );
$side  = static fn( string $domain, string $site, array $keys ) => 'action' === $domain
	? new Actions( $site, array_map( $open, $keys ), $store )
	: new Heartbeats( $site, array_map( $open, $keys ), $store );
$wrong = 0;
$count = array( 'valid' => 0, 'invalid' => 0 );
foreach ( array_keys( $count ) as $folder ) {
	foreach ( glob( __DIR__ . "/../vectors/action/$folder/*.json" ) as $file ) {
		$vector = json_decode( file_get_contents( $file ), true );
		$answer = $side( $vector['domain'], $vector['site'], $vector['keys'] )->verify( $vector['text'], $vector['payload'] );
		$ours   = $answer instanceof Decision ? $answer->reason() : 'accepted';
		$second = action_verdict( $vector['text'], $vector['payload'], $vector['domain'], $vector['site'], $vector['keys'], $vector['now_ms'] );
		// The extension uses the clock of the machine. It checks the age last, so `action_expired` means that everything else was valid.
		$want = 'ok' === $vector['outcome'] ? 'action_expired' : $vector['outcome'];
		++$count[ $folder ];
		if ( $ours !== $want || $second !== $vector['outcome'] ) {
			echo basename( $file ), ": {$vector['outcome']} wanted, extension $ours, second implementation $second\n";
			++$wrong;
		}
	}
}
printf( "%d valid, more than 70 invalid: %s; %d wrong answers\n", $count['valid'], $count['invalid'] > 70 ? 'yes' : 'no', $wrong );

$site   = '0123456789abcdef';
$secret = str_repeat( 's', 32 );
$seed   = str_repeat( '07', 32 );
$pairs  = array(
	array( ActionKey::hmac( $secret ), array( 'hmac-sha256' => $secret ), array( 'hmac-sha256' => $secret ) ),
	array( ActionKey::ed25519( hex2bin( $seed ) ), array( 'ed25519' => bin2hex( ActionKey::ed25519( hex2bin( $seed ) )->publicKey() ) ), array( 'seed' => $seed ) ),
);
foreach ( $pairs as list( $key, $public, $private ) ) {
	foreach ( array( 'action', 'heartbeat' ) as $domain ) {
		$ours   = 'action' === $domain ? new Actions( $site, array( $key ), $store ) : new Heartbeats( $site, array( $key ), $store );
		$sign   = static fn() => 'action' === $domain ? $ours->sign( 'read_health', 'body', 's1' ) : $ours->sign( 'body' );
		$theirs = static fn( string $text ) => action_verdict( $text, 'body', $domain, $site, array( $public ), (int) ( microtime( true ) * 1000 ) );
		$now    = (int) ( microtime( true ) * 1000 ) + 29990;
		$back   = action_sign( $domain, $site, $private, random_bytes( 16 ), 'read_health', 'body', '', $now, $now + 60000, random_bytes( 16 ) );
		$heard  = $ours->verify( $back, 'body' );
		$text   = $sign();
		$bad    = array();
		for ( $place = 0; $place < strlen( $text ); $place++ ) {
			for ( $bit = 0; $bit < 8; $bit++ ) {
				$changed           = $text;
				$changed[ $place ] = chr( ord( $changed[ $place ] ) ^ ( 1 << $bit ) );
				$bad[]             = $changed;
			}
			$bad[] = substr( $text, 0, $place );
		}
		$let = 0;
		foreach ( $bad as $changed ) {
			$answer = $ours->verify( $changed, 'body' );
			// `store_restarted` would mean that all earlier checks had passed.
			$let += (int) ( ! $answer instanceof Decision || ! str_starts_with( $answer->reason(), 'action_' ) );
			$let += (int) ( 'ok' === $theirs( $changed ) );
		}
		printf(
			"%s, %s: ours read by the second implementation %s, the second's by ours %s; accepted of all changed or truncated: %d\n",
			$key->algorithm(),
			$domain,
			$theirs( $text ),
			$heard instanceof Action || $heard instanceof Heartbeat ? 'ok' : $heard->reason(),
			$let
		);
	}
}
?>
--EXPECT--
12 valid, more than 70 invalid: yes; 0 wrong answers
hmac-sha256, action: ours read by the second implementation ok, the second's by ours ok; accepted of all changed or truncated: 0
hmac-sha256, heartbeat: ours read by the second implementation ok, the second's by ours ok; accepted of all changed or truncated: 0
ed25519, action: ours read by the second implementation ok, the second's by ours ok; accepted of all changed or truncated: 0
ed25519, heartbeat: ours read by the second implementation ok, the second's by ours ok; accepted of all changed or truncated: 0
