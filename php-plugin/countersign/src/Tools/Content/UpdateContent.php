<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;

/** Tool `update_content`. */
final class UpdateContent {

	private const FIELDS = [
		'title'   => 'post_title',
		'content' => 'post_content',
		'excerpt' => 'post_excerpt',
	];

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post = Posts::permitted( $arguments['id'], 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		$this->require_unchanged( $post, $arguments['expected_modified'] ?? null );
		$fields = [ 'ID' => $post->ID ];
		foreach ( self::FIELDS as $argument => $field ) {
			if ( isset( $arguments[ $argument ] ) ) {
				$fields[ $field ] = $arguments[ $argument ];
			}
		}
		if ( isset( $arguments['slug'] ) ) {
			$fields['post_name'] = sanitize_title( $arguments['slug'] );
		}
		$call->ensure_live();
		// WordPress keeps what is saved, not what was there: content that was never edited would be gone.
		wp_save_post_revision( $post->ID );
		return Result::structured( Posts::summary( Posts::save( $fields ) ) )->about( Posts::target( $post->ID ) );
	}

	private function require_unchanged( \WP_Post $post, ?string $expected ): void {
		if ( null === $expected ) {
			return;
		}
		$modified = Posts::moment( $post, 'modified' );
		if ( null === $modified || strtotime( $modified ) !== strtotime( $expected ) ) {
			throw new Denied( 'target_state', 'Someone changed the item since: call get_post again.', Posts::target( $post->ID ) );
		}
	}
}
