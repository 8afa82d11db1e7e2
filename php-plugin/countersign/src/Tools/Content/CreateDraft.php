<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/** Tool `create_draft`: creates a draft. Every argument is checked before anything is written. */
final class CreateDraft {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$type = Posts::type( $arguments['type'] ?? 'post' );
		if ( ! current_user_can( $type->cap->create_posts ) ) {
			throw new Denied( 'capability_denied' );
		}
		$sent = array_filter( array_map( static fn( string $argument ): ?string => $arguments[ $argument ] ?? null, Posts::ARGUMENTS ), is_string( ... ) );
		$kept = $sent;
		array_walk( $kept, static function ( string &$value, string $column ): void {
			$value = Posts::tidy( $column, $value );
		} );
		$fields = [
			'post_type'   => $type->name,
			'post_status' => 'draft',
			'post_author' => get_current_user_id(),
			'post_parent' => $this->parent( $type, $arguments['parent'] ?? null ),
			'post_name'   => sanitize_title( $sent['post_name'] ?? '' ),
		] + $kept + [
			'post_content' => '',
			'post_excerpt' => '',
		] + self::terms( $type, $arguments ) + self::date( $arguments['date'] ?? null );
		if ( isset( $arguments['featured_media'] ) ) {
			$fields['_thumbnail_id'] = self::image( $type, $arguments['featured_media'] );
		}
		if ( isset( $arguments['template'] ) ) {
			$fields['page_template'] = self::template( $type, $arguments['template'] );
		}
		$call->ensure_live();
		$post = Posts::save( $fields );
		return Result::structured( Posts::written( $post, $call, $sent ) )->about( Posts::target( $post->ID ) );
	}

	/**
	 * Returns the terms of the arguments.
	 *
	 * @param array<string, mixed> $arguments
	 *
	 * @return array{post_category?: list<int>, tax_input?: array<string, list<int>>}
	 *
	 * @throws Denied `arguments_invalid`, `capability_denied`.
	 */
	private static function terms( \WP_Post_Type $type, array $arguments ): array {
		$named = array_filter(
			[
				'category' => $arguments['categories'] ?? null,
				'post_tag' => $arguments['tags'] ?? null,
			],
			is_array( ... )
		);
		foreach ( $arguments['terms'] ?? [] as $taxonomy => $terms ) {
			$named[ (string) $taxonomy ] = [ ...( $named[ $taxonomy ] ?? [] ), ...$terms ];
		}
		$ids = [];
		foreach ( $named as $taxonomy => $terms ) {
			$ids[ $taxonomy ] = TermChoice::assignable( $taxonomy, $type->name, $terms );
		}
		// WordPress gives a post the default category unless it gets categories in this way.
		$categories = isset( $ids['category'] ) ? [ 'post_category' => $ids['category'] ] : [];
		unset( $ids['category'] );
		return $categories + ( [] === $ids ? [] : [ 'tax_input' => $ids ] );
	}

	/** @return array{post_date?: string, post_date_gmt?: string} */
	private static function date( ?string $text ): array {
		if ( null === $text ) {
			return [];
		}
		try {
			$date = new \DateTimeImmutable( $text );
		} catch ( \Exception ) {
			throw new Denied( 'arguments_invalid', 'The date is not in the format RFC 3339, such as 2026-12-24T08:00:00+01:00.' );
		}
		return [
			'post_date'     => $date->setTimezone( wp_timezone() )->format( 'Y-m-d H:i:s' ),
			'post_date_gmt' => $date->setTimezone( new \DateTimeZone( 'UTC' ) )->format( 'Y-m-d H:i:s' ),
		];
	}

	private static function image( \WP_Post_Type $type, int $id ): int {
		if ( ! post_type_supports( $type->name, 'thumbnail' ) || ! current_theme_supports( 'post-thumbnails', $type->name ) ) {
			throw new Denied( 'arguments_invalid', "Items of the type '$type->name' cannot have a featured image." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$image = StoredPost::current( $id );
		if ( null === $image || 'attachment' !== $image->post_type || StoredPost::is_in_circle( $id ) || ! current_user_can( 'read_post', $id ) ) {
			throw new Denied( 'arguments_invalid', 'There is no item in the media library with the id of featured_media, or the account cannot see it. Call list_media.' );
		}
		if ( ! wp_attachment_is_image( $image ) || '' === wp_get_attachment_image( $id, 'thumbnail' ) ) {
			throw new Denied( 'arguments_invalid', 'The item with the id of featured_media is not an image.' );
		}
		return $id;
	}

	private static function template( \WP_Post_Type $type, string $name ): string {
		$templates = array_keys( wp_get_theme()->get_page_templates( null, $type->name ) );
		if ( 'default' === $name || in_array( $name, $templates, true ) ) {
			return $name;
		}
		throw new Denied( 'arguments_invalid', "The theme has no such template for the type '$type->name'. " . ( [] === $templates ? 'It offers none.' : 'It offers: ' . implode( ', ', $templates ) . '.' ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
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
