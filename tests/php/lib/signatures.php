<?php
/**
 * Prints every signature of the namespace Countersign that this process knows, one per line, sorted.
 *
 * The output must be the same with the extension and, without it, with the stubs.
 */

declare(strict_types=1);

require_once __DIR__ . '/stubs.inc';

if ( ! extension_loaded( 'countersign' ) ) {
	load_stubs();
}

function type( ?ReflectionType $type ): string {
	// For a union of classes the extension can only state "mixed"; the stubs name the classes.
	return $type instanceof ReflectionUnionType ? 'mixed' : ( (string) $type ?: 'void' );
}

function signature( ReflectionFunctionAbstract $function ): string {
	$parameters = array_map(
		static function ( ReflectionParameter $parameter ): string {
			$text = type( $parameter->getType() ) . ' $' . $parameter->getName();
			if ( $parameter->isDefaultValueAvailable() ) {
				$text .= ' = ' . var_export( $parameter->getDefaultValue(), true );
			} elseif ( $parameter->isOptional() ) {
				$text .= ' = ?';
			}
			return $text;
		},
		$function->getParameters()
	);
	$return     = '__construct' === $function->getName() ? '' : ': ' . type( $function->getReturnType() );
	return $function->getName() . '(' . implode( ', ', $parameters ) . ')' . $return;
}

$lines = array();
foreach ( array_merge( ...array_values( get_defined_functions() ) ) as $name ) {
	if ( is_ours( $name ) ) {
		$lines[] = 'function ' . signature( new ReflectionFunction( $name ) );
	}
}
foreach ( get_declared_classes() as $name ) {
	if ( ! is_ours( $name ) ) {
		continue;
	}
	$class   = new ReflectionClass( $name );
	$parent  = $class->getParentClass();
	$lines[] = ( $class->isEnum() ? 'enum ' : ( $class->isFinal() ? 'final class ' : 'class ' ) ) . $name . ( $parent ? ' extends ' . $parent->getName() : '' );
	if ( $class->isEnum() ) {
		foreach ( ( new ReflectionEnum( $name ) )->getCases() as $case ) {
			$lines[] = $name . '::' . $case->getName() . ' = ' . $case->getBackingValue();
		}
		continue;
	}
	foreach ( $class->getMethods( ReflectionMethod::IS_PUBLIC ) as $method ) {
		// The constructor of an exception is PHP's own; only the extension makes these objects.
		if ( ! is_ours( $method->class ) || ( $method->isConstructor() && $class->isSubclassOf( Throwable::class ) ) ) {
			continue;
		}
		$lines[] = $name . '::' . ( $method->isStatic() ? 'static ' : '' ) . signature( $method );
	}
}
$lines = array_unique( $lines );
sort( $lines );
echo implode( "\n", $lines ), "\n";
