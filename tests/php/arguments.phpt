--TEST--
No stack trace shows a secret that was an argument: whatever else is wrong with the call, whoever throws
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
use Countersign\McpServer;
use Countersign\OAuth;
use Countersign\Secret;
use Countersign\Store;
use Countersign\Tokens;
use Countersign\Vault;

const SITE   = '0123456789abcdef';
const MARKER = 'ThisMarkerIsTheSecretThatNobodyMaySee';

$keyring = Keyring::open( SITE, str_repeat( 'material ', 8 ) );
$oauth   = new OAuth( $keyring, json_encode( array(
	'issuer'                 => 'https://example.org',
	'resource'               => 'https://example.org/mcp',
	'resource_metadata'      => 'https://example.org/.well-known/oauth-protected-resource/mcp',
	'authorization_endpoint' => 'https://example.org/authorize',
	'token_endpoint'         => 'https://example.org/token',
	'registration_endpoint'  => 'https://example.org/register',
	'revocation_endpoint'    => 'https://example.org/revoke',
	'secure'                 => true,
	'allow_http'             => false,
) ) );
$server  = new McpServer( $keyring, Store::open(), json_encode( array(
	'name'              => 'shop',
	'title'             => 'A shop',
	'version'           => '1.0.0',
	'endpoint'          => 'https://example.org/mcp',
	'resource_metadata' => 'https://example.org/.well-known/oauth-protected-resource/mcp',
	'hosts'             => array( 'example.org' ),
	'secure'            => true,
	'kill_switch'       => false,
	'ip_limit'          => array( 'max' => 60, 'window' => 60 ),
	'max_body'          => 1_000_000,
) ) );

// A function that takes a secret in the clear is a line here.
$taking = array(
	array( Keyring::class, array( 'open' ) ),
	array( Vault::class, array( 'create', 'open', 'openWithKeyFile', 'openWithRecoveryCode', 'checkSalts' ) ),
	array( Vault::create( SITE, str_repeat( 'material ', 8 ) ), array( 'rewrap', 'seal' ) ),
	array( Secret::class, array( 'of' ) ),
	array( Secret::of( 'another' ), array( 'equals' ) ),
	array( ActionKey::class, array( 'hmac', 'ed25519' ) ),
	array( new Tokens( $keyring ), array( 'verify' ) ),
	array( new Actions( SITE, array( ActionKey::generate() ) ), array( 'verify' ) ),
	array( new Heartbeats( SITE, array( ActionKey::generate() ) ), array( 'verify' ) ),
	array( OAuth::class, array( 'clientId' ) ),
	array( $oauth, array( 'token', 'revoke' ) ),
	array( $server, array( 'receive' ) ),
);
// What else stands in the place of an argument, while the secret stands in all others.
$wrong = array( null, 5, 1.5, true, array( 'a' ), new stdClass(), STDERR );

$listed = array();
foreach ( $taking as list( $object, $methods ) ) {
	foreach ( $methods as $method ) {
		$name   = ( is_object( $object ) ? $object::class : $object ) . '::' . $method;
		$number = ( new ReflectionMethod( $object, $method ) )->getNumberOfParameters();
		$calls  = array();
		for ( $count = 0; $count <= $number + 4; $count++ ) {
			// What is too many is no parameter: PHP shows it, of its own functions too.
			$calls[] = array_slice( array_pad( array_fill( 0, $number, MARKER ), $number + 4, 'too many' ), 0, $count );
		}
		for ( $place = 0; $place < $number; $place++ ) {
			foreach ( $wrong as $value ) {
				$calls[] = array( $place => $value ) + array_fill( 0, $number, MARKER );
			}
		}
		$calls[] = array( 'unknown' => MARKER );
		$thrown  = array();
		$shown   = 0;
		foreach ( $calls as $arguments ) {
			ksort( $arguments );
			try {
				is_object( $object ) ? $object->$method( ...$arguments ) : $object::$method( ...$arguments );
			} catch ( Throwable $e ) {
				$thrown[ $e::class ] = true;
				$text                = $e . print_r( $e->getTrace(), true ) . var_export( $e->getTrace(), true ) . json_encode( $e->getTrace(), JSON_PARTIAL_OUTPUT_ON_ERROR );
				ob_start();
				var_dump( $e->getTrace() );
				$shown += str_contains( $text . ob_get_clean(), substr( MARKER, 4, 12 ) ) ? 1 : 0;
			}
		}
		$listed[] = $name;
		ksort( $thrown );
		printf( "%s: %s; %s\n", $name, implode( ', ', array_keys( $thrown ) ), $shown ? "shown by $shown" : 'shown by none' );
	}
}

// What is called like a secret is one, and its function listed above.
foreach ( get_declared_classes() as $class ) {
	foreach ( str_starts_with( $class, 'Countersign\\' ) ? ( new ReflectionClass( $class ) )->getMethods( ReflectionMethod::IS_PUBLIC ) : array() as $method ) {
		foreach ( $method->getParameters() as $parameter ) {
			if ( in_array( $parameter->getName(), array( 'material', 'previous', 'secret', 'seed', 'code', 'token', 'bytes', 'salts', 'authorization', 'headers', 'header' ), true )
				&& ! is_subclass_of( $class, Throwable::class ) && ! in_array( "$class::{$method->getName()}", $listed, true ) ) {
				echo "not listed: $class::{$method->getName()}\n";
			}
		}
	}
}

// Nobody catches it: what PHP itself prints.
$script = 'Countersign\Keyring::open( "0123456789abcdef", str_repeat( "TheSecret", 5 ), "no array" );';
exec( sprintf( '%s -n -d extension=%s -d zend.exception_ignore_args=0 -d display_errors=1 -r %s 2>&1', PHP_BINARY, escapeshellarg( getenv( 'COUNTERSIGN_EXTENSION' ) ), escapeshellarg( $script ) ), $lines );
echo str_contains( implode( $lines ), 'Uncaught TypeError' ) ? 'uncaught' : implode( "\n", $lines ), str_contains( implode( $lines ), 'TheSecret' ) ? ', and shown' : ', not shown', "\n";
// Reflection says so of the parameter.
echo ( new ReflectionMethod( Keyring::class, 'open' ) )->getParameters()[1]->getAttributes()[0]->getName(), "\n";
?>
--EXPECT--
Countersign\Keyring::open: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Vault::create: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Vault::open: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Vault::openWithKeyFile: ArgumentCountError, Countersign\KeyException, Error, TypeError; shown by none
Countersign\Vault::openWithRecoveryCode: ArgumentCountError, Countersign\KeyException, Error, TypeError; shown by none
Countersign\Vault::checkSalts: ArgumentCountError, Error, TypeError; shown by none
Countersign\Vault::rewrap: ArgumentCountError, Error, TypeError; shown by none
Countersign\Vault::seal: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Secret::of: ArgumentCountError, Error, TypeError; shown by none
Countersign\Secret::equals: ArgumentCountError, Countersign\Exception, Error; shown by none
Countersign\ActionKey::hmac: ArgumentCountError, Countersign\Exception, Error; shown by none
Countersign\ActionKey::ed25519: ArgumentCountError, Countersign\Exception, Countersign\KeyException, Error; shown by none
Countersign\Tokens::verify: ArgumentCountError, Error, TypeError; shown by none
Countersign\Actions::verify: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Heartbeats::verify: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\OAuth::clientId: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::token: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::revoke: ArgumentCountError, Error, TypeError; shown by none
Countersign\McpServer::receive: ArgumentCountError, Error, TypeError; shown by none
uncaught, not shown
SensitiveParameter
