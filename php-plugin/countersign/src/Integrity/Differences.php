<?php

declare(strict_types=1);

namespace Countersign\Plugin\Integrity;

defined( 'ABSPATH' ) || exit;

/** What has changed since the last look, by name. Immutable. */
final class Differences {

	/** Largest number of names of each kind in the audit log and on a page. */
	private const MAX_NAMED = 30;

	/**
	 * @param list<string> $new     Names that were not there.
	 * @param list<string> $changed Names whose digest is another one.
	 * @param list<string> $removed Names that are not there any more.
	 * @param string       $state   Identifies what is there now, 64 hexadecimal digits.
	 * @param string       $fault   Why the last look is not known, a reason code; '' if it is.
	 */
	private function __construct(
		public readonly array $new,
		public readonly array $changed,
		public readonly array $removed,
		public readonly string $state,
		public readonly string $fault,
	) {}

	/**
	 * Compares two looks.
	 *
	 * @param array<string, string>|string $before Name => digest; or the reason code for which it is not known.
	 * @param array<string, string>        $now    Name => digest.
	 */
	public static function between( array|string $before, array $now ): self {
		ksort( $now );
		$known = is_array( $before ) ? $before : $now;
		return new self(
			array_keys( array_diff_key( $now, $known ) ),
			array_keys( array_diff_assoc( array_intersect_key( $now, $known ), $known ) ),
			array_keys( array_diff_key( $known, $now ) ),
			hash( 'sha256', (string) wp_json_encode( $now ) . ( is_array( $before ) ? '' : $before ) ),
			is_string( $before ) ? $before : ''
		);
	}

	/** Tells whether there is nothing to report. */
	public function are_none(): bool {
		return '' === $this->fault && [] === $this->new && [] === $this->changed && [] === $this->removed;
	}

	/**
	 * Returns the names for the audit log and for pages, cut to a number of each kind.
	 *
	 * @return array<string, list<string>|int> `new`, `changed` and `removed`, as far as there are any; `more` is how many names are
	 *                                         left out.
	 */
	public function names(): array {
		$all   = [
			'new'     => $this->new,
			'changed' => $this->changed,
			'removed' => $this->removed,
		];
		$named = array_map( static fn( array $names ): array => array_slice( $names, 0, self::MAX_NAMED ), $all );
		$more  = array_sum( array_map( count( ... ), $all ) ) - array_sum( array_map( count( ... ), $named ) );
		return array_filter( $named ) + ( $more > 0 ? [ 'more' => $more ] : [] );
	}
}
