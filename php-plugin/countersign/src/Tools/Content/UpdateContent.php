<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Tool `update_content`: changes title, content, excerpt or slug of a post. Does not change its status. */
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
		// WordPress stores revisions of what is saved. Content that was never edited has none yet, and would be lost.
		wp_save_post_revision( $post->ID );
		return Result::structured( Posts::summary( Posts::save( $fields ) ) )->about( Posts::target( $post->ID ) );
	}

	/**
	 * Refuses the call if the post was changed since the agent read it.
	 *
	 * @param string|null $expected The time of modification that the agent read, RFC 3339, or null to skip the check.
	 *
	 * @throws Denied `target_state`.
	 */
	private function require_unchanged( \WP_Post $post, ?string $expected ): void {
		if ( null === $expected ) {
			return;
		}
		$modified = Posts::moment( $post, 'modified' );
		if ( null === $modified || strtotime( $modified ) !== strtotime( $expected ) ) {
			throw new Denied( 'target_state', 'The item was changed after you read it. Call get_post again.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}
}
