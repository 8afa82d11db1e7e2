<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `publish_post`: publishes a draft, pending or scheduled item. */
final class PublishPost implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post', 'publish_post' );
		Posts::require_status( $post, [ 'draft', 'pending', 'future' ] );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$warnings = [ 'The item becomes public immediately.' ];
		if ( 'future' === $post->post_status ) {
			$warnings[] = 'It is scheduled for ' . Posts::moment( $post, 'date' ) . ', and would be published now instead.';
		}
		return [ ...$warnings, ...Readiness::warnings( $post ) ];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post   = $this->check( $arguments );
		$fields = [
			'ID'          => $post->ID,
			'post_status' => 'publish',
		];
		if ( $post->post_date_gmt > gmdate( 'Y-m-d H:i:s' ) ) {
			// With a date in the future WordPress would schedule the item and not publish it.
			$fields += [
				'post_date'     => current_time( 'mysql' ),
				'post_date_gmt' => current_time( 'mysql', true ),
				'edit_date'     => true,
			];
		}
		PostChange::run( $call, $post->ID, [ 'post_status', 'post_name', 'post_date', 'post_date_gmt' ], static fn() => Posts::save( $fields ) );
		return Result::structured( Posts::written( Posts::changed( $post->ID ), $call ) )->about( Posts::target( $post->ID ) );
	}
}
