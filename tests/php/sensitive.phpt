--TEST--
Every parameter that takes a secret is marked with #[\SensitiveParameter], in the stubs and in the extension
--EXTENSIONS--
countersign
--FILE--
<?php
$script = __DIR__ . '/lib/sensitive.php';
// Without php.ini the extension is not loaded, so the script reads the stubs.
$stubs  = json_decode( (string) shell_exec( escapeshellarg( PHP_BINARY ) . ' -n ' . escapeshellarg( $script ) ), true );
ob_start();
require $script;
$loaded = json_decode( ob_get_clean(), true );
echo $stubs && array_keys( $stubs ) === array_keys( $loaded ) ? 'the same functions' : 'other functions', "\n";

// The extension marks all parameters of a function that takes a secret, because a caller may swap two arguments.
$marked = 0;
foreach ( $loaded as $function => $parameters ) {
	$secret = in_array( true, array_column( $stubs[ $function ] ?? array(), 1 ), true );
	foreach ( $parameters as $name => list( , $sensitive ) ) {
		$marked += $sensitive ? 1 : 0;
		if ( $sensitive !== $secret ) {
			echo "$function(\$$name): ", $secret ? 'not marked in the extension' : 'marked in the extension, and no parameter is in the stub', "\n";
		}
	}
}
printf( "more than 40 marked: %s\n", var_export( $marked > 40, true ) );

// Names that suggest a secret, and the public parameters that have such a name.
$sounds_secret = '/key|secret|seed|token|code|pass|pin|material|previous|salt|credential|auth|cookie|header|sign|slots|body|bytes|private|query|parameters/';
$public        = array(
	'Countersign\Access::mayAct'             => array( 'token_epoch' ),     // A counter.
	'Countersign\ActionKey::ed25519Public'   => array( 'public_key' ),      // A public key.
	'Countersign\AuditFile::__construct'     => array( 'verifier_keys' ),   // Public keys.
	'Countersign\Limits::check'              => array( 'key' ),             // The name of what is limited.
	'Countersign\McpCall::begin'             => array( 'secrets' ),         // The names of secrets in the vault.
	'Countersign\McpCall::inputResponse'     => array( 'key' ),             // The name of a request.
	'Countersign\Vault::retire'              => array( 'key_id' ),          // Reveals nothing about the key.
);
foreach ( $stubs as $function => $parameters ) {
	foreach ( $parameters as $name => list( $type, $sensitive ) ) {
		// Objects of the extension do not show what they hold: see secrets.phpt.
		$handle = 1 === preg_match( '/\A\??Countersign\\\\\w+\z/', $type ) || ( 'array' === $type && 'keys' === $name );
		$listed = in_array( $name, $public[ $function ] ?? array(), true );
		if ( 1 === preg_match( $sounds_secret, $name ) && ! $sensitive && ! $handle && ! $listed ) {
			echo "$function(\$$name): has the name of a secret and is not marked\n";
		}
		if ( $sensitive && $listed ) {
			echo "$function(\$$name): is marked and listed as public\n";
		}
	}
}

// An argument of the wrong type does not show the sealing key in the other argument.
ini_set( 'zend.exception_ignore_args', '0' );
try {
	( new Countersign\AuditFile() )->expectSeals( 'TheSealingKey', 'no time' );
} catch ( TypeError $e ) {
	echo str_contains( $e . print_r( $e->getTrace(), true ), 'TheSealingKey' ) ? 'shown' : 'not shown', "\n";
}
?>
--EXPECT--
the same functions
more than 40 marked: true
not shown
