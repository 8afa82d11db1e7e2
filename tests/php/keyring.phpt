--TEST--
Keyring refuses weak material and shows no key material
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\Exception;
use Countersign\KeyException;
use Countersign\Keyring;

$secret  = 'a very secret AUTH_KEY of more than thirty-two bytes';
$keyring = Keyring::open( '0123456789abcdef', $secret );
echo $keyring->siteId(), ' ', strlen( $keyring->keyId() ), "\n";

foreach ( array( '', 'short', str_repeat( 'put your unique phrase here', 4 ) ) as $weak ) {
	try {
		Keyring::open( '0123456789abcdef', $weak );
		echo "accepted\n";
	} catch ( KeyException $e ) {
		echo $e->reason(), ' ', $e instanceof Exception ? 'is a Countersign\Exception' : '', "\n";
	}
}
foreach ( array( '', '0123456789ABCDEF', '0123', "0123456789abcde\0" ) as $id ) {
	try {
		Keyring::open( $id, $secret );
		echo "accepted\n";
	} catch ( Exception $e ) {
		echo get_class( $e ), ' ', $e->reason(), ' ', $e->getMessage(), "\n";
	}
}

$attempts = array(
	'serialize'   => static fn() => serialize( $keyring ),
	'in an array' => static fn() => serialize( array( $keyring ) ),
	'unserialize' => static fn() => unserialize( 'O:19:"Countersign\Keyring":0:{}' ),
	'clone'       => static fn() => clone $keyring,
	'new'         => static fn() => new Keyring(),
	'no ctor'     => static fn() => ( new ReflectionClass( Keyring::class ) )->newInstanceWithoutConstructor(),
	'dynamic'     => static function () use ( $keyring ) {
		$keyring->foo = 1;
	},
	'extend'      => static fn() => ( new ReflectionClass( Keyring::class ) )->isFinal() ? throw new Error( 'final' ) : null,
);
foreach ( $attempts as $name => $attempt ) {
	try {
		$attempt();
		echo "$name: worked\n";
	} catch ( Throwable $e ) {
		echo "$name: refused\n";
	}
}
ob_start();
var_dump( $keyring );
print_r( $keyring );
var_export( $keyring );
echo json_encode( $keyring ), implode( (array) $keyring );
$shown = ob_get_clean();
echo str_contains( $shown, 'secret' ) ? 'LEAK' : 'nothing shown', "\n";
?>
--EXPECT--
0123456789abcdef 8
key_unusable is a Countersign\Exception
key_unusable is a Countersign\Exception
key_unusable is a Countersign\Exception
Countersign\Exception misuse the site id must be 16 lower-case hexadecimal digits
Countersign\Exception misuse the site id must be 16 lower-case hexadecimal digits
Countersign\Exception misuse the site id must be 16 lower-case hexadecimal digits
Countersign\Exception misuse the site id must be 16 lower-case hexadecimal digits
serialize: refused
in an array: refused
unserialize: refused
clone: refused
new: refused
no ctor: refused
dynamic: refused
extend: refused
nothing shown
