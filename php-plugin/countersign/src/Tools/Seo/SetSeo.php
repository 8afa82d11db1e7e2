<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

use Countersign\McpServer;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Media\MediaItems;
use Countersign\Plugin\Tools\Publishing\ReviewableItems;

defined( 'ABSPATH' ) || exit;

/** Tool `set_seo`: sets fields of the site's SEO plugin for several items. */
final class SetSeo implements ReviewableItems {

	private const TEXTS = [ 'title', 'description', 'keyphrase', 'og_title', 'og_description' ];

	/** {@inheritDoc} */
	public function targets( array $arguments ): array {
		return array_values( array_filter( array_map( Posts::seen( ... ), (array) ( $arguments['items'] ?? [] ) ) ) );
	}

	/** {@inheritDoc} */
	public function check_items( array $arguments ): array {
		SeoPlugins::active();
		return array_map( self::check( ... ), $arguments['items'] );
	}

	/** {@inheritDoc} */
	public function item_warnings( \WP_Post $post, array $arguments ): array {
		$item     = array_column( $arguments['items'], null, 'id' )[ $post->ID ] ?? [];
		$warnings = [];
		if ( $item['noindex'] ?? false ) {
			$warnings[] = 'Search engines no longer show the item.';
		}
		$canonical = (string) ( $item['canonical'] ?? '' );
		if ( '' !== $canonical && self::address( $canonical ) !== self::address( (string) get_permalink( $post ) ) ) {
			$warnings[] = 'Search engines show another address instead of the item.';
		}
		return $warnings;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$plugin = SeoPlugins::active();
		$each = static function ( array $item ) use ( $call, $plugin ): array {
			$post   = self::check( $item );
			$fields = self::fields( $item );
			PostChange::run( $call, $post->ID, [], static fn() => $plugin->write( $post->ID, $fields ) );
			return array_intersect_key( $plugin->read( [ $post->ID ] )[ $post->ID ], $fields );
		};
		return Result::structured( [ 'results' => Items::run( $call, $arguments['items'], $each ) ] );
	}

	/**
	 * @param array<string, mixed> $item
	 *
	 * @throws Denied If the fields of the item could not be set now.
	 */
	private static function check( array $item ): \WP_Post {
		$post = Posts::permitted( (int) $item['id'], 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		self::fields( $item );
		return $post;
	}

	/**
	 * Returns the fields of an item as an adapter takes them.
	 *
	 * @param array<string, mixed> $item
	 *
	 * @return array<string, mixed>
	 *
	 * @throws Denied `arguments_invalid`.
	 */
	private static function fields( array $item ): array {
		$fields = array_intersect_key( $item, array_flip( [ 'noindex', 'nofollow' ] ) );
		foreach ( array_intersect_key( $item, array_flip( self::TEXTS ) ) as $field => $text ) {
			$fields[ $field ] = self::text( $text );
		}
		if ( isset( $item['canonical'] ) ) {
			$url = sanitize_url( $item['canonical'], [ 'http', 'https' ] );
			if ( '' !== $item['canonical'] && ( null === self::address( $url ) || ! preg_match( '~^https?://~i', $item['canonical'] ) ) ) {
				throw new Denied( 'arguments_invalid', 'The argument canonical is not an address that begins with https:// or http://.', Posts::target( (int) $item['id'] ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			$fields['canonical'] = $url;
		}
		if ( isset( $item['og_image'] ) ) {
			$fields['og_image'] = 0 === $item['og_image'] ? null : self::image( $item['og_image'], (int) $item['id'] );
		}
		return $fields;
	}

	/**
	 * Returns a text as one line without markup. Not `sanitize_text_field()`, which removes the beginning of variables such as
	 * `%%category%%` as an encoded character.
	 */
	private static function text( string $text ): string {
		return McpServer::plainTitle( trim( wp_strip_all_tags( wp_pre_kses_less_than( wp_check_invalid_utf8( $text ) ), true ) ) );
	}

	/**
	 * @return array{id: int, url: string}
	 *
	 * @throws Denied `arguments_invalid`.
	 */
	private static function image( int $id, int $post ): array {
		try {
			$item = MediaItems::readable( $id );
		} catch ( Denied ) {
			$item = null;
		}
		$url = $item && wp_attachment_is_image( $item ) ? wp_get_attachment_url( $id ) : false;
		return false !== $url
			? [
				'id'  => $id,
				'url' => $url,
			]
			: throw new Denied( 'arguments_invalid', 'The argument og_image is not the id of an image of the media library. Call list_media to find one.', Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	/** Returns host and path of an address for a comparison, or null if it has no host or is not of the web. */
	private static function address( string $url ): ?string {
		$parts = wp_parse_url( $url );
		$is_of = is_array( $parts ) && in_array( $parts['scheme'] ?? '', [ 'http', 'https' ], true ) && isset( $parts['host'] );
		return $is_of ? strtolower( $parts['host'] ) . ':' . ( $parts['port'] ?? '' ) . untrailingslashit( $parts['path'] ?? '' ) . '?' . ( $parts['query'] ?? '' ) : null;
	}
}
