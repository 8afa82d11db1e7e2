<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/** All records of the site, for what is done with all of them: verifying them, sealing old rows, making a witness. */
final class Inventory {

	/** Rows that are read at a time. */
	private const CHUNK = 500;

	/** Option => kind of its record. */
	private const OPTIONS = [
		SealedOptions::SITE        => 'site',
		SealedOptions::KILL_SWITCH => 'kill_switch',
		SealedOptions::SETTINGS    => 'settings',
		SealedOptions::WATCH       => 'watch',
	];

	public function __construct(
		private readonly Reader $reader,
		private readonly SealedOptions $options,
	) {}

	/**
	 * Returns the id of the record of a client: 63 bits of the digest that is the key of its row. So the record of another client
	 * does not open in its place.
	 *
	 * @param string $key SHA-256 of the client id, 64 hexadecimal digits.
	 */
	public static function client( string $key ): int {
		return max( 1, ( (int) hexdec( substr( $key, 0, 8 ) ) << 31 ) | ( (int) hexdec( substr( $key, 8, 8 ) ) >> 1 ) );
	}

	/**
	 * Returns the rows that can hold a record. The options of the site come first; one that does not exist is left out.
	 *
	 * @return \Generator<int, array{kind: string, id: int, text: string|null, row: array<string, mixed>}> `text` is null if the row was
	 *                                                                                                     never sealed.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function rows(): \Generator {
		$this->options->forget();
		foreach ( self::OPTIONS as $option => $kind ) {
			$text = $this->options->get( $option );
			if ( null !== $text ) {
				yield [
					'kind' => $kind,
					'id'   => 0,
					'text' => $text,
					'row'  => [],
				];
			}
		}
		foreach ( Reader::TABLES as $kind => $table ) {
			foreach ( self::table( $table ) as $row ) {
				yield [
					'kind' => $kind,
					'id'   => 'client' === $kind ? self::client( (string) $row['id'] ) : (int) $row['id'],
					'text' => isset( $row['record'] ) ? (string) $row['record'] : null,
					'row'  => $row,
				];
			}
		}
	}

	/**
	 * Returns the sealed texts that open, as {@see \Countersign\Records::adopt()} takes them.
	 *
	 * @return list<string>
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function texts(): array {
		$texts = [];
		foreach ( $this->rows() as $entry ) {
			if ( null !== $entry['text'] && $this->reader->records()->open( $entry['kind'], $entry['id'], $entry['text'] ) instanceof Record ) {
				$texts[] = $entry['text'];
			}
		}
		return $texts;
	}

	/** @return \Generator<int, array<string, mixed>> */
	private static function table( string $table ): \Generator {
		global $wpdb;
		// Smaller than every id: ids are numbers from 1, and digests in the table of clients.
		$after = '0';
		do {
			$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM %i WHERE id > %s ORDER BY id LIMIT %d', Schema::table( $table ), $after, self::CHUNK ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			Failure::if_refused( 'The records could not be read.' );
			foreach ( $rows ?: [] as $row ) {
				$after = (string) $row['id'];
				yield $row;
			}
		} while ( self::CHUNK === count( $rows ?: [] ) );
	}
}
