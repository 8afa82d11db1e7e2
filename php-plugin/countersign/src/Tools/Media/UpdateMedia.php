<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Publishing\ReviewableItems;
use Countersign\Plugin\Uploads\Acceptance;

defined( 'ABSPATH' ) || exit;

/** Tool `update_media`: changes title, alternative text, caption and description of items of the media library. */
final class UpdateMedia implements ReviewableItems {

	/** Column => argument. */
	private const COLUMNS = [
		'post_title'   => 'title',
		'post_excerpt' => 'caption',
		'post_content' => 'description',
	];

	/** {@inheritDoc} */
	public function targets( array $arguments ): array {
		$ids = array_values( array_unique( array_map( static fn( mixed $item ): int => (int) ( $item['id'] ?? 0 ), (array) ( $arguments['items'] ?? [] ) ) ) );
		_prime_post_caches( $ids, false, true );
		return array_values( array_filter( $ids, MediaItems::is_readable( ... ) ) );
	}

	/** {@inheritDoc} */
	public function check_items( array $arguments ): array {
		$items = array_values( (array) ( $arguments['items'] ?? [] ) );
		self::refuse_twice( $items );
		return array_map( static fn( array $item ): \WP_Post => self::check( $item ), $items );
	}

	/** {@inheritDoc} */
	public function item_warnings( \WP_Post $post, array $arguments ): array {
		$item = array_column( (array) ( $arguments['items'] ?? [] ), null, 'id' )[ $post->ID ] ?? [];
		$old  = MediaItems::alt( $post->ID );
		return isset( $item['alt'] ) && '' !== $old && $old !== $item['alt'] ? [ 'It has an alternative text, which would be replaced.' ] : [];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		self::refuse_twice( $arguments['items'] );
		$results = Items::run( $call, $arguments['items'], static fn( array $item ): array => self::update( $item, $call ), 'media' );
		return Result::structured(
			[
				'results' => $results,
				'changed' => count( array_filter( $results, static fn( array $result ): bool => $result['ok'] && ( $result['changed'] ?? false ) ) ),
			]
		);
	}

	/**
	 * Updates one item.
	 *
	 * @param array<string, mixed> $item
	 *
	 * @return array<string, mixed> `changed`, and `stored` with what WordPress stored differently from what was sent.
	 */
	private static function update( array $item, Call $call ): array {
		$post   = self::check( $item );
		$stored = StoredPost::read( $post->ID )?->post() ?? throw new Denied( 'target_not_found', null, MediaItems::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$fields = self::changed( $stored, $item );
		$alt    = isset( $item['alt'] ) ? Acceptance::line( $item['alt'] ) : null;
		$old    = MediaItems::alt( $post->ID );
		$alt    = $alt === $old || ( $item['alt'] ?? null ) === $old ? null : $alt;
		if ( [] !== $fields || null !== $alt ) {
			$act = static function () use ( $post, $fields, $alt ): void {
				if ( [] !== $fields ) {
					Posts::save( [ 'ID' => $post->ID ] + $fields );
				}
				if ( null !== $alt && false === update_post_meta( $post->ID, MediaItems::ALT, wp_slash( $alt ) ) ) {
					throw new Denied( 'tool_failed', 'WordPress could not store the alternative text.', MediaItems::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
				}
			};
			PostChange::run( $call, $post->ID, array_keys( $fields ), $act );
		}
		return self::answer( $post->ID, $item ) + [ 'changed' => [] !== $fields || null !== $alt ];
	}

	/**
	 * Returns an item that the current user may change.
	 *
	 * @param array<string, mixed> $item
	 */
	private static function check( array $item ): \WP_Post {
		$post = MediaItems::editable( (int) ( $item['id'] ?? 0 ) );
		if ( isset( $item['alt'] ) && ! wp_attachment_is_image( $post ) ) {
			throw new Denied( 'target_state', 'Only images have an alternative text.', MediaItems::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $post;
	}

	/**
	 * Returns what differs from the stored item.
	 *
	 * @param array<string, mixed> $item
	 *
	 * @return array<string, string> Column => new value.
	 */
	private static function changed( \WP_Post $post, array $item ): array {
		$fields = [];
		foreach ( self::COLUMNS as $column => $argument ) {
			$sent = $item[ $argument ] ?? $post->$column;
			// What list_media and get_media show can be sent back: there, entities are decoded.
			$tidy = $sent === $post->$column || Posts::plain( $post->$column ) === $sent ? $post->$column : Posts::tidy( $column, $sent );
			if ( $tidy !== $post->$column ) {
				$fields[ $column ] = $tidy;
			}
		}
		return $fields;
	}

	/**
	 * @param array<string, mixed> $item
	 *
	 * @return array<string, mixed>
	 */
	private static function answer( int $id, array $item ): array {
		$post   = Posts::changed( $id );
		$stored = [];
		foreach ( self::COLUMNS as $column => $argument ) {
			$now = Posts::plain( $post->$column );
			if ( isset( $item[ $argument ] ) && $now !== $item[ $argument ] && $post->$column !== $item[ $argument ] ) {
				$stored[ $argument ] = $now;
			}
		}
		$alt = MediaItems::alt( $id );
		if ( isset( $item['alt'] ) && $alt !== $item['alt'] ) {
			$stored['alt'] = $alt;
		}
		return [] === $stored ? [] : [ 'stored' => $stored ];
	}

	/**
	 * Refuses a call that names an item twice: which of its texts is meant is not known.
	 *
	 * @param list<array<string, mixed>> $items
	 */
	private static function refuse_twice( array $items ): void {
		$ids = array_column( $items, 'id' );
		if ( count( array_unique( $ids ) ) < count( $ids ) ) {
			throw new Denied( 'arguments_invalid', 'An item is named twice. Name each item once.' );
		}
	}
}
