<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/** A block, or text between blocks, in a {@see BlockTree}. Positions are bytes of the content. */
final class BlockNode {

	/** @var list<BlockNode> The blocks within this one. */
	public array $children = [];

	/** The end of what is within it, which is the start of its closing mark. */
	public int $inner_end;

	/**
	 * @param string|null          $name       Such as `core/paragraph`; null for text between blocks.
	 * @param array<string, mixed> $attributes Attributes of the block.
	 * @param int                  $start      The start of its opening mark.
	 * @param int                  $end        The end of its closing mark.
	 */
	public function __construct(
		public readonly ?string $name,
		public readonly array $attributes,
		public readonly int $start,
		public int $end,
	) {
		$this->inner_end = $end;
	}

	/** Adds a block within this one. */
	public function add( self $child ): void {
		$this->children[] = $child;
	}

	/** Notes where the block ends. */
	public function close( int $inner_end, int $end ): void {
		$this->inner_end = $inner_end;
		$this->end       = $end;
	}

	/** Returns its bytes. */
	public function text( string $content ): string {
		return substr( $content, $this->start, $this->end - $this->start );
	}
}
