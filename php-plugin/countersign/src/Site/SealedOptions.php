<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * The options that hold sealed records. They are read from the database and never from a cache, all in one query, once in a
 * request unless somebody asks for them again.
 */
final class SealedOptions {

	/** Option: the record `site`: the site's epoch and address. */
	public const SITE = 'countersign_site';

	/** Option: the record `kill_switch`: whether all agents are stopped. */
	public const KILL_SWITCH = 'countersign_kill_switch';

	/** Option: the record `settings`: the settings of the dashboard. */
	public const SETTINGS = 'countersign_settings';

	/** Option: the sealed copy of the witness, made once an hour. Read only when the witness is missing. */
	public const BEACON = 'countersign_beacon';

	/** Option: the record `watch`: the files and accounts that are watched, as they were last. */
	public const WATCH = 'countersign_watch';

	/** The text of the kill switch that stops all agents without being a record. It can be stored if nothing can be sealed. */
	public const STOPPED = 'on';

	private const READ = [ self::SITE, self::KILL_SWITCH, self::SETTINGS ];

	/** The name under which {@see read_again_with()} finds a row that is no option. */
	public const OTHER = '';

	/** @var array<string, string>|null Option => stored text, as far as it exists. */
	private ?array $texts = null;

	/** The site of the network whose options were read. */
	private int $site = 0;

	/**
	 * Returns the stored text of an option, or null if there is none.
	 *
	 * @param string $name One of the constants.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function get( string $name ): ?string {
		if ( get_current_blog_id() !== $this->site ) {
			$this->texts = null;
			$this->site  = get_current_blog_id();
		}
		$this->texts ??= self::read( ...self::READ );
		if ( ! in_array( $name, self::READ, true ) ) {
			return self::text( self::read( $name )[ $name ] ?? null );
		}
		return self::text( $this->texts[ $name ] ?? null );
	}

	/** Makes the next {@see get()} read the database again. */
	public function forget(): void {
		$this->texts = null;
	}

	/**
	 * Reads the options again, and one more row in the same statement.
	 *
	 * @param string $select A prepared SELECT of one row: {@see OTHER}, and a text or null.
	 *
	 * @return array{string|null}|null The text, or null if there is no such row.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function read_again_with( string $select ): ?array {
		global $wpdb;
		$marks       = implode( ', ', array_fill( 0, count( self::READ ), '%s' ) );
		$rows        = $wpdb->get_results( $wpdb->prepare( "SELECT option_name, option_value FROM %i WHERE option_name IN ($marks)", $wpdb->options, ...self::READ ) . " UNION ALL $select", ARRAY_N ); // phpcs:ignore WordPress.DB -- The stored values, past any cache. Both statements are prepared.
		$this->texts = null;
		Failure::if_refused( 'The sealed options could not be read.' );
		$rows        = $rows ?: [];
		$this->texts = self::of_rows( $rows, self::READ );
		$this->site  = get_current_blog_id();
		$last        = end( $rows );
		return is_array( $last ) && self::OTHER === $last[0] ? [ $last[1] ] : null;
	}

	/**
	 * Replaces a text that was read by one that was read more reliably.
	 *
	 * @param string      $name One of the constants.
	 * @param string|null $text The text, or null if the option does not exist.
	 */
	public function correct( string $name, ?string $text ): void {
		$this->get( self::SITE );
		$this->texts[ $name ] = (string) $text;
	}

	/**
	 * Stores a text in an option, whatever it held. Neither a cache nor a filter of options has a say.
	 *
	 * @throws Failure If the database refused the statement.
	 */
	public function put( string $name, string $text ): void {
		global $wpdb;
		self::create_row( $name );
		$wpdb->query( $wpdb->prepare( 'UPDATE %i SET option_value = %s WHERE option_name = %s', $wpdb->options, $text, $name ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- Past any cache and filter.
		self::forget_caches( $name );
		$this->forget();
		Failure::if_refused( 'An option could not be stored.' );
	}

	/** Creates the row of an option without a value, unless it exists, so that storing a record always changes a row. */
	public static function create_row( string $name ): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( 'INSERT IGNORE INTO %i (option_name, option_value, autoload) VALUES (%s, %s, %s)', $wpdb->options, $name, '', 'off' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WordPress has no function that keeps an existing row.
		self::forget_caches( $name );
	}

	/** Deletes what WordPress has cached of an option. */
	public static function forget_caches( string $name ): void {
		wp_cache_delete_multiple( [ $name, 'alloptions', 'notoptions' ], 'options' );
	}

	/**
	 * @return array<string, string> Option => stored text.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	private static function read( string ...$names ): array {
		global $wpdb;
		$marks = implode( ', ', array_fill( 0, count( $names ), '%s' ) );
		$rows  = $wpdb->get_results( $wpdb->prepare( "SELECT option_name, option_value FROM %i WHERE option_name IN ($marks)", $wpdb->options, ...$names ), ARRAY_N ); // phpcs:ignore WordPress.DB -- The stored values, past any cache. One placeholder for each name.
		Failure::if_refused( 'The sealed options could not be read.' );
		return self::of_rows( $rows ?: [], $names );
	}

	/**
	 * @param array<array-key, array{string, string|null}> $rows  Names and texts.
	 * @param list<string>                                 $names
	 *
	 * @return array<string, string> Option => stored text.
	 */
	private static function of_rows( array $rows, array $names ): array {
		$texts = [];
		foreach ( $rows as [ $name, $text ] ) {
			// The database compares names without case and accents.
			if ( in_array( $name, $names, true ) ) {
				$texts[ $name ] = (string) $text;
			}
		}
		return $texts;
	}

	private static function text( ?string $text ): ?string {
		return '' === $text ? null : $text;
	}
}
