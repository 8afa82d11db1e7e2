<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * The options that no agent may write: those that rule who may do what on the site and which code runs, and Countersign's own.
 * And those of which visitors see something.
 */
final class ProtectedOptions {

	/** Options that rule the site. {@see RulingOptions} also compares them at the end of a request. */
	public const RULING = [
		'active_plugins',
		'admin_email',
		'auto_update_core_dev',
		'auto_update_core_major',
		'auto_update_core_minor',
		'auto_update_plugins',
		'auto_update_themes',
		'default_role',
		'home',
		'mailserver_login',
		'mailserver_pass',
		'mailserver_port',
		'mailserver_url',
		'new_admin_email',
		'permalink_structure',
		'recovery_keys',
		'siteurl',
		'stylesheet',
		'template',
		'upload_path',
		'upload_url_path',
		'users_can_register',
		'WPLANG',
	];

	/** Further options that no agent may write. The transients say which code WordPress installs by itself. */
	private const FURTHER = [
		'_site_transient_update_core',
		'_site_transient_update_plugins',
		'_site_transient_update_themes',
		'active_sitewide_plugins',
		'auth_key',
		'auth_salt',
		'countersign_audit_host',
		'countersign_beacon',
		'countersign_delete_on_uninstall',
		'countersign_identity',
		'countersign_kill_switch',
		'countersign_schema',
		'countersign_settings',
		'countersign_site',
		'countersign_site_id',
		'countersign_verification',
		'db_version',
		'initial_db_version',
		'logged_in_key',
		'logged_in_salt',
		'nonce_key',
		'nonce_salt',
		'secure_auth_key',
		'secure_auth_salt',
		'site_admins',
		'uninstall_plugins',
	];

	/** Options by which WordPress chooses what visitors see of the site as a whole, and on its front page. */
	private const SHOWN = [ 'blogdescription', 'blogname', 'blog_public', 'page_for_posts', 'page_on_front', 'show_on_front', 'site_icon', 'sticky_posts' ];

	/** Names of roles, and Countersign's own options and transients. The `_` of a pattern is any character. */
	private const PATTERNS = [ '%countersign_%', '%user_roles' ];

	/** Caches that WordPress fills while it reads. */
	private const CACHES = '/^(?:_site)?_transient_|_children$|^rewrite_rules$/';

	/** @var array<string, ?string> Quoted text => name of the protected option that it matches, or null. */
	private static array $known = [];

	/** Returns the names of the options that rule this site, with the roles. @return list<string> */
	public static function ruling(): array {
		global $wpdb;
		return [ ...self::RULING, $wpdb->prefix . 'user_roles' ];
	}

	/**
	 * Returns the protected option that a name matches, or null. The database is asked, because it compares by a collation:
	 * case, accents and trailing spaces may not count.
	 *
	 * @param string $operator `=` or `LIKE`.
	 * @param string $text     The name as the statement writes it, with its quotes.
	 *
	 * @return string|null The name, or `unknown` if the name has a backslash or other characters than printable ASCII, or begins
	 *                     or ends with a space: collations ignore some of them.
	 */
	public static function matched( string $operator, string $text ): ?string {
		// A backslash can make any character. In a pattern, one before a wildcard is usual.
		$plain = 'LIKE' === $operator ? preg_replace( '/\\\\{1,2}(?=[_%])/', '', $text ) : $text;
		if ( 0 === preg_match( '/^([\'"])(?! )[\x20-\x5b\x5d-\x7e]*(?<! )\1$/D', (string) $plain ) ) {
			return 'unknown';
		}
		$key = "$operator $text";
		if ( ! array_key_exists( $key, self::$known ) ) {
			self::$known[ $key ] = 'LIKE' === $operator ? self::matched_by_pattern( $text, [ ...self::ruling(), ...self::FURTHER ], self::PATTERNS ) : self::matched_by_name( $text, [ ...self::ruling(), ...self::FURTHER ], self::PATTERNS );
		}
		return self::$known[ $key ];
	}

	/**
	 * Returns the option that chooses what visitors see and that a name matches, or null.
	 *
	 * @param string $operator As for {@see self::matched()}, which has not refused the name.
	 * @param string $text     As there.
	 */
	public static function shown( string $operator, string $text ): ?string {
		$key = "shown $operator $text";
		if ( ! array_key_exists( $key, self::$known ) ) {
			self::$known[ $key ] = 'LIKE' === $operator ? self::matched_by_pattern( $text, self::SHOWN, [] ) : self::matched_by_name( $text, self::SHOWN, [] );
		}
		return self::$known[ $key ];
	}

	/** Tells whether a name is that of a cache, which WordPress may write while it reads. */
	public static function is_cache( string $text ): bool {
		return 1 === preg_match( self::CACHES, substr( $text, 1, -1 ) );
	}

	/**
	 * Compares in the collation of the column: the rows of a union have that of its first part.
	 *
	 * @param list<string> $constants Names.
	 * @param list<string> $patterns  Patterns of names.
	 */
	private static function matched_by_name( string $text, array $constants, array $patterns ): ?string {
		global $wpdb;
		$union     = implode( '', array_map( static fn( string $name ): string => " UNION ALL SELECT '$name', 1", $constants ) );
		$like      = implode( ' OR ', array_map( static fn( string $pattern ): string => "n.name LIKE '$pattern'", $patterns ) ) ?: '1 = 0';
		// phpcs:ignore WordPress.DB -- The text is a literal of printable ASCII that the lexer delimited, and is compared only.
		return $wpdb->get_var( "SELECT n.name FROM ( SELECT option_name AS name, 0 AS given FROM `$wpdb->options` WHERE option_name = $text$union UNION ALL SELECT $text, 2 ) AS n WHERE ( n.given = 1 AND n.name = $text ) OR ( n.given <> 1 AND ( $like ) ) ORDER BY n.given LIMIT 1" ) ?? self::unless_read();
	}

	/**
	 * @param list<string> $constants Names.
	 * @param list<string> $patterns  Patterns of names.
	 */
	private static function matched_by_pattern( string $text, array $constants, array $patterns ): ?string {
		global $wpdb;
		$names = implode( "', '", $constants );
		$like  = implode( ' OR ', array_map( static fn( string $pattern ): string => "option_name LIKE '$pattern'", $patterns ) ) ?: '1 = 0';
		// phpcs:ignore WordPress.DB -- As above.
		return $wpdb->get_var( "SELECT option_name FROM `$wpdb->options` WHERE option_name LIKE $text AND ( option_name IN ( '$names' ) OR $like ) LIMIT 1" ) ?? self::unless_read();
	}

	/** Returns null if the database has answered, or `unknown`. */
	private static function unless_read(): ?string {
		global $wpdb;
		return '' === $wpdb->last_error ? null : 'unknown';
	}
}
