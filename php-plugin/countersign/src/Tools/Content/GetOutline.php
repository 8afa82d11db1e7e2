<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/** Tool `get_outline`: returns the blocks of a post, or its headings and paragraphs, with their first words. */
final class GetOutline {

	/** Largest number of blocks in one answer. */
	private const MAX_BLOCKS = 200;

	/** Largest number of characters of the first words. */
	private const MAX_WORDS = 80;

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post = Posts::readable( $arguments['id'] );
		if ( PostView::is_hidden( $post ) ) {
			throw new Denied( 'capability_denied', 'A password protects the item, and the account may not edit it.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$stored  = StoredPost::seen( $post ) ?? throw new Denied( 'target_not_found', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$content = $stored->row['post_content'];
		$tree    = BlockTree::of( $content );
		$result  = [
			'id'          => $post->ID,
			'title'       => $stored->row['post_title'],
			'fingerprint' => $call->fingerprint( $stored ),
			'has_blocks'  => has_blocks( $content ),
		];
		if ( isset( $arguments['path'] ) ) {
			$node    = $tree->find( $arguments['path'] ) ?? throw new Denied( 'arguments_invalid', 'There is no block with this path. Call get_outline without a path to see them.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			$result += [ 'content' => mb_strcut( $node->text( $content ), 0, Posts::MAX_CONTENT, 'UTF-8' ) ];
			return Result::structured( $result )->about( Posts::target( $post->ID ) );
		}
		$all     = $result['has_blocks'] ? self::blocks( $tree, $content ) : self::elements( $content );
		$result += [
			'total'  => count( $all ),
			'blocks' => array_slice( $all, $arguments['from'] ?? 0, self::MAX_BLOCKS ),
		];
		return Result::structured( $result )->about( Posts::target( $post->ID ) );
	}

	/** @return list<array<string, mixed>> */
	private static function blocks( BlockTree $tree, string $content ): array {
		$all = [];
		foreach ( $tree->all() as $path => $node ) {
			$text  = $node->text( $content );
			$level = 'core/heading' === $node->name ? (int) ( $node->attributes['level'] ?? 2 ) : null;
			$all[] = [
				'path'  => (string) $path,
				'block' => null === $node->name ? 'text' : (string) preg_replace( '~^core/~', '', $node->name ),
			] + ( null === $level ? [] : [ 'level' => $level ] ) + [
				'text'  => [] === $node->children ? self::words( $text ) : '',
				'bytes' => strlen( $text ),
			];
		}
		return $all;
	}

	/**
	 * Returns the headings and paragraphs of a content without blocks. They have no paths: they are changed with exact replacements.
	 *
	 * @return list<array<string, mixed>>
	 */
	private static function elements( string $content ): array {
		$all   = [];
		$parts = preg_split( '~(?=<(?:h[1-6]|p|ul|ol|table|blockquote|figure|pre)\b)|\R\s*\R~i', $content );
		foreach ( is_array( $parts ) ? $parts : [ $content ] as $part ) {
			$words = self::words( $part );
			if ( '' === $words && ! str_contains( $part, '<img' ) ) {
				continue;
			}
			$name  = preg_match( '~^\s*<([a-z][a-z0-9]*)~i', $part, $found ) ? strtolower( $found[1] ) : 'p';
			$level = preg_match( '~^h([1-6])$~', $name, $found ) ? [ 'level' => (int) $found[1] ] : [];
			$all[] = [ 'block' => $name ] + $level + [
				'text'  => $words,
				'bytes' => strlen( $part ),
			];
		}
		return $all;
	}

	private static function words( string $html ): string {
		return mb_substr( trim( (string) preg_replace( '/\s+/u', ' ', Posts::plain( wp_strip_all_tags( $html ) ) ) ), 0, self::MAX_WORDS );
	}
}
