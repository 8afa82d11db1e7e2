<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/**
 * The blocks of a content with the bytes that each of them takes up, so that one can be replaced while all others keep their bytes.
 * WordPress's own tokenizer finds them; its `parse_blocks()` tells no positions.
 *
 * A path such as `3.0` names the first block within the fourth one. Text between blocks that is not blank counts as a block without
 * a name.
 */
final class BlockTree {

	/**
	 * @param list<BlockNode> $nodes     The blocks of the first level.
	 * @param bool            $is_broken Whether a block has no end, or an end no block.
	 */
	private function __construct(
		public readonly array $nodes,
		public readonly bool $is_broken,
	) {}

	/** Finds the blocks of a content. */
	public static function of( string $content ): self {
		$tokens           = new \WP_Block_Parser();
		$tokens->document = $content;
		$tokens->offset   = 0;
		$root             = new BlockNode( null, [], 0, 0 );
		/** @var non-empty-list<BlockNode> $open */
		$open      = [ $root ];
		$at        = 0;
		$is_broken = false;
		while ( true ) {
			[ $kind, $name, $attributes, $start, $length ] = $tokens->next_token();
			if ( 'no-more-tokens' === $kind ) {
				break;
			}
			$end = $start + $length;
			if ( 'block-closer' === $kind ) {
				if ( 1 === count( $open ) ) {
					// WordPress takes the rest as text.
					$is_broken = true;
					break;
				}
				$open[ array_key_last( $open ) ]->close( $start, $end );
				array_pop( $open );
			} else {
				self::text( $root, $content, $at, 1 === count( $open ) ? $start : $at );
				$node = new BlockNode( (string) $name, is_array( $attributes ) ? $attributes : [], $start, $end );
				$open[ array_key_last( $open ) ]->add( $node );
				if ( 'block-opener' === $kind ) {
					$open[] = $node;
				}
			}
			$at             = 1 === count( $open ) ? $end : $at;
			$tokens->offset = $end;
		}
		$is_broken = $is_broken || count( $open ) > 1;
		if ( 1 === count( $open ) ) {
			self::text( $root, $content, $at, strlen( $content ) );
		}
		foreach ( array_slice( $open, 1 ) as $node ) {
			$node->close( strlen( $content ), strlen( $content ) );
		}
		return new self( $root->children, $is_broken );
	}

	/** Returns the block with a path, or null if there is none. */
	public function find( string $path ): ?BlockNode {
		$node  = null;
		$nodes = $this->nodes;
		foreach ( explode( '.', $path ) as $position ) {
			$node = $nodes[ (int) $position ] ?? null;
			if ( null === $node ) {
				return null;
			}
			$nodes = $node->children;
		}
		return $node;
	}

	/**
	 * Returns all blocks, each before those within it.
	 *
	 * @return array<string, BlockNode> Path => block.
	 */
	public function all(): array {
		$all  = [];
		$walk = static function ( array $nodes, string $above ) use ( &$walk, &$all ): void {
			foreach ( $nodes as $position => $node ) {
				$all[ "$above$position" ] = $node;
				$walk( $node->children, "$above$position." );
			}
		};
		$walk( $this->nodes, '' );
		// PHP makes numbers of the keys of the first level.
		return $all;
	}

	/** Returns the innermost block that contains these bytes, or null if no single one does. */
	public function around( int $start, int $end ): ?BlockNode {
		$found = null;
		$nodes = $this->nodes;
		do {
			$inner = array_values( array_filter( $nodes, static fn( BlockNode $node ): bool => $node->start <= $start && $end <= $node->end ) )[0] ?? null;
			$found = $inner ?? $found;
			$nodes = $inner->children ?? [];
		} while ( null !== $inner );
		return $found;
	}

	/** Adds the text between blocks, unless it is blank. */
	private static function text( BlockNode $root, string $content, int $from, int $to ): void {
		if ( $to > $from && '' !== trim( substr( $content, $from, $to - $from ) ) ) {
			$root->add( new BlockNode( null, [], $from, $to ) );
		}
	}
}
