<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * Seals the rows that a version without records has left. This is the only place where columns become a record, and it happens
 * only at the confirmed request of an administrator, who has seen what they say.
 */
final class Migration {

	/** Records that one entry explains at most. */
	private const IN_ONE_ENTRY = 30;

	public function __construct(
		private readonly Reader $reader,
		private readonly Inventory $inventory,
		private readonly Writer $writer,
	) {}

	/**
	 * Returns what would be sealed: connections without a record that the witness does not know, which the administrator is shown,
	 * and before them their grants and the clients of these. A grant or a client without such a connection is left out: it would add
	 * to a connection that was approved without it.
	 *
	 * @return list<array{kind: string, id: int, data: string, key: int|string}> `data` is what the record would say, as JSON.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function pending(): array {
		$pending = array_fill_keys( array_keys( Reader::TABLES ), [] );
		foreach ( $this->inventory->rows() as $entry ) {
			if ( null !== $entry['text'] ) {
				continue;
			}
			$opened = $this->reader->records()->open( $entry['kind'], $entry['id'], '' );
			$data   = $opened instanceof Decision && 'record_unsealed' === $opened->reason() ? self::data( $entry['kind'], $entry['row'] ) : null;
			if ( null !== $data ) {
				$pending[ $entry['kind'] ][] = [
					'kind' => $entry['kind'],
					'id'   => $entry['id'],
					'data' => $data,
					'key'  => 'client' === $entry['kind'] ? (string) $entry['row']['id'] : $entry['id'],
				];
			}
		}
		$connections = array_column( $pending['connection'], 'id', 'id' );
		$grants      = array_values( array_filter( $pending['grant'], static fn( array $grant ): bool => isset( $connections[ (int) ( Json::decode( $grant['data'] )['connection'] ?? 0 ) ] ) ) );
		$ids         = array_map( static fn( array $grant ): string => hash( 'sha256', (string) ( Json::decode( $grant['data'] )['client_id'] ?? '' ) ), $grants );
		$clients     = array_values( array_filter( $pending['client'], static fn( array $client ): bool => in_array( $client['key'], $ids, true ) ) );
		// A connection comes last, so that it remains to be confirmed if this is interrupted.
		return [ ...$clients, ...$grants, ...$pending['connection'] ];
	}

	/**
	 * Returns a digest of what an administrator has seen, to be submitted with the confirmation.
	 *
	 * @param list<array{kind: string, id: int, data: string, key: int|string}> $pending As {@see pending()} returned it.
	 */
	public static function digest( array $pending ): string {
		return hash( 'sha256', Json::encode( $pending ) );
	}

	/**
	 * Seals the rows that an administrator has confirmed, in one transaction for each 30 of them, each with its entry.
	 *
	 * @param string $digest What {@see digest()} returned for the list that the administrator has seen.
	 *
	 * @return int|null Number of rows that were sealed. Null, and nothing was sealed, if the rows are different now.
	 *
	 * @throws ChangeFailed           If the database refused the change.
	 * @throws Unavailable            If a part was not stored.
	 * @throws Unprotected            If a part is stored, but the witness could not be raised.
	 * @throws Failure                If the database cannot be read, or a row changed meanwhile.
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 */
	public function seal( string $digest ): ?int {
		$pending = $this->pending();
		if ( ! hash_equals( self::digest( $pending ), $digest ) ) {
			return null;
		}
		foreach ( array_chunk( $pending, self::IN_ONE_ENTRY ) as $part ) {
			$names   = array_map( static fn( array $entry ): string => "$entry[kind]:$entry[id]", $part );
			$draft   = EntryDraft::admin( 'system', 'records.sealed', 'site', [ 'records' => $names ] );
			$versions = array_map( fn( array $entry ): int => $this->reader->records()->nextVersion( $entry['kind'], $entry['id'], null, $entry['data'] ), $part );
			$changes  = static fn( \Closure ...$texts ): array => array_map(
				static fn( array $entry, int $version, \Closure $text ): Change => Change::update(
					Schema::table( Reader::TABLES[ $entry['kind'] ] ),
					[
						'record'  => $text,
						'version' => $version,
					],
					[
						'id'     => $entry['key'],
						'record' => null,
					]
				),
				$part,
				$versions,
				$texts
			);
			$revisions = array_map( static fn( array $entry, int $version ): Revision => new Revision( $entry['kind'], $entry['id'], $version, $entry['data'] ), $part, $versions );
			if ( ! $this->writer->write( $draft, $revisions, $changes ) ) {
				throw new Failure( 'A row changed while it was sealed.' );
			}
		}
		return count( $pending );
	}

	/**
	 * Returns the data that the columns of an old row stand for, or null if the row grants nothing.
	 *
	 * @param string               $kind `connection`, `grant` or `client`.
	 * @param array<string, mixed> $row  Column => value.
	 */
	private static function data( string $kind, array $row ): ?string {
		return match ( $kind ) {
			'connection' => self::connection( $row ),
			'grant'      => self::grant( $row ),
			'client'     => [] === Json::decode( (string) $row['client'] ) ? null : (string) $row['client'],
			default      => null,
		};
	}

	/** @param array<string, mixed> $row */
	private static function connection( array $row ): string {
		$is_revoked = 'revoked' === $row['state'];
		return Json::encode(
			[
				'name'         => (string) $row['name'],
				'client'       => (string) $row['client'],
				'user'         => (int) $row['user_id'],
				'preset'       => (string) $row['preset'],
				'groups'       => array_values( array_filter( Json::decode( (string) $row['permissions'] ), is_string( ... ) ) ),
				'state'        => (string) $row['state'],
				'epoch'        => (int) $row['epoch'],
				'limit'        => [
					'max'    => (int) $row['limit_max'],
					'window' => (int) $row['limit_window'],
				],
				'created_at'   => (int) $row['created_at'],
				'created_by'   => (int) $row['created_by'],
				'state_at'     => $is_revoked ? (int) $row['ended_at'] : (int) $row['created_at'],
				'state_reason' => match ( (string) $row['state'] ) {
					'revoked' => (string) $row['ended_reason'],
					'paused'  => 'admin',
					default   => '',
				},
			]
		);
	}

	/** @param array<string, mixed> $row */
	private static function grant( array $row ): ?string {
		$request   = (string) $row['request'];
		$client_id = Json::decode( $request )['client_id'] ?? null;
		if ( ! is_string( $client_id ) || hash( 'sha256', $client_id ) !== $row['client'] ) {
			return null;
		}
		return Json::object(
			[
				'connection' => (int) $row['connection_id'],
				'client_id'  => $client_id,
				'created_at' => (int) $row['created_at'],
			],
			[ 'request' => $request ]
		);
	}
}
