<?php
/**
 * Prints every function of the namespace Countersign as JSON: name => parameter => [type, whether it is sensitive].
 *
 * Without the extension it prints what the stubs say.
 */

declare(strict_types=1);

require_once __DIR__ . '/stubs.inc';

if ( ! extension_loaded( 'countersign' ) ) {
	load_stubs();
}
$found = array();
foreach ( our_functions() as $name => $function ) {
	$found[ $name ] = array();
	foreach ( $function->getParameters() as $parameter ) {
		$found[ $name ][ $parameter->getName() ] = array( (string) $parameter->getType(), is_sensitive( $parameter ) );
	}
}
echo json_encode( $found );
