--TEST--
No stack trace shows a secret argument, neither of an exception of the extension nor of PHP
--EXTENSIONS--
countersign
--INI--
zend.exception_ignore_args=0
zend.exception_string_param_max_len=10000
--FILE--
<?php
require __DIR__ . '/lib/stubs.inc';

use Countersign\ActionKey;
use Countersign\Actions;
use Countersign\AuditFile;
use Countersign\Heartbeats;
use Countersign\Keyring;
use Countersign\McpServer;
use Countersign\OAuth;
use Countersign\Secret;
use Countersign\Store;
use Countersign\Tokens;
use Countersign\TrustedProxies;
use Countersign\UploadSessions;
use Countersign\Vault;

const SITE   = '0123456789abcdef';
const MARKER = 'ThisMarkerIsTheSecretThatNobodyMaySee';

$keyring = Keyring::open( SITE, str_repeat( 'material ', 8 ) );
// An object of each class with a method that takes a secret and is not static.
$objects = array(
	Vault::class      => Vault::create( SITE, str_repeat( 'material ', 8 ) ),
	Secret::class     => Secret::of( 'another' ),
	Tokens::class     => new Tokens( $keyring ),
	Actions::class    => new Actions( SITE, array( ActionKey::generate() ) ),
	Heartbeats::class => new Heartbeats( SITE, array( ActionKey::generate() ) ),
	AuditFile::class  => new AuditFile(),
	OAuth::class      => new OAuth( $keyring, json_encode( array(
		'issuer'                 => 'https://example.org',
		'resource'               => 'https://example.org/mcp',
		'resource_metadata'      => 'https://example.org/.well-known/oauth-protected-resource/mcp',
		'authorization_endpoint' => 'https://example.org/authorize',
		'token_endpoint'         => 'https://example.org/token',
		'registration_endpoint'  => 'https://example.org/register',
		'revocation_endpoint'    => 'https://example.org/revoke',
		'secure'                 => true,
		'allow_http'             => false,
	) ) ),
	McpServer::class  => new McpServer( $keyring, Store::open(), json_encode( array(
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
	) ) ),
);
$objects[ UploadSessions::class ] = new UploadSessions( $keyring, Store::open() );
$objects[ TrustedProxies::class ] = new TrustedProxies( array(), 'Forwarded' );
// Wrong values for one argument, while the secret is in all the others.
$wrong = array( null, 5, 1.5, true, array( 'a' ), new stdClass(), STDERR );

// Which parameters are secret is checked by sensitive.phpt.
foreach ( our_functions() as $name => $function ) {
	$number = $function->getNumberOfParameters();
	if ( ! array_filter( $function->getParameters(), is_sensitive( ... ) ) ) {
		continue;
	}
	$call = $name;
	if ( $function instanceof ReflectionMethod && ! $function->isStatic() ) {
		if ( ! isset( $objects[ $function->class ] ) ) {
			echo "$name: there is no object to call it on\n";
			continue;
		}
		$call = array( $objects[ $function->class ], $function->getName() );
	}
	$calls = array();
	for ( $count = 0; $count <= $number + 4; $count++ ) {
		// Arguments beyond the last parameter are shown, as those of PHP's own functions are.
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
			$call( ...$arguments );
		} catch ( Throwable $e ) {
			$thrown[ $e::class ] = true;
			$text                = $e . print_r( $e->getTrace(), true ) . var_export( $e->getTrace(), true ) . json_encode( $e->getTrace(), JSON_PARTIAL_OUTPUT_ON_ERROR );
			ob_start();
			var_dump( $e->getTrace() );
			$shown += str_contains( $text . ob_get_clean(), substr( MARKER, 4, 12 ) ) ? 1 : 0;
		}
	}
	ksort( $thrown );
	printf( "%s: %s; %s\n", $name, implode( ', ', array_keys( $thrown ) ), $shown ? "shown by $shown" : 'shown by none' );
}

// PHP itself prints an exception that is not caught.
$script = 'Countersign\Keyring::open( "0123456789abcdef", str_repeat( "TheSecret", 5 ), "no array" );';
exec( sprintf( '%s -n -d extension=%s -d zend.exception_ignore_args=0 -d display_errors=1 -r %s 2>&1', PHP_BINARY, escapeshellarg( getenv( 'COUNTERSIGN_EXTENSION' ) ), escapeshellarg( $script ) ), $lines );
echo str_contains( implode( $lines ), 'Uncaught TypeError' ) ? 'uncaught' : implode( "\n", $lines ), str_contains( implode( $lines ), 'TheSecret' ) ? ', and shown' : ', not shown', "\n";
// Reflection shows the mark.
echo ( new ReflectionMethod( Keyring::class, 'open' ) )->getParameters()[1]->getAttributes()[0]->getName(), "\n";
?>
--EXPECT--
Countersign\ActionKey::ed25519: ArgumentCountError, Countersign\Exception, Countersign\KeyException, Error; shown by none
Countersign\ActionKey::hmac: ArgumentCountError, Countersign\Exception, Error; shown by none
Countersign\Actions::sign: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Actions::verify: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\AuditFile::expectSeals: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Heartbeats::sign: ArgumentCountError, Error, TypeError; shown by none
Countersign\Heartbeats::verify: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Keyring::open: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\McpServer::credential: ArgumentCountError, Error, TypeError; shown by none
Countersign\McpServer::receive: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\McpServer::sentPassword: ArgumentCountError, Error, TypeError; shown by none
Countersign\McpServer::unavailable: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::authorize: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::clientId: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::keysAddress: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::precheck: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::register: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::revoke: ArgumentCountError, Error, TypeError; shown by none
Countersign\OAuth::token: ArgumentCountError, Error, TypeError; shown by none
Countersign\Secret::equals: ArgumentCountError, Countersign\Exception, Error; shown by none
Countersign\Secret::of: ArgumentCountError, Error, TypeError; shown by none
Countersign\Tokens::verify: ArgumentCountError, Error, TypeError; shown by none
Countersign\TrustedProxies::clientAddress: ArgumentCountError, Error, TypeError; shown by none
Countersign\UploadSessions::verify: ArgumentCountError, Error, TypeError; shown by none
Countersign\Vault::checkSalts: ArgumentCountError, Error, TypeError; shown by none
Countersign\Vault::create: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Vault::open: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
Countersign\Vault::openWithKeyFile: ArgumentCountError, Countersign\KeyException, Error, TypeError; shown by none
Countersign\Vault::openWithRecoveryCode: ArgumentCountError, Countersign\KeyException, Error, TypeError; shown by none
Countersign\Vault::rewrap: ArgumentCountError, Error, TypeError; shown by none
Countersign\Vault::seal: ArgumentCountError, Countersign\Exception, Error, TypeError; shown by none
uncaught, not shown
SensitiveParameter
