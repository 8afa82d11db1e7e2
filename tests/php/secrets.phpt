--TEST--
Classes that hold secrets show none of them, and neither do the stack traces of their exceptions
--EXTENSIONS--
countersign
--INI--
zend.exception_ignore_args=0
zend.exception_string_param_max_len=10000
--FILE--
<?php
use Countersign\ActionKey;
use Countersign\Actions;
use Countersign\Heartbeats;
use Countersign\Keyring;
use Countersign\Secret;
use Countersign\Tokens;
use Countersign\Vault;

const SITE   = '0123456789abcdef';
const MARKER = 'ThisMarkerIsTheSecretThatNobodyMaySee';

// Every class that holds a secret is listed here.
$holders = array(
	Keyring::class    => static fn() => Keyring::open( SITE, MARKER ),
	Tokens::class     => static fn() => new Tokens( Keyring::open( SITE, MARKER ) ),
	Vault::class      => static fn() => Vault::create( SITE, MARKER ),
	Secret::class     => static fn() => Secret::of( MARKER ),
	ActionKey::class  => static fn() => ActionKey::hmac( MARKER ),
	Actions::class    => static fn() => new Actions( SITE, array( ActionKey::hmac( MARKER ) ) ),
	Heartbeats::class => static fn() => new Heartbeats( SITE, array( ActionKey::hmac( MARKER ) ) ),
);
// Every attempt to copy, forge or extend an object must be refused.
$refused = array(
	'serialize'                     => static fn( $object ) => serialize( $object ),
	'serialize in an array'         => static fn( $object ) => serialize( array( $object ) ),
	'serialize in an ArrayObject'   => static fn( $object ) => serialize( new ArrayObject( array( $object ) ) ),
	'unserialize'                   => static fn( $object ) => unserialize( sprintf( 'O:%d:"%s":0:{}', strlen( $object::class ), $object::class ) ),
	'unserialize with a property'   => static fn( $object ) => unserialize( sprintf( 'O:%d:"%s":1:{s:1:"a";i:1;}', strlen( $object::class ), $object::class ) ),
	'unserialize in an array'       => static fn( $object ) => unserialize( sprintf( 'a:1:{i:0;O:%d:"%s":0:{}}', strlen( $object::class ), $object::class ) ),
	'unserialize, custom'           => static fn( $object ) => unserialize( sprintf( 'C:%d:"%s":1:{a}', strlen( $object::class ), $object::class ) ),
	'clone'                         => static fn( $object ) => clone $object,
	'eval of var_export'            => static fn( $object ) => eval( 'return ' . var_export( $object, true ) . ';' ),
	'new without its constructor'   => static fn( $object ) => ( new ReflectionClass( $object ) )->newInstanceWithoutConstructor(),
	'dynamic property'              => static fn( $object ) => $object->foo = 1,
	'dynamic property by reference' => static function ( $object ) {
		$reference = &$object->foo;
		$reference = 1;
	},
	'extend'                        => static fn( $object ) => ( new ReflectionClass( $object ) )->isFinal() ? throw new Error() : null,
);
// These may succeed, but must not show the secret.
$shown = array(
	'var_dump'              => static fn( $object ) => var_dump( $object ),
	'print_r'               => static fn( $object ) => print_r( array( $object ) ),
	'var_export'            => static fn( $object ) => var_export( $object ),
	'debug_zval_refcount'   => static fn( $object ) => debug_zval_refcount( $object ),
	'json_encode'           => static fn( $object ) => print( json_encode( array( $object ), JSON_PARTIAL_OUTPUT_ON_ERROR ) ),
	'array cast'            => static fn( $object ) => print_r( (array) $object ),
	'get_object_vars'       => static fn( $object ) => print_r( get_object_vars( $object ) ),
	'mangled'               => static fn( $object ) => print_r( get_mangled_object_vars( $object ) ),
	'from inside the class' => static fn( $object ) => print_r( @( fn() => get_object_vars( $this ) )->call( $object ) ),
	'foreach'               => static function ( $object ) {
		foreach ( $object as $key => $value ) {
			echo "$key: $value\n";
		}
	},
	'reflection'            => static fn( $object ) => print( new ReflectionObject( $object ) ),
	'properties'            => static fn( $object ) => print( implode( (array) ( new ReflectionObject( $object ) )->getProperties() ) ),
	'string cast'           => static fn( $object ) => print( (string) $object ),
	'http_build_query'      => static fn( $object ) => print( http_build_query( array( 'a' => $object ) ) ),
	'uncaught'              => static fn( $object ) => print( new LogicException( print_r( $object, true ) ) ),
	'stack trace'           => static function ( $object ) {
		try {
			( static fn( $handle ) => throw new LogicException() )( $object );
		} catch ( LogicException $e ) {
			echo $e, print_r( $e->getTrace(), true );
		}
	},
);
$shows = static fn( string $text ): bool => str_contains( $text, MARKER ) || str_contains( $text, substr( MARKER, 4, 12 ) )
	|| str_contains( $text, bin2hex( MARKER ) ) || str_contains( $text, substr( base64_encode( MARKER ), 0, 20 ) );

foreach ( $holders as $class => $make ) {
	$object = $make();
	$bad    = array();
	foreach ( $refused as $name => $attempt ) {
		try {
			$answer = @$attempt( $object );
			if ( false !== $answer || ! str_starts_with( $name, 'unserialize' ) ) {
				$bad[] = "$name worked";
			}
		} catch ( Throwable $e ) {
			$bad = $shows( (string) $e ) ? array( ...$bad, "$name shows it" ) : $bad;
		}
	}
	foreach ( $shown as $name => $attempt ) {
		ob_start();
		try {
			$attempt( $object );
		} catch ( Throwable $e ) {
			echo $e;
		}
		$bad = $shows( ob_get_clean() ) ? array( ...$bad, "$name shows it" ) : $bad;
	}
	echo $class, ': ', $bad ? implode( ', ', $bad ) : 'nothing shown', "\n";
}

// `==` compares only identity, so it neither reveals nor accepts a secret; equals() compares the bytes.
foreach ( $holders as $class => $make ) {
	$one = $make();
	$all = array( $one == $one, $one == $make(), in_array( $one, array( $make(), $make() ) ), $one <= $make(), $make() < $one, null == $one, true == $one, 'x' == $one );
	echo implode( ' ', array_map( json_encode( ... ), $all ) ), "\n";
}
var_dump( Secret::of( 'one' )->equals( Secret::of( 'other' ) ), Secret::of( 'one' )->equals( Secret::of( 'one' ) ), Secret::of( 'one' )->equals( 'one' ) );

// Raw material as an argument of a method that throws appears in no frame of the trace, although PHP is set to show arguments.
$vault  = Vault::create( SITE, str_repeat( 'another ', 8 ) );
$slots  = $vault->slots();
$throws = array(
	'Keyring::open, site id'         => static fn( $secret ) => Keyring::open( 'none', $secret ),
	'Keyring::open, placeholder'     => static fn( $secret ) => Keyring::open( SITE, "$secret put your unique phrase here" ),
	'Keyring::open, previous'        => static fn( $secret ) => Keyring::open( SITE, $secret, array( $secret, substr( $secret, 0, 31 ) ) ),
	'Vault::create'                  => static fn( $secret ) => Vault::create( 'none', $secret ),
	'Vault::open'                    => static fn( $secret ) => Vault::open( SITE, $slots, $secret ),
	'Vault::openWithRecoveryCode'    => static fn( $secret ) => Vault::openWithRecoveryCode( SITE, $slots, $secret ),
	'Vault::rewrap'                  => static fn( $secret ) => $vault->rewrap( substr( $secret, 0, 31 ) ),
	'Vault::seal'                    => static fn( $secret ) => $vault->seal( '', $secret ),
	'ActionKey::hmac'                => static fn( $secret ) => ActionKey::hmac( substr( $secret, 0, 15 ) ),
	'ActionKey::ed25519'             => static fn( $secret ) => ActionKey::ed25519( $secret ),
);
foreach ( $throws as $name => $call ) {
	try {
		$call( MARKER );
		echo "$name: did not throw\n";
	} catch ( Countersign\Exception $e ) {
		$text  = $e . $e->getTraceAsString() . print_r( $e->getTrace(), true ) . serialize( $e->getTrace() );
		$frame = $e->getTrace()[0];
		$placed = __FILE__ === $e->getFile() && $e->getLine() > 0 ? '' : ' and without a place';
		echo "$name: ", $shows( $text ) || isset( $frame['args'] ) ? 'shows it' : "{$frame['function']} without arguments$placed", "\n";
	}
}
// The setting of PHP still applies to later exceptions.
try {
	( static fn( $shown ) => throw new LogicException() )( 'an argument' );
} catch ( LogicException $e ) {
	echo 'others: ', $e->getTrace()[0]['args'][0], "\n";
}
?>
--EXPECT--
Countersign\Keyring: nothing shown
Countersign\Tokens: nothing shown
Countersign\Vault: nothing shown
Countersign\Secret: nothing shown
Countersign\ActionKey: nothing shown
Countersign\Actions: nothing shown
Countersign\Heartbeats: nothing shown
true false false false false false true false
true false false false false false true false
true false false false false false true false
true false false false false false true false
true false false false false false true false
true false false false false false true false
true false false false false false true false
bool(false)
bool(true)
bool(true)
Keyring::open, site id: open without arguments
Keyring::open, placeholder: open without arguments
Keyring::open, previous: open without arguments
Vault::create: create without arguments
Vault::open: open without arguments
Vault::openWithRecoveryCode: openWithRecoveryCode without arguments
Vault::rewrap: rewrap without arguments
Vault::seal: seal without arguments
ActionKey::hmac: hmac without arguments
ActionKey::ed25519: ed25519 without arguments
others: an argument
