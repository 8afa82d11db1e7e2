<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * A change of parts of a content: exact replacements of text, or replacements of blocks. Every other block keeps its bytes.
 *
 * WordPress filters a content as a whole, with the rights of the account that saves it. If the content has markup that this account
 * may not write, only the changed blocks are filtered, and each must be understood alone: it may not end within a tag or a script that
 * others opened, and it may not open or close blocks of others.
 */
final class ContentEdit {

	/**
	 * @param string $asked  The content as the agent asks for it, before any filter.
	 * @param string $stored The content as it is to be stored.
	 */
	private function __construct(
		public readonly string $asked,
		public readonly string $stored,
	) {}

	/**
	 * Returns the change that the arguments ask for, or null if they change the content as a whole or not at all.
	 *
	 * @param \WP_Post             $post      The post as it is stored.
	 * @param array<string, mixed> $arguments Arguments of `update_content`.
	 *
	 * @throws Denied `arguments_invalid` if the arguments do not fit the content, `target_state` if a changed block has markup
	 *                that the account may not write.
	 */
	public static function of( \WP_Post $post, array $arguments ): ?self {
		$ways = array_intersect_key( $arguments, array_flip( [ 'content', 'replace', 'blocks' ] ) );
		if ( count( $ways ) > 1 ) {
			throw new Denied( 'arguments_invalid', 'Pass only one of content, replace and blocks.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$is_plain = static fn( string $text ): bool => self::filtered( $text, $post->ID ) === $text;
		$edit     = new self( $post->post_content, $post->post_content );
		if ( isset( $ways['replace'] ) ) {
			foreach ( $ways['replace'] as $position => $replacement ) {
				$edit = $edit->replaced( $post->ID, $replacement, $position );
			}
		} elseif ( isset( $ways['blocks'] ) ) {
			$edit = $edit->with_blocks( $post->ID, $ways['blocks'] );
		} else {
			return null;
		}
		// What the account could have written as a whole is filtered as a whole.
		$edit = $is_plain( $post->post_content ) ? new self( $edit->asked, self::filtered( $edit->asked, $post->ID ) ) : $edit;
		if ( BlockTree::of( $edit->stored )->is_broken && ! BlockTree::of( $post->post_content )->is_broken ) {
			throw new Denied( 'arguments_invalid', 'The change would break the structure of the blocks: it opens a comment or a block without closing it.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $edit;
	}

	/**
	 * Returns the change that puts a text between two blocks.
	 *
	 * @param \WP_Post $post The post as it is stored.
	 * @param int      $at   Where a block of the content ends, in bytes.
	 * @param string   $text Whole blocks.
	 *
	 * @throws Denied `target_state` if the position is within a tag or script.
	 */
	public static function inserted( \WP_Post $post, int $at, string $text ): self {
		$change = [
			'start' => $at,
			'end'   => $at,
			'text'  => $text,
			'owns'  => true,
		];
		return ( new self( $post->post_content, $post->post_content ) )->changed( $post->ID, [ $change ], 'The position', false, substr_replace( $post->post_content, $text, $at, 0 ) );
	}

	/** Returns a text as WordPress stores it when the current user saves it as content of a post. */
	public static function filtered( string $text, int $post ): string {
		return (string) wp_unslash( sanitize_post_field( 'post_content', wp_slash( $text ), $post, 'db' ) );
	}

	/** @param array{find: string, with: string, count?: int} $replacement */
	private function replaced( int $post, array $replacement, int $position ): self {
		[ 'find' => $find, 'with' => $with ] = $replacement;
		$count  = $replacement['count'] ?? 1;
		$number = $position + 1;
		$found  = substr_count( $this->stored, $find );
		if ( $found !== $count ) {
			$hint = 0 === $found ? 'Read the content again: the text must be exactly as get_post returns it.' : 'Pass more of the text around it, or count.';
			throw new Denied( 'arguments_invalid', "Nothing was changed: find of replacement number $number occurs $found times, not $count. $hint", Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$tree  = BlockTree::of( $this->stored );
		$parts = [];
		for ( $at = strpos( $this->stored, $find ); false !== $at; $at = strpos( $this->stored, $find, $at + strlen( $find ) ) ) {
			$node = $tree->is_broken ? null : $tree->around( $at, $at + strlen( $find ) );
			// A text across several blocks, or among blocks without an end, concerns all of the content.
			$part                   = null === $node ? [ 0, strlen( $this->stored ) ] : [ $node->start, $node->end ];
			$parts[ "$part[0]-$part[1]" ] = $part;
		}
		// Innermost blocks that contain each other, or all of the content, are one part.
		usort( $parts, static fn( array $a, array $b ): int => $a[0] <=> $b[0] ?: $b[1] <=> $a[1] );
		$apart = [];
		foreach ( $parts as $part ) {
			if ( [] === $apart || $part[0] >= $apart[ array_key_last( $apart ) ][1] ) {
				$apart[] = $part;
			}
		}
		$changes = array_map(
			fn( array $part ): array => [
				'start' => $part[0],
				'end'   => $part[1],
				'text'  => str_replace( $find, $with, substr( $this->stored, $part[0], $part[1] - $part[0] ) ),
				'owns'  => false,
			],
			$apart
		);
		return $this->changed( $post, $changes, "Replacement number $number", $tree->is_broken, str_replace( $find, $with, $this->asked ) );
	}

	/** @param list<array{path: string, content: string}> $blocks */
	private function with_blocks( int $post, array $blocks ): self {
		$tree = BlockTree::of( $this->stored );
		if ( $tree->is_broken ) {
			throw new Denied( 'target_state', 'The blocks of the content are not closed correctly, so single ones cannot be replaced. Use replace or content.', Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$changes = [];
		foreach ( $blocks as $position => $block ) {
			$node      = $tree->find( $block['path'] ) ?? throw new Denied( 'arguments_invalid', sprintf( 'Nothing was changed: there is no block with the path of number %d of blocks. Call get_outline again.', $position + 1 ), Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			$changes[] = [
				'start' => $node->start,
				'end'   => $node->end,
				'text'  => $block['content'],
				'owns'  => true,
			];
		}
		usort( $changes, static fn( array $a, array $b ): int => $a['start'] <=> $b['start'] );
		$asked = $this->asked;
		foreach ( array_reverse( $changes, true ) as $position => $change ) {
			if ( $position > 0 && $change['start'] < $changes[ $position - 1 ]['end'] ) {
				throw new Denied( 'arguments_invalid', 'Nothing was changed: two of the blocks are the same, or one is within the other.', Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			$asked = substr_replace( $asked, $change['text'], $change['start'], $change['end'] - $change['start'] );
		}
		return $this->changed( $post, $changes, 'A block', false, $asked );
	}

	/**
	 * Returns the content with changed parts, each filtered alone.
	 *
	 * @param list<array{start: int, end: int, text: string, owns: bool}> $changes In their order. `owns`: whether the agent wrote all of the text.
	 * @param string                                                      $subject How messages name the change.
	 */
	private function changed( int $post, array $changes, string $subject, bool $was_broken, string $asked ): self {
		$stored = $this->stored;
		foreach ( array_reverse( $changes ) as [ 'start' => $start, 'end' => $end, 'text' => $text, 'owns' => $owns ] ) {
			$before = substr( $this->stored, $start, $end - $start );
			if ( ! $owns && ! self::may_write( $before, $post ) ) {
				throw new Denied( 'target_state', "$subject is in a block with markup that this account may not write, such as a script or a form. WordPress would remove that. A person can change it in the editor.", Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			if ( ! $was_broken && BlockTree::of( $text )->is_broken ) {
				throw new Denied( 'arguments_invalid', "$subject would open a block without closing it, or close one that it does not open.", Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			if ( ! self::is_outside( substr( $this->stored, 0, $start ) ) ) {
				throw new Denied( 'target_state', "$subject is within a tag or script that begins in another block. A person can change it in the editor.", Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			$filtered = self::filtered( $text, $post );
			if ( ! $was_broken && BlockTree::of( $filtered )->is_broken ) {
				throw new Denied( 'arguments_invalid', "$subject opens a comment without closing it.", Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			$stored = substr_replace( $stored, $filtered, $start, $end - $start );
		}
		return new self( $asked, $stored );
	}

	/** Tells whether the account could have written a text: WordPress's filters change at most how blocks note their attributes. */
	private static function may_write( string $text, int $post ): bool {
		$filtered = self::filtered( $text, $post );
		return $filtered === $text || serialize_blocks( parse_blocks( $text ) ) === $filtered;
	}

	/** Tells whether what follows a text is text of its own, and not the inside of a tag, a comment or a script. */
	private static function is_outside( string $before ): bool {
		$tags = new \WP_HTML_Tag_Processor( $before );
		while ( $tags->next_token() ) {
			continue;
		}
		return ! $tags->paused_at_incomplete_token();
	}
}
