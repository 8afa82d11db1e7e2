<?php
/** Prints the content of docs/tools.md, from the catalogue of the loaded extension. */

declare(strict_types=1);

/** Returns the type of a property in words. */
$type = static function ( array $schema ) use ( &$type ): string {
	if ( isset( $schema['enum'] ) ) {
		return implode( ', ', array_map( static fn( mixed $word ): string => '`' . json_encode( $word, JSON_UNESCAPED_SLASHES ) . '`', $schema['enum'] ) );
	}
	if ( isset( $schema['const'] ) ) {
		return '`' . json_encode( $schema['const'] ) . '`';
	}
	foreach ( [ 'oneOf', 'anyOf' ] as $several ) {
		if ( isset( $schema[ $several ] ) && ! isset( $schema['type'] ) ) {
			return implode( ' or ', array_map( $type, $schema[ $several ] ) );
		}
	}
	$is    = implode( ' or ', (array) ( $schema['type'] ?? 'any' ) );
	$range = static fn( string $least, string $most, string $unit ): string => isset( $schema[ $most ] ) && $schema[ $most ] < 9_007_199_254_740_991
		? ', ' . ( isset( $schema[ $least ] ) && $schema[ $least ] > 1 ? "$schema[$least] to " : 'at most ' ) . "$schema[$most]$unit" : '';
	return match ( $is ) {
		'array'   => 'list of ' . ( isset( $schema['items'] ) ? $type( $schema['items'] ) : 'any' ) . $range( 'minItems', 'maxItems', ' items' ),
		'integer' => 'integer' . $range( 'minimum', 'maximum', '' ),
		'string'  => 'string' . ( isset( $schema['format'] ) ? " ($schema[format])" : '' ) . $range( 'minLength', 'maxLength', ' characters' ),
		default   => $is,
	};
};

/** Returns the rows of the table of arguments. Members of objects in lists follow the list. */
$rows = static function ( array $schema, string $at = '' ) use ( &$rows, $type ): string {
	$out = '';
	foreach ( $schema['properties'] ?? [] as $name => $property ) {
		$is_required = in_array( $name, $schema['required'] ?? [], true );
		$out        .= sprintf( "| `%s` | %s | %s | %s |\n", $at . $name, $type( $property ), $is_required ? 'yes' : '', str_replace( '|', '\\|', $property['description'] ?? '' ) );
		$out        .= 'array' === ( $property['type'] ?? '' ) ? $rows( $property['items'] ?? [], "$at{$name}[]." ) : $rows( $property, "$at$name." );
	}
	return $out;
};

$confirmation = static fn( mixed $confirm ): string => match ( $confirm ) {
	true      => 'always',
	'visible' => 'if visitors see the item',
	default   => 'never',
};

$tools = json_decode( Countersign\Access::catalogue(), true, 64, JSON_THROW_ON_ERROR );
$page  = <<<'MD'
	# Tools

	What agents can do on a site. A connection has permission groups, and sees the tools of its groups only. WordPress must
	allow each call too, for the account of the connection: a tool never does what the account may not do.

	A call that changes what visitors see needs a confirmation: the agent first calls `request_review` with the tool and its
	arguments, reads what would change, and then makes the call with the `confirmation_token` that it got. The token works once,
	for these arguments, and only while the item is as it was reviewed.

	A tool that takes a list answers for each item, and records each item in the audit log. Every list has a limit.

	This page is made from the catalogue of the extension: `php tests/php/lib/tools-page.php > docs/tools.md`.

	| group | tools |
	| --- | --- |

	MD;
foreach ( Countersign\Access::groups() as $group ) {
	$names = array_map( static fn( array $tool ): string => "[`$tool[name]`](#$tool[name])", array_filter( $tools, static fn( array $tool ): bool => in_array( $group, $tool['groups'], true ) ) );
	$page .= sprintf( "| `%s` | %s |\n", $group, implode( ' ', $names ) );
}
foreach ( $tools as $tool ) {
	$groups = static fn( array $words ): string => implode( ' or ', array_map( static fn( string $word ): string => "`$word`", $words ) );
	$page  .= "\n## $tool[name]\n\n$tool[description]\n\n| it needs | |\n| --- | --- |\n";
	$page  .= '| a group | ' . $groups( $tool['groups'] ) . ( isset( $tool['visibleGroups'] ) && $tool['visibleGroups'] !== $tool['groups'] ? ', and ' . $groups( $tool['visibleGroups'] ) . ' for an item that visitors see' : '' ) . " |\n";
	$page  .= '| of WordPress | ' . ( $tool['capability'] ?? '' ) . " |\n";
	$page  .= '| a confirmation | ' . $confirmation( $tool['confirm'] ) . " |\n";
	$table  = $rows( $tool['inputSchema'] );
	$page  .= '' === $table ? "\nIt takes no arguments.\n" : "\n| argument | type | required | |\n| --- | --- | --- | --- |\n$table";
	$example = json_encode( [ 'name' => $tool['name'], 'arguments' => (object) ( $tool['example'] ?? [] ) ], JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	$page   .= "\n```json\n" . str_replace( '    ', '  ', (string) $example ) . "\n```\n";
}
echo $page;
