<?php
/**
 * Writes php-plugin/countersign/languages/countersign.pot, the template for translations of the plugin.
 *
 *   php packaging/pot.php            writes the file
 *   php packaging/pot.php --check    exit 1 if the file is not up to date
 *
 * Also exit 1 if a translatable text lacks the text domain, is not a literal string, or has placeholders without a
 * comment for translators.
 */

declare(strict_types=1);

const DOMAIN = 'countersign';

// Function => positions of the text, the plural, the context and the text domain; null if it has none.
const FUNCTIONS = array(
	'__'         => array( 0, null, null, 1 ),
	'_e'         => array( 0, null, null, 1 ),
	'esc_html__' => array( 0, null, null, 1 ),
	'esc_html_e' => array( 0, null, null, 1 ),
	'esc_attr__' => array( 0, null, null, 1 ),
	'esc_attr_e' => array( 0, null, null, 1 ),
	'_x'         => array( 0, null, 1, 2 ),
	'esc_html_x' => array( 0, null, 1, 2 ),
	'esc_attr_x' => array( 0, null, 1, 2 ),
	'_n'         => array( 0, 1, null, 3 ),
	'_nx'        => array( 0, 1, 3, 4 ),
);

$plugin  = dirname( __DIR__ ) . '/php-plugin/countersign';
$target  = "$plugin/languages/countersign.pot";
$entries = array();
$faults  = array();

$add = static function ( string $where, string $text, ?string $plural, ?string $context, ?string $comment ) use ( &$entries, &$faults ): void {
	if ( preg_match( '/%(?:\d+\$)?[sd]/', $text ) && null === $comment ) {
		$faults[] = "$where: placeholders without a comment for translators";
	}
	$key = "$context\4$text";
	$entries[ $key ] ??= array( 'text' => $text, 'plural' => $plural, 'context' => $context, 'comments' => array(), 'where' => array() );
	$entries[ $key ]['plural'] ??= $plural;
	// References name files and not lines, so that an unrelated change of a file does not change the template.
	$entries[ $key ]['where'][ explode( ':', $where )[0] ] = true;
	if ( null !== $comment && ! in_array( $comment, $entries[ $key ]['comments'], true ) ) {
		$entries[ $key ]['comments'][] = $comment;
	}
};

/** Returns the arguments of a call: the string of a literal, null for any other expression. */
$arguments = static function ( array $tokens, int $i ): array {
	$depth     = 0;
	$arguments = array();
	$parts     = array();
	for ( ; isset( $tokens[ $i ] ); $i++ ) {
		$text   = $tokens[ $i ]->text;
		$opens  = in_array( $text, array( '(', '[' ), true );
		$closes = in_array( $text, array( ')', ']' ), true );
		if ( $opens && 1 === ++$depth ) {
			continue;
		}
		if ( ( $closes && 0 === --$depth ) || ( 1 === $depth && ',' === $text ) ) {
			$is_literal  = 1 === count( $parts ) && $parts[0]->is( T_CONSTANT_ENCAPSED_STRING );
			$arguments[] = $is_literal ? stripcslashes( substr( $parts[0]->text, 1, -1 ) ) : null;
			$parts       = array();
			if ( 0 === $depth ) {
				break;
			}
			continue;
		}
		if ( ! $tokens[ $i ]->isIgnorable() ) {
			$parts[] = $tokens[ $i ];
		}
	}
	return $arguments;
};

$files = array( "$plugin/countersign.php" );
foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( "$plugin/src", FilesystemIterator::SKIP_DOTS ) ) as $file ) {
	$files[] = (string) $file;
}
sort( $files );
foreach ( $files as $file ) {
	$source  = (string) file_get_contents( $file );
	$name    = substr( $file, strlen( $plugin ) + 1 );
	$comment = null;
	$since   = 0;
	if ( 'countersign.php' === $name ) {
		foreach ( array( 'Plugin Name', 'Description' ) as $field ) {
			preg_match( "/^ \* $field: +(.+)$/m", $source, $found );
			$add( $name, $found[1], null, null, "$field of the plugin" );
		}
	}
	$tokens = PhpToken::tokenize( $source );
	foreach ( $tokens as $i => $token ) {
		if ( $token->is( array( T_COMMENT, T_DOC_COMMENT ) ) && preg_match( '~translators: (.*?)\s*(?:\*/)?$~s', $token->text, $found ) ) {
			[ $comment, $since ] = array( 'translators: ' . $found[1], $token->line );
		}
		if ( ! $token->is( T_STRING ) || ! isset( FUNCTIONS[ $token->text ] ) || '(' !== ( $tokens[ $i + 1 ]->text ?? '' ) ) {
			continue;
		}
		[ $text, $plural, $context, $domain ] = FUNCTIONS[ $token->text ];
		$given                                = $arguments( $tokens, $i + 1 );
		$where                                = "$name:$token->line";
		if ( null === ( $given[ $text ] ?? null ) || DOMAIN !== ( $given[ $domain ] ?? null ) ) {
			$faults[] = "$where: not a literal text of the domain '" . DOMAIN . "'";
			continue;
		}
		// A comment belongs to the call on its own line or on one of the two lines after it.
		$own = null !== $comment && $token->line - $since <= 2 ? $comment : null;
		$add( $where, $given[ $text ], null === $plural ? null : $given[ $plural ], null === $context ? null : $given[ $context ], $own );
	}
}
foreach ( file( "$plugin/assets/admin.js" ) as $line => $code ) {
	preg_match_all( "/\b__\(\s*'((?:[^'\\\\]|\\\\.)*)',\s*'" . DOMAIN . "'\s*\)/", $code, $found );
	foreach ( $found[1] as $text ) {
		$add( 'assets/admin.js:' . ( $line + 1 ), stripcslashes( $text ), null, null, null );
	}
}

$quote = static fn( string $text ): string => '"' . addcslashes( $text, "\"\\\n\t" ) . '"';
$pot   = <<<'POT'
	# Copyright (C) 2026 Countersign
	# This file is distributed under the GPL-2.0-or-later.
	msgid ""
	msgstr ""
	"Project-Id-Version: Countersign\n"
	"MIME-Version: 1.0\n"
	"Content-Type: text/plain; charset=UTF-8\n"
	"Content-Transfer-Encoding: 8bit\n"
	"X-Domain: countersign\n"

	POT;
foreach ( $entries as $entry ) {
	$pot .= "\n";
	foreach ( $entry['comments'] as $comment ) {
		$pot .= "#. $comment\n";
	}
	$pot .= '#: ' . implode( ' ', array_keys( $entry['where'] ) ) . "\n";
	if ( preg_match( '/%(?:\d+\$)?[sd]/', $entry['text'] ) ) {
		$pot .= "#, php-format\n";
	}
	$pot .= null === $entry['context'] ? '' : 'msgctxt ' . $quote( $entry['context'] ) . "\n";
	$pot .= 'msgid ' . $quote( $entry['text'] ) . "\n";
	$pot .= null === $entry['plural'] ? "msgstr \"\"\n" : 'msgid_plural ' . $quote( $entry['plural'] ) . "\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n";
}

if ( in_array( '--check', $argv, true ) ) {
	if ( $pot !== file_get_contents( $target ) ) {
		$faults[] = 'languages/countersign.pot is not up to date: run php packaging/pot.php';
	}
} else {
	file_put_contents( $target, $pot );
}
fwrite( STDERR, implode( "\n", $faults ) . ( $faults ? "\n" : '' ) );
exit( $faults ? 1 : 0 );
