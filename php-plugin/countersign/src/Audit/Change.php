<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

defined( 'ABSPATH' ) || exit;

/**
 * One UPDATE of a table of this plugin. Its condition makes it change nothing if another request was faster. It takes
 * effect together with the entries that record it, see {@see Log::append_with()}, or by {@see make()} without one.
 */
final class Change {

	/** @var list<string> The statement, cut at the places of its values. */
	public readonly array $parts;

	/**
	 * @param string           $sql    An UPDATE that MySQL and SQLite understand, with a question mark for each value and none
	 *                                 elsewhere.
	 * @param list<int|string> $values The values.
	 */
	public function __construct( string $sql, public readonly array $values ) {
		$this->parts = explode( '?', $sql );
		if ( count( $this->parts ) !== count( $values ) + 1 ) {
			throw new \LogicException( 'A statement needs one value for each question mark.' );
		}
	}

	/** Makes the change without an entry. Returns true if it changed something. */
	public function make(): bool {
		global $wpdb;
		$sql = '';
		foreach ( $this->parts as $position => $part ) {
			$value = $this->values[ $position ] ?? null;
			$sql  .= $part . ( null === $value ? '' : ( is_int( $value ) ? '%d' : '%s' ) );
		}
		return (bool) $wpdb->query( $wpdb->prepare( $sql, $this->values ) ); // phpcs:ignore WordPress.DB -- A table of this plugin, past any cache. The statement is a constant of this plugin with a placeholder for each value.
	}
}
