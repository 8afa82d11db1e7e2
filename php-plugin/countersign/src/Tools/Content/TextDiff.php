<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/** Compares texts line by line, with WordPress's own comparison. All answers of one object together are bounded. */
final class TextDiff {

	/** Largest text that is compared, in bytes. */
	private const MAX_BYTES = 204800;

	/** Largest number of lines that are compared, and that are returned for all texts. */
	private const MAX_LINES = [ 4000, 300 ];

	/** Largest number of characters of a line. */
	private const MAX_LENGTH = 400;

	/** Unchanged lines and characters that are shown around a change. */
	private const AROUND = [ 1, 60 ];

	private const CUT = '[cut] ';

	private int $lines = 0;

	private bool $is_cut = false;

	/** Tells whether a text or an answer was too long. */
	public function is_cut(): bool {
		return $this->is_cut;
	}

	/**
	 * Returns what differs.
	 *
	 * @return list<string> Lines that begin with `-` (removed), `+` (added), a space (unchanged) or `@@` (lines are left out). Empty
	 *                      if the texts are the same.
	 */
	public function compare( string $from, string $to ): array {
		if ( $from === $to ) {
			return [];
		}
		require_once ABSPATH . WPINC . '/wp-diff.php';
		$shown = [];
		$same  = [];
		foreach ( ( new \Text_Diff( 'native', [ $this->lines( $from ), $this->lines( $to ) ] ) )->getDiff() as $part ) {
			$before = is_array( $part->orig ) ? $part->orig : [];
			$after  = is_array( $part->final ) ? $part->final : [];
			if ( $part instanceof \Text_Diff_Op_copy ) {
				$same  = $before;
				$shown = [ ...$shown, ...( [] === $shown ? [] : self::marked( ' ', array_slice( $same, 0, self::AROUND[0] ) ) ) ];
				continue;
			}
			if ( count( $same ) > 2 * self::AROUND[0] ) {
				$shown[] = '@@';
			}
			$tail  = array_slice( $same, [] === $shown || '@@' === end( $shown ) ? -self::AROUND[0] : self::AROUND[0] );
			$shown = [ ...$shown, ...( [] === $same ? [] : self::marked( ' ', array_slice( $tail, -self::AROUND[0] ) ) ) ];
			$same  = [];
			[ $before, $after ] = self::from_difference( $before, $after );
			$shown = [ ...$shown, ...self::marked( '-', $before ), ...self::marked( '+', $after ) ];
		}
		$left         = max( 0, self::MAX_LINES[1] - $this->lines );
		$this->is_cut = $this->is_cut || count( $shown ) > $left;
		$this->lines += count( $shown );
		return array_slice( $shown, 0, $left );
	}

	/** @return list<string> */
	private function lines( string $text ): array {
		$cut          = mb_strcut( $text, 0, self::MAX_BYTES, 'UTF-8' );
		$lines        = explode( "\n", str_replace( "\r\n", "\n", $cut ) );
		$this->is_cut = $this->is_cut || $cut !== $text || count( $lines ) > self::MAX_LINES[0];
		return array_slice( $lines, 0, self::MAX_LINES[0] );
	}

	/**
	 * Cuts long lines so that what differs in them can be seen.
	 *
	 * @param list<string> $before
	 * @param list<string> $after
	 *
	 * @return array{list<string>, list<string>}
	 */
	private static function from_difference( array $before, array $after ): array {
		foreach ( array_keys( $before ) as $at ) {
			if ( ! isset( $after[ $at ] ) || max( strlen( $before[ $at ] ), strlen( $after[ $at ] ) ) <= self::MAX_LENGTH ) {
				continue;
			}
			$same = strspn( $before[ $at ] ^ $after[ $at ], "\0" );
			$skip = mb_strlen( mb_strcut( $before[ $at ], 0, $same, 'UTF-8' ) ) - self::AROUND[1];
			if ( $skip > 0 ) {
				$before[ $at ] = self::CUT . mb_substr( $before[ $at ], $skip );
				$after[ $at ]  = self::CUT . mb_substr( $after[ $at ], $skip );
			}
		}
		return [ $before, $after ];
	}

	/**
	 * @param list<string> $lines
	 *
	 * @return list<string>
	 */
	private static function marked( string $mark, array $lines ): array {
		return array_map( static fn( string $line ): string => $mark . ( mb_strlen( $line ) > self::MAX_LENGTH ? mb_substr( $line, 0, self::MAX_LENGTH ) . ' [cut]' : $line ), array_values( $lines ) );
	}
}
