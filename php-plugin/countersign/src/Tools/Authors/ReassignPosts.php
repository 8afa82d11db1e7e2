<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Authors;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Publishing\ReviewableItems;

defined( 'ABSPATH' ) || exit;

/** Tool `reassign_posts`: makes somebody else the author of items. The extension has checked that the connection may choose this author. */
final class ReassignPosts implements ReviewableItems {

	/** {@inheritDoc} */
	public function targets( array $arguments ): array {
		return array_values( array_filter( array_map( static fn( int $id ): ?int => Posts::seen( [ 'id' => $id ] ), array_map( intval( ... ), (array) ( $arguments['ids'] ?? [] ) ) ) ) );
	}

	/** {@inheritDoc} */
	public function check_items( array $arguments ): array {
		return array_map( static fn( int $id ): \WP_Post => self::check( $id, (int) $arguments['author'] ), $arguments['ids'] );
	}

	/** {@inheritDoc} */
	public function item_warnings( \WP_Post $post, array $arguments ): array {
		$author = (int) $arguments['author'];
		if ( (int) $post->post_author === $author ) {
			return [ 'The author stays the same.' ];
		}
		return [ sprintf( 'The author changes from %s to %s.', self::name( (int) $post->post_author ), self::name( $author ) ) ];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$author = (int) $arguments['author'];
		$each   = static function ( int $id ) use ( $call, $author ): array {
			$post = self::check( $id, $author );
			if ( (int) $post->post_author !== $author ) {
				PostChange::run(
					$call,
					$id,
					[ 'post_author' ],
					static fn() => Posts::save(
						[
							'ID'          => $id,
							'post_author' => $author,
						]
					)
				);
			}
			return [ 'author' => Posts::author( (int) Posts::changed( $id )->post_author ) ];
		};
		return Result::structured( [ 'results' => Items::run( $call, $arguments['ids'], $each ) ] );
	}

	/** @throws Denied If the item could not be given to this author. */
	private static function check( int $id, int $author ): \WP_Post {
		$post = Posts::permitted( $id, 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		$type = Posts::type( $post->post_type );
		if ( ! current_user_can( $type->cap->edit_others_posts ) ) {
			throw new Denied( 'capability_denied', null, Posts::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( ! post_type_supports( $type->name, 'author' ) || ! Authors::can_write( $author, $type ) ) {
			throw new Denied( 'arguments_invalid', "The new author cannot write items of the type $type->name. Call list_authors with this type.", Posts::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $post;
	}

	private static function name( int $author ): string {
		$name = \Countersign\McpServer::plainTitle( Posts::author( $author )['name'] );
		return '' === $name ? 'nobody' : "“{$name}”";
	}
}
