<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\McpServer;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Tools\Content\BlockNode;
use Countersign\Plugin\Tools\Content\BlockTree;
use Countersign\Plugin\Tools\Content\ContentEdit;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Publishing\ReviewableTool;
use Countersign\Plugin\Uploads\Acceptance;

defined( 'ABSPATH' ) || exit;

/** Tool `insert_image`: puts an image block into the content of a post. All other content keeps its bytes. */
final class InsertImage implements ReviewableTool {

	/** Blocks in which any block can be. */
	private const CONTAINERS = [ 'core/column', 'core/cover', 'core/details', 'core/group', 'core/quote' ];

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		MediaItems::image( (int) ( $arguments['media'] ?? 0 ) );
		self::position( $post, $arguments );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$alt = $arguments['alt'] ?? MediaItems::alt( (int) ( $arguments['media'] ?? 0 ) );
		return '' === trim( $alt ) ? [ 'The image has no alternative text. Pass alt, or set it with update_media first.' ] : [];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post     = $this->check( $arguments );
		$stored   = StoredPost::read( $post->ID )?->post() ?? throw new Denied( 'target_not_found', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$at       = self::position( $stored, $arguments );
		$block    = ContentEdit::filtered( self::block( (int) $arguments['media'], $arguments ), $post->ID );
		$before   = substr( $stored->post_content, 0, $at );
		$after    = substr( $stored->post_content, $at );
		$text     = ( '' === trim( $before ) || str_ends_with( $before, "\n\n" ) ? '' : "\n\n" ) . $block . ( '' === $after || str_starts_with( $after, "\n" ) ? '' : "\n\n" );
		$content  = ContentEdit::inserted( $stored, $at, $text )->stored;
		$fields   = [ 'post_content' => $content ];
		$revision = PostChange::run( $call, $post->ID, [ 'post_content' ], static fn() => Posts::save( [ 'ID' => $post->ID ] + $fields ), true, $fields );
		$now      = StoredPost::read( $post->ID ) ?? throw new Denied( 'target_not_found', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		return Result::structured(
			[
				'id'          => $post->ID,
				'block'       => $block,
				'fingerprint' => $call->fingerprint( $now ),
			] + ( null === $revision ? [] : [ 'revision' => $revision ] )
		)->about( Posts::target( $post->ID ) );
	}

	/**
	 * Returns where the block goes, in bytes of the content.
	 *
	 * @param array<string, mixed> $arguments
	 *
	 * @throws Denied `arguments_invalid` or `target_state`.
	 */
	private static function position( \WP_Post $post, array $arguments ): int {
		if ( isset( $arguments['after_block'], $arguments['after_text'] ) ) {
			throw self::refused( $post, 'Pass after_block or after_text, not both.' );
		}
		$tree = BlockTree::of( $post->post_content );
		if ( $tree->is_broken ) {
			throw new Denied( 'target_state', 'The blocks of the content are not closed correctly. A person can repair it in the editor.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return match ( true ) {
			isset( $arguments['after_block'] ) => self::after_block( $post, $tree, $arguments['after_block'] ),
			isset( $arguments['after_text'] )  => self::after_text( $post, $tree, $arguments['after_text'] ),
			default                            => strlen( rtrim( $post->post_content ) ),
		};
	}

	private static function after_block( \WP_Post $post, BlockTree $tree, string $path ): int {
		$nodes = $tree->nodes;
		$node  = null;
		foreach ( explode( '.', $path ) as $position ) {
			if ( null !== $node && ! in_array( $node->name, self::CONTAINERS, true ) ) {
				throw self::refused( $post, 'No image can be placed in the block around this one. Pass the path of the block around it.' );
			}
			$node  = $nodes[ (int) $position ] ?? throw self::refused( $post, 'There is no block with this path. Call get_outline again.' );
			$nodes = $node->children;
		}
		return null === $node ? strlen( $post->post_content ) : $node->end;
	}

	private static function after_text( \WP_Post $post, BlockTree $tree, string $text ): int {
		$found = substr_count( $post->post_content, $text );
		if ( 1 !== $found ) {
			throw self::refused( $post, "The text occurs $found times in the content, not once. Pass it as get_post returns it, and enough of it." );
		}
		$start = (int) strpos( $post->post_content, $text );
		$end   = $start + strlen( $text );
		$node  = null;
		$nodes = $tree->nodes;
		do {
			$inner = array_values( array_filter( $nodes, static fn( BlockNode $one ): bool => $one->start <= $start && $end <= $one->end ) )[0] ?? null;
			$node  = $inner ?? $node;
			$nodes = in_array( $inner?->name, self::CONTAINERS, true ) ? $inner->children : [];
		} while ( null !== $inner );
		if ( null === $node ) {
			throw self::refused( $post, 'The text belongs to several blocks. Pass a text of one block.' );
		}
		if ( null !== $node->name ) {
			return $node->end;
		}
		// Content without blocks: after the paragraph.
		$break = strpos( $post->post_content, "\n\n", $end );
		return false === $break || $break > $node->end ? strlen( rtrim( substr( $post->post_content, 0, $node->end ) ) ) : $break;
	}

	/**
	 * Returns an image block as the editor stores it.
	 *
	 * @param array<string, mixed> $arguments
	 */
	private static function block( int $media, array $arguments ): string {
		$meta    = wp_get_attachment_metadata( $media );
		$wanted  = (string) ( $arguments['size'] ?? 'large' );
		$size    = is_array( $meta ) && isset( $meta['sizes'][ $wanted ] ) ? $wanted : 'full';
		$alt     = isset( $arguments['alt'] ) ? Acceptance::line( $arguments['alt'] ) : MediaItems::alt( $media );
		$caption = trim( McpServer::plainTitle( $arguments['caption'] ?? '' ) );
		$image   = sprintf( '<img src="%s" alt="%s" class="wp-image-%d"/>', esc_url( (string) wp_get_attachment_image_url( $media, $size ) ), self::inert( esc_attr( $alt ) ), $media );
		$figure  = sprintf( '<figure class="wp-block-image size-%s">%s%s</figure>', esc_attr( $size ), $image, '' === $caption ? '' : '<figcaption class="wp-element-caption">' . self::inert( esc_html( $caption ) ) . '</figcaption>' );
		$marks   = [
			'id'              => $media,
			'sizeSlug'        => $size,
			'linkDestination' => 'none',
		];
		return '<!-- wp:image ' . serialize_block_attributes( $marks ) . " -->\n$figure\n<!-- /wp:image -->";
	}

	/** Keeps WordPress from reading a shortcode in a text. */
	private static function inert( string $html ): string {
		return str_replace( [ '[', ']' ], [ '&#091;', '&#093;' ], $html );
	}

	private static function refused( \WP_Post $post, string $why ): Denied {
		return new Denied( 'arguments_invalid', $why, Posts::target( $post->ID ) );
	}
}
