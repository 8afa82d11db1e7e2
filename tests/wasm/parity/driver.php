<?php
/**
 * Prints what the extension says to the inputs of some formats, one line each. The same file runs in native PHP and in PHP.wasm.
 *
 *     php driver.php answer FOLDER FORMAT...   Answers each line of FOLDER/FORMAT.ndjson, after a line `# FORMAT`.
 *     php driver.php make FOLDER COUNT         Makes tokens, signatures and sealed texts with random parts, one line each.
 *     php driver.php take FOLDER NAME          Verifies and opens what another build has made: FOLDER/NAME.
 *
 * Random parts and the time of the answer are left out of the lines. A line is JSON.
 */

declare(strict_types=1);

require __DIR__ . '/ops/site.php';

/** Returns a value with the bytes of `{"b64": …}`. */
function decoded( mixed $value ): mixed {
	if ( ! is_array( $value ) ) {
		return $value;
	}
	if ( isset( $value['b64'] ) && 1 === count( $value ) ) {
		return base64_decode( $value['b64'] );
	}
	return array_map( decoded( ... ), $value );
}

/** Returns a value as JSON can write it: text that is not UTF-8 in hexadecimal, and objects as what they say. */
function told( mixed $value ): mixed {
	if ( is_string( $value ) ) {
		return preg_match( '//u', $value ) ? $value : array( 'hex' => bin2hex( $value ) );
	}
	if ( is_float( $value ) ) {
		return array( 'float' => var_export( $value, true ) );
	}
	if ( $value instanceof Countersign\Decision ) {
		return array( $value->reason(), $value->message(), $value->retryAfter() );
	}
	return is_array( $value ) ? array_map( told( ... ), $value ) : $value;
}

/** Returns what a call returns or throws, as one line. */
function outcome( callable $call, array $arguments ): string {
	try {
		$value = told( $call( ...$arguments ) );
	} catch ( Countersign\Exception $e ) {
		$value = array( 'throws' => get_class( $e ), 'reason' => $e->reason(), 'message' => $e->getMessage() );
	} catch ( Throwable $e ) {
		// PHP itself refuses a value of another type.
		$value = array( 'throws' => get_class( $e ), 'message' => $e->getMessage() );
	}
	return json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR );
}

list( , $task, $folder ) = $argv;
if ( 'answer' !== $task ) {
	$exchange = require __DIR__ . '/ops/exchange.php';
	$exchange[ $task ]( $folder, $argv[3] );
	return;
}
$site       = new ParitySite( json_decode( file_get_contents( "$folder/constants.json" ), true ) );
$operations = array();
foreach ( array( 'tokens', 'actions', 'audit', 'sealed', 'network', 'oauth', 'mcp', 'policy' ) as $family ) {
	$operations += ( require __DIR__ . "/ops/$family.php" )( $site );
}
foreach ( array_slice( $argv, 3 ) as $format ) {
	echo "# $format\n";
	$input = fopen( "$folder/$format.ndjson", 'r' );
	while ( false !== ( $line = fgets( $input ) ) ) {
		echo outcome( $operations[ $format ], decoded( json_decode( $line, true, 512, JSON_THROW_ON_ERROR ) ) ), "\n";
	}
}
