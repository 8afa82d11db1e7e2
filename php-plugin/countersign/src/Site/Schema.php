<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * The plugin's tables, and the migrations that create them.
 *
 * Migrations are numbered and can be run twice. They run on activation and when the code is newer than the database.
 * They use plain MySQL, which the SQLite drop-in translates.
 */
final class Schema {

	/** Option: the number of the last migration that was run. */
	public const OPTION = 'countersign_db_version';

	private const TABLES = [ 'connections', 'oauth_clients', 'grants', 'audit_entry', 'audit_text', 'audit_head', 'audit_checkpoint', 'schedules', 'upload_sessions', 'upload_files' ];

	/**
	 * Returns the full name of a table on this site.
	 *
	 * @param string $name Name of the table without prefixes, such as `grants`.
	 */
	public static function table( string $name ): string {
		global $wpdb;
		return $wpdb->prefix . 'countersign_' . $name;
	}

	/**
	 * Runs the migrations that this site's database lacks. Cheap if there are none.
	 *
	 * @throws \RuntimeException If a table could not be created.
	 */
	public static function migrate(): void {
		$done = (int) get_option( self::OPTION, 0 );
		foreach ( self::steps() as $number => $step ) {
			if ( $number > $done ) {
				$step();
				update_option( self::OPTION, $number );
			}
		}
	}

	/** Tells whether this site has the tables. */
	public static function is_installed(): bool {
		return (int) get_option( self::OPTION, 0 ) > 0;
	}

	/** Drops all tables. Called when the plugin is deleted. */
	public static function drop(): void {
		global $wpdb;
		foreach ( self::TABLES as $name ) {
			$wpdb->query( $wpdb->prepare( 'DROP TABLE IF EXISTS %i', self::table( $name ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		}
		delete_option( self::OPTION );
	}

	/** @return array<int, callable(): void> */
	private static function steps(): array {
		return [
			1 => static function (): void {
				self::create_connections();
				self::create_audit();
				Capabilities::grant();
			},
			2 => self::add_records( ... ),
			3 => self::create_schedules( ... ),
			4 => self::remove_revoked_grants( ... ),
			5 => self::add_credentials( ... ),
			6 => self::create_texts( ... ),
			7 => self::create_uploads( ... ),
		];
	}

	/**
	 * Adds the sealed records. What the other columns of these tables say is a copy for lists and decides nothing. Ids are random
	 * and never reused, so that the id of a row that was lost never belongs to another one. Rows that exist are not sealed.
	 */
	private static function add_records(): void {
		foreach ( [ 'connections', 'grants', 'oauth_clients' ] as $table ) {
			self::add_column( $table, 'record', 'mediumtext NULL' );
			self::add_column( $table, 'version', 'bigint unsigned NOT NULL DEFAULT 0' );
		}
	}

	/** Adds the id of the application password that a connection is for, by which its record is found. */
	private static function add_credentials(): void {
		self::add_column( 'connections', 'credential', "varchar(64) NOT NULL DEFAULT ''" );
	}

	private static function add_column( string $table, string $column, string $type ): void {
		global $wpdb;
		if ( self::has_column( $table, $column ) ) {
			return;
		}
		// Another request can add the column at the same time, which makes this statement fail.
		$quiet = $wpdb->suppress_errors();
		$wpdb->query( $wpdb->prepare( "ALTER TABLE %i ADD COLUMN $column $type", self::table( $table ) ) ); // phpcs:ignore WordPress.DB -- Column and type are constants of this class.
		$wpdb->suppress_errors( $quiet );
		if ( ! self::has_column( $table, $column ) ) {
			throw new \RuntimeException( "Countersign could not add the column $column to its table $table." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Constants of this class.
		}
	}

	/**
	 * Removes the column that says that a grant is revoked: a grant ends with its connection. Grants that an older version has
	 * revoked are deleted first, because nobody may seal them.
	 */
	private static function remove_revoked_grants(): void {
		global $wpdb;
		if ( ! self::has_column( 'grants', 'revoked' ) ) {
			return;
		}
		// Another request can remove the column at the same time, which makes these statements fail.
		$quiet = $wpdb->suppress_errors();
		$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE revoked = 1 AND record IS NULL', self::table( 'grants' ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		$wpdb->query( $wpdb->prepare( 'ALTER TABLE %i DROP COLUMN revoked', self::table( 'grants' ) ) ); // phpcs:ignore WordPress.DB -- A table of this plugin.
		$wpdb->suppress_errors( $quiet );
		if ( self::has_column( 'grants', 'revoked' ) ) {
			throw new \RuntimeException( 'Countersign could not remove the column revoked from its table grants.' );
		}
	}

	private static function has_column( string $table, string $column ): bool {
		global $wpdb;
		return in_array( $column, $wpdb->get_col( $wpdb->prepare( 'SHOW COLUMNS FROM %i', self::table( $table ) ) ), true ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	private static function create_connections(): void {
		self::create(
			'connections',
			'id bigint unsigned NOT NULL,
			name varchar(190) NOT NULL,
			client varchar(190) NOT NULL,
			user_id bigint unsigned NOT NULL,
			preset varchar(32) NOT NULL,
			permissions text NOT NULL,
			state varchar(16) NOT NULL,
			epoch bigint unsigned NOT NULL,
			limit_max int unsigned NOT NULL,
			limit_window int unsigned NOT NULL,
			created_at bigint unsigned NOT NULL,
			created_by bigint unsigned NOT NULL,
			last_used_at bigint unsigned NOT NULL,
			last_used_ip varchar(45) NOT NULL,
			ended_at bigint unsigned NOT NULL,
			ended_reason varchar(32) NOT NULL,
			PRIMARY KEY  (id),
			KEY state (state)'
		);
		// A client's id can be an address of any length, so its digest is the key.
		self::create(
			'oauth_clients',
			'id char(64) NOT NULL,
			client_id text NOT NULL,
			client mediumtext NOT NULL,
			source varchar(16) NOT NULL,
			created_at bigint unsigned NOT NULL,
			PRIMARY KEY  (id),
			KEY created_at (created_at)'
		);
		// `generation` is -1 until the authorization code is redeemed.
		self::create(
			'grants',
			'id bigint unsigned NOT NULL,
			connection_id bigint unsigned NOT NULL,
			client char(64) NOT NULL,
			request mediumtext NOT NULL,
			generation bigint NOT NULL,
			branch bigint NOT NULL,
			rotated_at bigint NOT NULL,
			created_at bigint NOT NULL,
			PRIMARY KEY  (id),
			KEY connection_id (connection_id),
			KEY client (client)'
		);
	}

	private static function create_schedules(): void {
		// `entry` is a text, because a value that depends on an entry is one, and MySQL would read it as another number.
		self::create(
			'schedules',
			'post_id bigint unsigned NOT NULL,
			connection_id bigint unsigned NOT NULL,
			state varchar(16) NOT NULL,
			reason varchar(64) NOT NULL,
			date_gmt varchar(19) NOT NULL,
			digest char(64) NOT NULL,
			entry varchar(20) NOT NULL,
			changed_at bigint unsigned NOT NULL,
			PRIMARY KEY  (post_id),
			KEY state (state, changed_at)'
		);
	}

	/** Creates the table of the texts of audit entries. Their keyed digests are in the entries, so that a text can be erased. */
	private static function create_texts(): void {
		self::create(
			'audit_text',
			'seq bigint unsigned NOT NULL,
			path varchar(96) NOT NULL,
			salt binary(16) NOT NULL,
			value mediumtext NOT NULL,
			PRIMARY KEY  (seq, path)'
		);
	}

	/** Creates the tables of upload sessions. `terms` holds in base64 the exact bytes to which a link is bound. */
	private static function create_uploads(): void {
		self::create(
			'upload_sessions',
			'id char(24) NOT NULL,
			connection_id bigint unsigned NOT NULL,
			issued bigint unsigned NOT NULL,
			expires bigint unsigned NOT NULL,
			closed_at bigint unsigned NOT NULL,
			terms mediumtext NOT NULL,
			PRIMARY KEY  (id),
			KEY connection_id (connection_id, expires)'
		);
		// A file that is not stored has no place.
		self::create(
			'upload_files',
			'id char(32) NOT NULL,
			session char(24) NOT NULL,
			place int unsigned NULL,
			attempts int unsigned NOT NULL,
			name varchar(190) NOT NULL,
			type varchar(127) NOT NULL,
			size bigint unsigned NOT NULL,
			state varchar(16) NOT NULL,
			attachment bigint unsigned NOT NULL,
			reason varchar(64) NOT NULL,
			changed_at bigint unsigned NOT NULL,
			PRIMARY KEY  (id),
			UNIQUE KEY place (session, place)'
		);
	}

	private static function create_audit(): void {
		global $wpdb;
		// `body` holds the exact bytes that were hashed, so it has no character set. The other columns are copies for filtering.
		self::create(
			'audit_entry',
			'seq bigint unsigned NOT NULL,
			leaf binary(32) NOT NULL,
			body mediumblob NOT NULL,
			time bigint unsigned NOT NULL,
			kind varchar(32) NOT NULL,
			actor varchar(191) NOT NULL,
			connection bigint unsigned NULL,
			user bigint unsigned NULL,
			client varchar(191) NULL,
			action varchar(191) NOT NULL,
			target varchar(191) NULL,
			outcome varchar(32) NULL,
			reason varchar(64) NULL,
			correlation varchar(64) NULL,
			PRIMARY KEY  (seq),
			KEY time (time),
			KEY connection (connection, seq),
			KEY outcome (outcome, seq),
			KEY correlation (correlation)'
		);
		self::create(
			'audit_head',
			'id tinyint unsigned NOT NULL,
			head mediumtext NULL,
			size bigint unsigned NOT NULL,
			PRIMARY KEY  (id)'
		);
		self::create(
			'audit_checkpoint',
			'size bigint unsigned NOT NULL,
			note text NOT NULL,
			time bigint unsigned NOT NULL,
			PRIMARY KEY  (size)'
		);
		// The row that writers lock.
		$wpdb->query( $wpdb->prepare( 'INSERT IGNORE INTO %i (id, head, size) VALUES (1, NULL, 0)', self::table( 'audit_head' ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	private static function create( string $name, string $columns ): void {
		global $wpdb;
		// The audit log needs transactions and row locks, which the server's default engine may not have.
		$engine = 'ENGINE=InnoDB ' . $wpdb->get_charset_collate();
		$wpdb->query( $wpdb->prepare( "CREATE TABLE IF NOT EXISTS %i ( $columns ) $engine", self::table( $name ) ) ); // phpcs:ignore WordPress.DB -- Columns and engine are constants of this class and of WordPress.
		if ( '' !== $wpdb->last_error ) {
			throw new \RuntimeException( 'Countersign could not create its tables: ' . $wpdb->last_error ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Written to logs, not to a page.
		}
	}
}
