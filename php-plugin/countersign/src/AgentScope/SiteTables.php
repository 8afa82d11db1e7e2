<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/** Which tables an agent's call may write: those of this site, except accounts, Countersign's own, and those of a network. */
final class SiteTables {

	/** Tables of accounts, and of a network of sites. */
	private const NEVER = [ 'users', 'usermeta', 'blogs', 'blogmeta', 'site', 'sitemeta', 'sitecategories', 'signups', 'registration_log' ];

	/** Tables that each site has. */
	private const OF_A_SITE = 'options|posts|postmeta|terms|term_taxonomy|term_relationships|termmeta|comments|commentmeta|links|users|usermeta';

	/** The table of options, in lower case. */
	public readonly string $options;

	/** @var array<string, true> Tables in lower case. */
	private readonly array $never;

	private readonly string $prefix;

	private readonly string $base;

	/** Notes the tables of the current site. Code that switches to another site gains nothing. */
	public function __construct() {
		global $wpdb;
		$this->options = strtolower( $wpdb->options );
		$this->prefix  = strtolower( $wpdb->prefix );
		$this->base    = strtolower( $wpdb->base_prefix );
		$never         = array_map( fn( string $name ): string => $this->base . $name, self::NEVER );
		// Constants can name other tables of accounts, in any database.
		foreach ( [ $wpdb->users, $wpdb->usermeta ] as $table ) {
			$never[] = strtolower( substr( (string) strrchr( '.' . $table, '.' ), 1 ) );
		}
		$this->never = array_fill_keys( $never, true );
	}

	/** Tells whether a statement that contains this name may write nothing. */
	public function is_protected( string $name ): bool {
		return isset( $this->never[ $name ] ) || preg_match( '/^' . preg_quote( $this->base, '/' ) . '(?:\d+_)?countersign_/', $name );
	}

	/**
	 * Tells whether a table of a statement is one of this site that may be written.
	 *
	 * @param string $table As {@see SqlStatement::$written} names it.
	 */
	public function may_write( string $table ): bool {
		$position = strrpos( $table, '.' );
		$name     = false === $position ? $table : substr( $table, $position + 1 );
		if ( false !== $position && substr( $table, 0, $position ) !== DB_NAME ) {
			return false;
		}
		if ( ! str_starts_with( $name, $this->prefix ) || $this->is_protected( $name ) || ! preg_match( '/^[\w$-]+$/D', $name ) ) {
			return false;
		}
		// On a network, the prefix of the main site is the beginning of all others.
		$other = '/^' . preg_quote( $this->prefix, '/' ) . '\d+_' . ( is_multisite() ? '' : '(?:' . self::OF_A_SITE . ')$' ) . '/D';
		return ! preg_match( $other, $name );
	}
}
