<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Tool `create_draft`: creates a draft. */
final class CreateDraft {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$type = Posts::type( $arguments['type'] ?? 'post' );
		if ( ! current_user_can( $type->cap->create_posts ) ) {
			throw new Denied( 'capability_denied' );
		}
		$call->ensure_live();
		$sent = array_filter( array_map( static fn( string $argument ): ?string => $arguments[ $argument ] ?? null, Posts::ARGUMENTS ), is_string( ... ) );
		$kept = $sent;
		array_walk( $kept, static function ( string &$value, string $column ): void {
			$value = Posts::tidy( $column, $value );
		} );
		$post = Posts::save(
			[
				'post_type'   => $type->name,
				'post_status' => 'draft',
				'post_author' => get_current_user_id(),
				'post_parent' => $this->parent( $type, $arguments['parent'] ?? null ),
				'post_name'   => sanitize_title( $sent['post_name'] ?? '' ),
			] + $kept + [
				'post_content' => '',
				'post_excerpt' => '',
			]
		);
		return Result::structured( Posts::written( $post, $call, $sent ) )->about( Posts::target( $post->ID ) );
	}

	private function parent( \WP_Post_Type $type, ?int $id ): int {
		if ( null === $id ) {
			return 0;
		}
		if ( ! $type->hierarchical ) {
			throw new Denied( 'arguments_invalid', "Items of the type '$type->name' cannot have a parent." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$parent = Posts::readable( $id );
		if ( $parent->post_type !== $type->name || 'trash' === $parent->post_status ) {
			throw new Denied( 'arguments_invalid', "The parent is not of the type '$type->name', or it is in the trash." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $parent->ID;
	}
}
