<?php

declare(strict_types=1);

namespace Countersign\Tests;

/**
 * The state of the site under test: every row and the structure of every table, the scheduled events, and the files that
 * WordPress loads without being asked. Two of them name what changed in between.
 *
 * It reads the database over the driver, past caches, filters and the write guard. Left out is what changes by itself:
 *
 * - the tables of the audit log: an attack must leave an entry there
 * - transients; the times of scheduled events, and WordPress's own housekeeping events; sessions, unless asked for
 * - `last_used_at` and `last_used_ip` of connections, the progress of the verification and the beacon of the witness
 */
final class Fingerprint {

	/** Options that Countersign writes by itself. */
	private const OWN_COUNTERS = [ 'countersign_verification', 'countersign_beacon', 'countersign_records_report' ];

	/** Tables whose columns change with each call. */
	private const USE = [ 'countersign_connections' => [ 'last_used_at', 'last_used_ip' ] ];

	/** The column that names a row better than its number, for tables in which that column is unique. */
	private const NAMES = [ 'options' => 'option_name' ];

	/** Columns that describe a row of these tables to a reader, in addition to its number. */
	private const LABELS = [
		'postmeta' => [ 'post_id', 'meta_key' ],
		'usermeta' => [ 'user_id', 'meta_key' ],
		'termmeta' => [ 'term_id', 'meta_key' ],
		'posts'    => [ 'post_type', 'post_name' ],
		'users'    => [ 'user_login' ],
	];

	/** @param array<string, array<string, string>> $things Name of a row, table or file => its parts and their values. */
	private function __construct( private readonly array $things ) {}

	/** Reads the site as it is now. @param bool $sessions Whether the sessions of people count. */
	public static function of_site( bool $sessions = false ): self {
		$things = [];
		foreach ( Database::structure() as $name => $definition ) {
			$things[ "structure of $name" ] = [ 'definition' => $definition ];
		}
		foreach ( Database::tables() as $table => $keys ) {
			$things += self::rows( $table, $keys, $sessions );
		}
		return new self( $things + self::events() + self::files() );
	}

	/**
	 * Names what is different in another fingerprint.
	 *
	 * @return list<string> Such as `posts 12 (post, a-title): post_title`, `options blogname: gone`, `structure of wp_x: new`.
	 */
	public function difference( self $other ): array {
		$changes = [];
		foreach ( $this->things + $other->things as $name => $ignored ) {
			[ $before, $after ] = [ $this->things[ $name ] ?? null, $other->things[ $name ] ?? null ];
			if ( null === $before || null === $after ) {
				$changes[] = self::label( $name, $before ?? $after ) . ( null === $before ? ': new' : ': gone' );
				continue;
			}
			foreach ( $before + $after as $part => $also_ignored ) {
				if ( ( $before[ $part ] ?? null ) !== ( $after[ $part ] ?? null ) ) {
					$changes[] = self::label( $name, $before ) . ": $part";
				}
			}
		}
		sort( $changes, SORT_NATURAL );
		return $changes;
	}

	/** Returns a hash of everything. */
	public function digest(): string {
		$things = $this->things;
		ksort( $things );
		return hash( 'sha256', serialize( $things ) );
	}

	/**
	 * @param list<string> $keys Columns of the primary key.
	 *
	 * @return array<string, array<string, string>>
	 */
	private static function rows( string $table, array $keys, bool $sessions ): array {
		global $wpdb;
		$short = str_starts_with( $table, $wpdb->prefix ) ? substr( $table, strlen( $wpdb->prefix ) ) : $table;
		if ( str_starts_with( $short, 'countersign_audit_' ) ) {
			return [];
		}
		$rows = [];
		foreach ( Database::rows( $table ) as $row ) {
			if ( self::is_left_out( $short, $row, $sessions ) ) {
				continue;
			}
			$row  = array_map( self::compact( ... ), array_diff_key( $row, array_flip( self::USE[ $short ] ?? [] ) ) );
			$name = $row[ self::NAMES[ $short ] ?? '' ] ?? implode( '/', array_intersect_key( $row, array_flip( $keys ) ) );
			if ( isset( self::NAMES[ $short ] ) ) {
				$row = array_diff_key( $row, array_flip( $keys ) );
			}
			$rows[ "$short $name" ] = $row;
		}
		return $rows;
	}

	/** @param array<string, string> $thing */
	private static function label( string $name, array $thing ): string {
		$labels = array_map( static fn( string $column ): string => $thing[ $column ] ?? '', self::LABELS[ strtok( $name, ' ' ) ] ?? [] );
		return $name . ( $labels ? ' (' . implode( ', ', $labels ) . ')' : '' );
	}

	/** @param array<string, string|null> $row */
	private static function is_left_out( string $table, array $row, bool $sessions ): bool {
		return match ( $table ) {
			'options'  => (bool) preg_match( '/^_(site_)?transient_/', (string) $row['option_name'] ) || in_array( $row['option_name'], [ 'cron', ...self::OWN_COUNTERS ], true ),
			'usermeta' => ! $sessions && 'session_tokens' === $row['meta_key'],
			default    => false,
		};
	}

	private static function compact( ?string $value ): string {
		return match ( true ) {
			null === $value        => 'NULL',
			strlen( $value ) > 100 => hash( 'xxh128', $value ) . ' ' . strlen( $value ),
			default                => "$value",
		};
	}

	/** @return array<string, array<string, string>> */
	private static function events(): array {
		$events = [];
		foreach ( array_filter( (array) Site::option( 'cron' ), is_array( ... ) ) as $hooks ) {
			foreach ( $hooks as $hook => $of_hook ) {
				foreach ( $of_hook as $event ) {
					$is_housekeeping = [] === $event['args'] && ( 'wp_update_comment_type_batch' === $hook || ( $event['schedule'] && preg_match( '/^(wp_|delete_expired_transients$|recovery_mode_clean)/', (string) $hook ) ) );
					if ( ! $is_housekeeping ) {
						$name            = "event $hook " . json_encode( $event['args'] );
						$events[ $name ] = [ 'count' => (string) ( 1 + (int) ( $events[ $name ]['count'] ?? 0 ) ), 'schedule' => (string) $event['schedule'] ];
					}
				}
			}
		}
		return $events;
	}

	/**
	 * Returns the files that WordPress loads by themselves or that rule the web server, and the names of the plugins and of
	 * what was uploaded.
	 *
	 * @return array<string, array<string, string>>
	 */
	private static function files(): array {
		$files = [];
		foreach ( [ ABSPATH . '{wp-config.php,.htaccess,.user.ini}', WP_CONTENT_DIR . '/*.php', WPMU_PLUGIN_DIR . '/{*,*/*}' ] as $pattern ) {
			foreach ( array_filter( glob( $pattern, GLOB_BRACE ) ?: [], is_file( ... ) ) as $file ) {
				$files[ 'file ' . substr( $file, strlen( ABSPATH ) ) ] = [ 'content' => (string) hash_file( 'xxh128', $file ) ];
			}
		}
		foreach ( glob( WP_PLUGIN_DIR . '/*' ) ?: [] as $plugin ) {
			$files[ 'plugin ' . basename( $plugin ) ] = [];
		}
		$uploads = wp_get_upload_dir()['basedir'];
		if ( is_dir( $uploads ) ) {
			foreach ( new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( $uploads, \FilesystemIterator::SKIP_DOTS ) ) as $file ) {
				$files[ 'upload ' . substr( (string) $file, strlen( $uploads ) + 1 ) ] = [ 'size' => (string) $file->getSize() ];
			}
		}
		return $files;
	}
}
