<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Decision;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Record;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Opens the sealed columns of tables. A record that is behind its witness is read once more from the primary database, because
 * a replica can lag; only what is behind there too is refused.
 */
final class Reader {

	/** Kind of a record => its table. */
	public const TABLES = [
		'connection' => 'connections',
		'grant'      => 'grants',
		'client'     => 'oauth_clients',
	];

	private const BEHIND = 'record_rolled_back';

	/** Whether this request has read the record of the site from the primary database. */
	private bool $is_site_sure = false;

	public function __construct(
		private readonly Extension $extension,
		private readonly SealedOptions $options,
		private readonly Log $log,
	) {}

	/**
	 * Opens a record.
	 *
	 * @param string      $kind `connection`, `grant` or `client`.
	 * @param int         $id   Id of the record.
	 * @param string|null $text The stored text, or null if the row has none.
	 * @param string|null $key  Primary key of the row, if it is not the id of the record.
	 *
	 * @return Record|Decision The record, or the reason for which it cannot be believed.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function open( string $kind, int $id, ?string $text, ?string $key = null ): Record|Decision {
		// A row that was never sealed has an empty text for the extension. Null would be a row that does not exist.
		$opened = $this->records()->open( $kind, $id, (string) $text );
		if ( $opened instanceof Decision && self::BEHIND === $opened->reason() ) {
			$again  = $this->primary( $kind, $key ?? $id );
			$opened = $again === $text || null === $again ? $opened : $this->records()->open( $kind, $id, $again );
		}
		return $opened;
	}

	/**
	 * Opens a record that is behind its witness, because the database was restored, for a person who decides whether it holds
	 * again. It grants nothing.
	 *
	 * @param string $kind As for {@see open()}.
	 * @param int    $id   Id of the record.
	 * @param string $text The stored text.
	 *
	 * @return Record|Decision The record, or the reason for which it cannot hold again: `connection_revoked` if the witness knows
	 *                         that it was revoked.
	 *
	 * @throws \Countersign\Exception If the extension's keys, store or witness cannot be used, or an agent is at work.
	 * @throws Failure                If the database cannot be read.
	 */
	public function open_behind( string $kind, int $id, string $text ): Record|Decision {
		return $this->records()->openBehind( $kind, $id, $text );
	}

	/**
	 * Returns the site's records. If the record of the site itself is behind, it is read once more too.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function records(): Records {
		$records = $this->extension->records();
		if ( $this->is_site_sure || self::BEHIND !== $records->state()->reason() ) {
			return $records;
		}
		$this->is_site_sure = true;
		$this->options->correct( SealedOptions::SITE, $this->primary_option( SealedOptions::SITE ) );
		return $this->extension->records();
	}

	/**
	 * Tells whether a witness knows which records are the newest. In WebAssembly there is none.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function has_witness(): bool {
		return 'off' !== $this->records()->witness()['place'];
	}

	/**
	 * Reads a sealed option from the primary database.
	 *
	 * @param string $name One of the constants of {@see SealedOptions}.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function primary_option( string $name ): ?string {
		global $wpdb;
		$text = $this->primary_value( "SELECT option_value FROM $wpdb->options WHERE option_name = ?", $name );
		return '' === $text ? null : $text;
	}

	private function primary( string $kind, int|string $key ): ?string {
		return $this->primary_value( 'SELECT record FROM ' . Schema::table( self::TABLES[ $kind ] ) . ' WHERE id = ?', $key );
	}

	/**
	 * @param string     $sql   A SELECT of one column, with one question mark.
	 * @param int|string $value Its value.
	 */
	private function primary_value( string $sql, int|string $value ): ?string {
		global $wpdb;
		// Drop-ins that spread reads over replicas have this method.
		foreach ( [ 'send_reads_to_primaries', 'send_reads_to_masters' ] as $method ) {
			if ( method_exists( $wpdb, $method ) ) {
				$wpdb->$method();
				$text = $wpdb->get_var( $wpdb->prepare( str_replace( '?', is_int( $value ) ? '%d' : '%s', $sql ), $value ) ); // phpcs:ignore WordPress.DB -- Constants of this class with one placeholder, past any cache.
				Failure::if_refused( 'A record could not be read from the primary database.' );
				return is_string( $text ) ? $text : null;
			}
		}
		$row = $this->log->primary_row( $sql, [ $value ] );
		return null === $row ? null : (string) reset( $row );
	}
}
