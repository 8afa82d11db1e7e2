<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\AuditAppend;
use Countersign\Plugin\Site\Json;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/** A new version of a record that is to be sealed and stored. Immutable. */
final class Revision {

	/** What the version decides, as JSON. */
	public readonly string $data;

	/**
	 * @param string                       $kind     Kind of the record, such as `connection`.
	 * @param int                          $id       Id of the record; 0 for a record that the site has once.
	 * @param int                          $version  1 for a new record, else greater than every version before.
	 * @param array<string, mixed>|string $data     What the version decides, or the same as JSON.
	 * @param string|null                  $previous The sealed text of the version before, which proves what this version changes.
	 */
	public function __construct(
		public readonly string $kind,
		public readonly int $id,
		public readonly int $version,
		array|string $data,
		private readonly ?string $previous = null,
	) {
		$this->data = is_string( $data ) ? $data : Json::encode( $data );
	}

	/**
	 * Returns what the entry in the audit log says about the version, as {@see Records::explain()} takes it.
	 *
	 * @return array{kind: string, id: int, version: int, data: string}
	 */
	public function facts(): array {
		return [
			'kind'    => $this->kind,
			'id'      => $this->id,
			'version' => $this->version,
			'data'    => $this->data,
		];
	}

	/**
	 * Returns the sealed text.
	 *
	 * @param Records     $records The site's records.
	 * @param AuditAppend $append  The entry that explains exactly this version.
	 *
	 * @throws \Countersign\Exception If the extension refuses to seal it.
	 */
	public function seal( Records $records, AuditAppend $append ): string {
		return $records->seal( $append, $this->kind, $this->id, $this->version, $this->data, $this->previous );
	}
}
