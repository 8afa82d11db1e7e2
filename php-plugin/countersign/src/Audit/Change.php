<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

defined( 'ABSPATH' ) || exit;

/**
 * One UPDATE of a table of this plugin that takes effect together with the entries that record it, see
 * {@see Log::append_with()}. Its condition makes it change nothing if another request was faster.
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
}
