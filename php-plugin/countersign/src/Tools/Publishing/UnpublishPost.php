<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `unpublish_post`: makes a published, private or scheduled item a draft. */
final class UnpublishPost implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post', 'publish_post' );
		Posts::require_status( $post, [ 'publish', 'private', 'future' ] );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$warnings = match ( $post->post_status ) {
			'publish' => [ 'The item is public, and would disappear from the site immediately.' ],
			'future'  => [ 'The item is scheduled for ' . Posts::moment( $post, 'date' ) . ', and would not be published then.' ],
			default   => [ 'The item would become a draft, which others with access to drafts can edit.' ],
		};
		if ( in_array( $post->ID, [ (int) get_option( 'page_on_front' ), (int) get_option( 'page_for_posts' ) ], true ) ) {
			$warnings[] = 'It is the front page or the posts page of this site.';
		}
		return $warnings;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post   = $this->check( $arguments );
		$fields = [
			'ID'          => $post->ID,
			'post_status' => 'draft',
		];
		PostChange::run( $call, $post->ID, [ 'post_status' ], static fn() => Posts::save( $fields ) );
		return Result::structured( Posts::written( Posts::changed( $post->ID ), $call ) )->about( Posts::target( $post->ID ) );
	}
}
