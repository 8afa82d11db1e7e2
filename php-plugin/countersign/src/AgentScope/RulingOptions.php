<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * Compares the options that rule the site, as the database holds them, from before a call until the end of its request.
 *
 * The {@see WriteGuard} refuses to write them. This finds what went past it, such as a connection of a tool's own. What
 * WordPress's functions wrote in this process is taken back, if nobody has changed it since. A right is never given back
 * that way. Everything else is reported: an administrator may have changed the option at the same time.
 *
 * The comparison is the last of the shutdown functions. Destructors, session handlers and output callbacks come after it,
 * still under the guard.
 */
final class RulingOptions {

	/** How often the comparison moves behind shutdown functions that others have added meanwhile. */
	private const ROUNDS = 3;

	/** Options whose earlier value can be a right that was taken away since. */
	private const RIGHTS = [ 'default_role', 'users_can_register' ];

	/** @var array<string, string> Name => value in the database before the call. */
	private array $before = [];

	/** @var array<string, ?string> Name => value that WordPress's functions stored in this process; null if they deleted it. */
	private array $written = [];

	/** @param WriteGuard $guard Records what was found, and lets the comparison write. */
	public function __construct( private readonly WriteGuard $guard ) {}

	/** Notes the options and begins to watch them. */
	public function begin(): void {
		$this->before = $this->stored();
		add_action( 'added_option', fn( string $name, mixed $value ) => $this->note( $name, $value ), PHP_INT_MIN, 2 );
		add_action( 'updated_option', fn( string $name, mixed $old, mixed $value ) => $this->note( $name, $value ), PHP_INT_MIN, 3 );
		add_action( 'deleted_option', fn( string $name ) => $this->note( $name, null ), PHP_INT_MIN );
		$this->compare_later( self::ROUNDS );
	}

	private function note( string $name, mixed $value ): void {
		$stored                 = maybe_serialize( $value );
		$this->written[ $name ] = is_scalar( $stored ) ? (string) $stored : null;
	}

	private function compare_later( int $rounds ): void {
		register_shutdown_function( fn() => $rounds > 0 ? $this->compare_later( $rounds - 1 ) : $this->compare() );
	}

	private function compare(): void {
		$now = $this->guard->own( $this->stored( ... ) );
		foreach ( ProtectedOptions::ruling() as $name ) {
			$from = $this->before[ $name ] ?? null;
			$to   = $now[ $name ] ?? null;
			if ( $from !== $to ) {
				if ( array_key_exists( $name, $this->written ) && $this->written[ $name ] === $to && ! $this->is_right( $name ) ) {
					$this->guard->own( fn() => $this->take_back( $name, $from, $to ) );
				}
				$this->guard->report( new Denied( 'write_refused', null, 'option:' . $name ) );
			}
		}
	}

	private function is_right( string $name ): bool {
		return in_array( $name, self::RIGHTS, true ) || str_ends_with( $name, 'user_roles' );
	}

	/** Writes the earlier value, unless the option has another value again. */
	private function take_back( string $name, ?string $from, ?string $to ): void {
		global $wpdb;
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- A compare-and-swap, past any cache.
		if ( null === $from ) {
			$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE option_name = %s AND option_value = %s', $wpdb->options, $name, (string) $to ) );
		} elseif ( null === $to ) {
			$wpdb->query( $wpdb->prepare( 'INSERT IGNORE INTO %i (option_name, option_value, autoload) VALUES (%s, %s, %s)', $wpdb->options, $name, $from, 'on' ) );
		} else {
			$wpdb->query( $wpdb->prepare( 'UPDATE %i SET option_value = %s WHERE option_name = %s AND option_value = %s', $wpdb->options, $from, $name, $to ) );
		}
		// phpcs:enable
		wp_cache_delete_multiple( [ $name, 'alloptions', 'notoptions' ], 'options' );
	}

	/** @return array<string, string> Name => value in the database. Names that a collation takes for the same are included. */
	private function stored(): array {
		global $wpdb;
		$names = ProtectedOptions::ruling();
		$marks = implode( ', ', array_fill( 0, count( $names ), '%s' ) );
		$rows  = $wpdb->get_results( $wpdb->prepare( "SELECT option_name, option_value FROM %i WHERE option_name IN ( $marks )", $wpdb->options, ...$names ), ARRAY_N ); // phpcs:ignore WordPress.DB -- Past any cache; the placeholders are as many as the names.
		return array_column( $rows ?: [], 1, 0 );
	}
}
