<?php
/**
 * Prints what the comments of the stubs leave out. Run it without the extension: php -n tests/php/lib/stub-comments.php.
 */

declare(strict_types=1);

require __DIR__ . '/stubs.inc';

/**
 * Returns which methods of the binding can throw: those whose Rust function returns a BindingResult.
 *
 * @return array<string, bool> By the name of the class and the method in lower case: `vault::openwithkeyfile`.
 */
function throwing( string $source ): array {
	$found = array();
	foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( $source, FilesystemIterator::SKIP_DOTS ) ) as $file ) {
		$code = file_get_contents( (string) $file );
		preg_match_all( '/#\[php_impl\]\s*impl Php(\w+) \{(.*?)^\}/ms', $code, $classes, PREG_SET_ORDER );
		foreach ( $classes as list( , $class, $body ) ) {
			// With the attributes, because `#[php(name = "type")]` renames a method.
			preg_match_all( '/((?:^    #\[[^\n]*\n)*)^    pub fn (\w+)\((.*?)\)(?: -> ([^{]*))? \{/ms', $body, $methods, PREG_SET_ORDER );
			foreach ( $methods as $method ) {
				$named = preg_match( '/\bname = "(\w+)"/', $method[1], $name ) ? $name[1] : str_replace( '_', '', $method[2] );
				$named = '__construct' === $method[2] ? '__construct' : $named;
				$found[ strtolower( "$class::$named" ) ] = str_contains( $method[4] ?? '', 'BindingResult' );
			}
		}
	}
	return $found;
}

load_stubs();
$throwing = throwing( __DIR__ . '/../../../src/php' );
$counted  = array( 'parameters' => 0, 'throwing' => 0 );
foreach ( our_functions() as $name => $function ) {
	$comment = (string) $function->getDocComment();
	// Join the lines of each tag.
	$text    = preg_replace( '/\s*\n\s*\*?\s*(?!@)/', ' ', substr( $comment, 3, -2 ) );
	if ( '' === $comment ) {
		echo "$name: has no comment\n";
	}
	foreach ( $function->getParameters() as $parameter ) {
		++$counted['parameters'];
		$wanted = '/@param (?:[^@]*?)\$' . $parameter->getName() . '\s+\S+ \S+/';
		if ( 1 !== preg_match( $wanted, $text ) ) {
			echo "$name: does not say what \${$parameter->getName()} is\n";
		}
	}
	if ( $function instanceof ReflectionMethod && ! is_subclass_of( $function->class, Throwable::class ) ) {
		$rust     = strtolower( substr( $name, strlen( 'Countersign\\' ) ) );
		$documents = 1 === preg_match( '/@throws \w*Exception \S+ \S+/', $text );
		if ( ! array_key_exists( $rust, $throwing ) ) {
			echo "$name: was not found in src/php\n";
		} elseif ( $throwing[ $rust ] !== $documents ) {
			echo "$name: ", $documents ? 'says that it throws, and cannot' : 'can throw, and does not say so', "\n";
		} else {
			$counted['throwing'] += $documents ? 1 : 0;
		}
	}
	if ( preg_match_all( '/@throws (\w+)/', $text, $classes ) ) {
		foreach ( array_diff( $classes[1], array( 'Exception', 'KeyException', 'StoreException' ) ) as $unknown ) {
			echo "$name: throws $unknown, which is no exception of the extension\n";
		}
	}
}
foreach ( $counted as $what => $count ) {
	printf( "more than 60 %s: %s\n", $what, var_export( $count > 60, true ) );
}
