--TEST--
ActionKey reports its id and algorithm, and shows no key material
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\ActionKey;
use Countersign\Secret;

$secret = 'a very secret connector secret of more than thirty-two bytes';
$hmac   = ActionKey::hmac( $secret );
$signer = ActionKey::ed25519( substr( $secret, 0, 32 ) );
$public = ActionKey::ed25519Public( $signer->publicKey() );
foreach ( array( $hmac, $signer, $public ) as $key ) {
	printf( "%s %d %s %s %s\n", $key->algorithm(), strlen( $key->keyId() ), var_export( $key->canSign(), true ), null === $key->publicKey() ? 'no public key' : strlen( $key->publicKey() ), $key->seed() instanceof Secret ? 'a seed' : 'no seed' );
}
var_dump( $hmac->keyId() === ActionKey::hmac( Secret::of( $secret ) )->keyId(), $signer->keyId() === $public->keyId(), $signer->keyId() === $hmac->keyId() );
$new = ActionKey::generate();
var_dump( $new->keyId() === ActionKey::ed25519( $new->seed() )->keyId(), $new->keyId() === ActionKey::generate()->keyId() );

foreach ( array( $hmac, $signer ) as $key ) {
	$attempts = array(
		'serialize'   => static fn() => serialize( $key ),
		'in an array' => static fn() => serialize( array( $key ) ),
		'unserialize' => static fn() => unserialize( 'O:21:"Countersign\ActionKey":0:{}' ),
		'clone'       => static fn() => clone $key,
		'new'         => static fn() => new ActionKey(),
		'no ctor'     => static fn() => ( new ReflectionClass( ActionKey::class ) )->newInstanceWithoutConstructor(),
		'dynamic'     => static function () use ( $key ) {
			$key->foo = 1;
		},
	);
	$worked   = array();
	foreach ( $attempts as $name => $attempt ) {
		try {
			$attempt();
			$worked[] = $name;
		} catch ( Throwable ) {
			continue;
		}
	}
	ob_start();
	var_dump( $key );
	print_r( $key );
	var_export( $key );
	echo json_encode( $key ), implode( (array) $key );
	$shown = ob_get_clean();
	echo count( $attempts ), ' attempts, worked: ', implode( ',', $worked ), ' shown: ', str_contains( $shown, 'secret' ) ? 'LEAK' : 'nothing', "\n";
}
?>
--EXPECT--
hmac-sha256 32 true no public key no seed
ed25519 32 true 32 a seed
ed25519 32 false 32 no seed
bool(true)
bool(true)
bool(false)
bool(true)
bool(false)
7 attempts, worked:  shown: nothing
7 attempts, worked:  shown: nothing
