--TEST--
Exactly one process runs an action, and later requests get its receipt; heartbeats are accepted once
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/action.inc';
require __DIR__ . '/lib/workers.inc';

use Countersign\Action;
use Countersign\ActionKey;
use Countersign\ActionReceipt;
use Countersign\Actions;
use Countersign\Heartbeat;
use Countersign\Heartbeats;
use Countersign\Secret;
use Countersign\Store;

$site  = '0123456789abcdef';
$store = Store::open();
// A message must be signed at least 30 seconds (the clock tolerance) after the store was started, so the signer's clock runs ahead here.
usleep( 20000 );
$seed = bin2hex( random_bytes( 32 ) );
$key  = ActionKey::ed25519( Secret::of( hex2bin( $seed ) ) );
$sign = static function ( string $id, string $body = 'body', string $snapshot = '', ?string $nonce = null, string $domain = 'action' ) use ( $site, $seed ): string {
	$issued = (int) ( microtime( true ) * 1000 ) + 29990;
	return action_sign( $domain, $site, array( 'seed' => $seed ), $id, 'update_plugin', $body, $snapshot, $issued, $issued + 60000, $nonce ?? random_bytes( 16 ) );
};
$why  = static fn( $answer ) => match ( true ) {
	$answer instanceof Action        => 'accepted',
	$answer instanceof Heartbeat     => 'accepted heartbeat',
	$answer instanceof ActionReceipt => 'receipt: ' . $answer->receipt(),
	default                          => $answer->reason() . ( null === $answer->retryAfter() ? '' : " ({$answer->retryAfter()} s)" ),
};

$actions = new Actions( $site, array( ActionKey::ed25519Public( $key->publicKey() ) ), $store );
$id      = random_bytes( 16 );
$header  = $sign( $id, 'body', 'snap-1' );
$action  = $actions->verify( $header, 'body' );
echo $why( $action ), ' ', $action->type(), ' ', $action->snapshot(), ' ', $action->expiresAt() - $action->issuedAt(), "\n";
var_dump( $action->id() === bin2hex( $id ), $action->keyId() === $key->keyId(), $action->bodyDigest() === hash( 'sha256', 'body' ) );
echo 'the same bytes: ', $why( $actions->verify( $header, 'body' ) ), "\n";
echo 'signed again: ', $why( $actions->verify( $sign( $id, 'body', 'snap-1' ), 'body' ) ), "\n";
echo 'another body under the id: ', $why( $actions->verify( $sign( $id, 'other', 'snap-1' ), 'other' ) ), "\n";
var_dump( $actions->finish( $action, "done\0" ) );
$receipt = $actions->verify( $header, 'body' );
var_dump( $receipt->receipt() === "done\0", $receipt->id() === bin2hex( $id ), $receipt->type() );
$actions->finish( $action, 'done' );
echo 'signed again: ', $why( $actions->verify( $sign( $id, 'body', 'snap-1' ), 'body' ) ), "\n";
echo 'another snapshot under the id: ', $why( $actions->verify( $sign( $id, 'body', 'snap-2' ), 'body' ) ), "\n";
$nonce = random_bytes( 16 );
echo 'another: ', $why( $actions->verify( $sign( random_bytes( 16 ), nonce: $nonce ), 'body' ) ), "\n";
echo 'its nonce again: ', $why( $actions->verify( $sign( random_bytes( 16 ), nonce: $nonce ), 'body' ) ), "\n";

$beats = new Heartbeats( $site, array( $key ), $store );
$beat  = $sign( random_bytes( 16 ), domain: 'heartbeat' );
$heard = $beats->verify( $beat, 'body' );
echo $why( $heard ), ' from ', $heard->siteId(), ', again: ', $why( $beats->verify( $beat, 'body' ) ), ', as an action: ', $why( $actions->verify( $beat, 'body' ) ), "\n";
echo 'an action as a heartbeat: ', $why( $beats->verify( $header, 'body' ) ), "\n";

// Signed by the extension with the machine's clock: valid, except that the store is too young.
$operator = new Actions( $site, array( $key ) );
$mine     = $operator->sign( 'read_health', '' );
$other    = new Actions( 'fedcba9876543210', array( $key ), $store );
echo 'another body: ', $why( $actions->verify( $mine, ' ' ) ), "\n";
echo 'another site: ', $why( $other->verify( $mine, '' ) ), "\n";
echo 'another key: ', $why( ( new Actions( $site, array( ActionKey::generate() ), $store ) )->verify( $mine, '' ) ), "\n";
echo 'two keys: ', in_array( $why( ( new Actions( $site, array( ActionKey::generate(), $key ), $store ) )->verify( $sign( random_bytes( 16 ) ), 'body' ) ), array( 'accepted' ), true ) ? 'accepted' : 'refused', "\n";
echo 'empty: ', $why( $actions->verify( '', '' ) ), ', too long: ', $why( $actions->verify( str_repeat( 'a', 100000 ), '' ) ), "\n";
$id = Actions::newId();
echo strlen( $id ), ' ', str_contains( base64_decode( strtr( explode( '.', $operator->sign( 'a', '', null, $id ) )[1], '-_', '+/' ) ), hex2bin( $id ) ) ? 'the id given' : 'another id', "\n";

$headers = array();
for ( $i = 0; $i < 40; $i++ ) {
	$headers[] = $sign( random_bytes( 16 ) );
}
$answers = workers(
	8,
	'use Countersign\{ActionKey, Actions, Store, Action};
	$actions = new Actions( "' . $site . '", array( ActionKey::ed25519Public( hex2bin( "' . bin2hex( $key->publicKey() ) . '" ) ) ), Store::open() );
	foreach ( ' . var_export( $headers, true ) . ' as $header ) {
		$answer = $actions->verify( $header, "body" );
		if ( $answer instanceof Action ) { $actions->finish( $answer, "done" ); echo "1"; }
		elseif ( $answer instanceof Countersign\ActionReceipt ? "done" !== $answer->receipt() : "action_in_progress" !== $answer->reason() ) { echo "wrong"; }
	}'
);
printf( "40 actions shown to 8 processes, done: %d, wrong: %d\n", substr_count( implode( $answers ), '1' ), substr_count( implode( $answers ), 'wrong' ) );

$misuses = array(
	'no store'    => static fn() => $operator->verify( $mine, '' ),
	'no signer'   => static fn() => $actions->sign( 'a', '' ),
	'type'        => static fn() => $operator->sign( 'Update', '' ),
	'snapshot'    => static fn() => $operator->sign( 'a', '', '../x' ),
	'id'          => static fn() => $operator->sign( 'a', '', null, 'AB' ),
	'lifetime'    => static fn() => $operator->sign( 'a', '', lifetime: 301 ),
	'lifetime 0'  => static fn() => $operator->sign( 'a', '', lifetime: 0 ),
	'lifetime -1' => static fn() => ( new Heartbeats( $site, array( $key ) ) )->sign( '', -1 ),
	'receipt'     => static fn() => $actions->finish( $action, str_repeat( 'r', 961 ) ),
	'site'        => static fn() => new Actions( 'x', array( $key ) ),
	'keys'        => static fn() => new Actions( $site, array( 'x' ) ),
	'no keys'     => static fn() => new Actions( $site, array() ),
	'secret'      => static fn() => ActionKey::hmac( 7 ),
	'short'       => static fn() => ActionKey::hmac( str_repeat( 's', 31 ) ),
	'seed'        => static fn() => ActionKey::ed25519( 'x' ),
	'public key'  => static fn() => ActionKey::ed25519Public( str_repeat( "\0", 32 ) ),
);
foreach ( $misuses as $name => $misuse ) {
	try {
		$misuse();
		echo "$name: worked\n";
	} catch ( Countersign\Exception $e ) {
		echo "$name: ", $e->reason(), ', ', $e->getMessage(), "\n";
	}
}
?>
--EXPECT--
accepted update_plugin snap-1 60
bool(true)
bool(true)
bool(true)
the same bytes: action_in_progress (5 s)
signed again: action_in_progress (5 s)
another body under the id: action_conflict
bool(true)
bool(true)
bool(true)
string(13) "update_plugin"
signed again: receipt: done
another snapshot under the id: action_conflict
another: accepted
its nonce again: action_replayed
accepted heartbeat from 0123456789abcdef, again: action_replayed, as an action: action_wrong_domain
an action as a heartbeat: action_wrong_domain
another body: action_payload_mismatch
another site: action_wrong_site
another key: action_unknown_key
two keys: accepted
empty: action_malformed, too long: action_too_large
32 the id given
40 actions shown to 8 processes, done: 40, wrong: 0
no store: misuse, verifying needs the store: pass it to the constructor
no signer: misuse, the channel has no key that can sign
type: misuse, a type is 1 to 64 lower-case letters, digits and _, beginning with a letter
snapshot: misuse, a snapshot id is 1 to 64 letters, digits, -, _ and .
id: misuse, the id must be 32 lower-case hexadecimal digits, as newId() returns it
lifetime: misuse, the lifetime must be more than 0 and at most 300 seconds
lifetime 0: misuse, the lifetime must be more than 0 and at most 300 seconds
lifetime -1: misuse, the lifetime must be 1 to 300 seconds
receipt: misuse, a receipt has at most 960 bytes
site: misuse, the site id must be 16 lower-case hexadecimal digits
keys: misuse, a list of Countersign\ActionKey is needed
no keys: action_key_unusable, at least one key is needed
secret: misuse, a Countersign\Secret or a string is needed
short: action_key_unusable, a shared secret must have at least 32 bytes
seed: action_key_unusable, an Ed25519 seed or public key must have exactly 32 bytes
public key: action_key_unusable, these bytes are not a valid Ed25519 public key
