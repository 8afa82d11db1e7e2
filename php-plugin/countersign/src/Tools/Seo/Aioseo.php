<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

defined( 'ABSPATH' ) || exit;

/**
 * Fields of All in One SEO 4, which keeps them in the table `aioseo_posts`, one row for each post. They are written through its
 * model. It copies the texts to metadata for plugins that translate, and so does this class.
 *
 * Its function `savePost()` is not used: before version 4.9.8 it resets every field that is not passed.
 */
final class Aioseo implements SeoAdapter {

	private const MODEL = '\AIOSEO\Plugin\Common\Models\Post';

	/** Field => column. */
	private const TEXTS = [
		'title'          => 'title',
		'description'    => 'description',
		'canonical'      => 'canonical_url',
		'og_title'       => 'og_title',
		'og_description' => 'og_description',
	];

	/** Fields of which AIOSEO keeps a copy in metadata => its key. */
	private const COPIES = [
		'title'          => '_aioseo_title',
		'description'    => '_aioseo_description',
		'og_title'       => '_aioseo_og_title',
		'og_description' => '_aioseo_og_description',
	];

	/** {@inheritDoc} */
	public function name(): string {
		return 'AIOSEO';
	}

	/** {@inheritDoc} */
	public function is_active(): bool {
		return function_exists( 'aioseo' ) && class_exists( self::MODEL );
	}

	/** {@inheritDoc} */
	public function read( array $ids ): array {
		global $wpdb;
		$marks  = implode( ', ', array_fill( 0, count( $ids ), '%d' ) );
		$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}aioseo_posts WHERE post_id IN ($marks)", ...$ids ), ARRAY_A ); // phpcs:ignore WordPress.DB -- The table of AIOSEO; only placeholders; its model would need a query for each post.
		$rows   = array_column( is_array( $rows ) ? $rows : [], null, 'post_id' );
		$fields = [];
		foreach ( $ids as $id ) {
			$row           = $rows[ $id ] ?? [];
			$is_default    = ! isset( $row['robots_default'] ) || '1' === (string) $row['robots_default'];
			$fields[ $id ] = array_map( static fn( string $column ): string => (string) ( $row[ $column ] ?? '' ), self::TEXTS ) + [
				'keyphrase' => self::keyphrase( self::decoded( $row['keyphrases'] ?? null ) ),
				'noindex'   => $is_default ? null : '1' === (string) ( $row['robots_noindex'] ?? '' ),
				'nofollow'  => $is_default ? null : '1' === (string) ( $row['robots_nofollow'] ?? '' ),
				'og_image'  => 'custom_image' === ( $row['og_image_type'] ?? '' ) ? (string) ( $row['og_image_custom_url'] ?? '' ) : '',
			];
		}
		return $fields;
	}

	/** {@inheritDoc} */
	public function write( int $id, array $fields ): void {
		$post = ( self::MODEL )::getPost( $id );
		foreach ( array_intersect_key( self::TEXTS, $fields ) as $field => $column ) {
			$post->$column = '' === $fields[ $field ] ? null : $fields[ $field ];
		}
		if ( isset( $fields['keyphrase'] ) ) {
			$phrases                       = self::decoded( $post->keyphrases ?? null );
			$phrases['focus']              = is_array( $phrases['focus'] ?? null ) ? $phrases['focus'] : [];
			$phrases['focus']['keyphrase'] = $fields['keyphrase'];
			$phrases['additional']       ??= [];
			$post->keyphrases              = $phrases;
		}
		if ( isset( $fields['noindex'] ) || isset( $fields['nofollow'] ) ) {
			$was_default           = (bool) ( $post->robots_default ?? true );
			$post->robots_default  = false;
			$post->robots_noindex  = $fields['noindex'] ?? ( ! $was_default && $post->robots_noindex );
			$post->robots_nofollow = $fields['nofollow'] ?? ( ! $was_default && $post->robots_nofollow );
		}
		if ( array_key_exists( 'og_image', $fields ) ) {
			$url                       = $fields['og_image']['url'] ?? null;
			$post->og_image_type       = null === $url ? 'default' : 'custom_image';
			$post->og_image_custom_url = $url;
			$post->og_image_url        = $url;
			// AIOSEO finds them out again.
			$post->og_image_width  = null;
			$post->og_image_height = null;
		}
		$post->save();
		( new MetaFields( self::COPIES ) )->write( $id, $fields );
	}

	/** @return array<string, mixed> Keyphrases of a row or of the model, as arrays. */
	private static function decoded( mixed $keyphrases ): array {
		$decoded = json_decode( is_string( $keyphrases ) ? $keyphrases : (string) wp_json_encode( $keyphrases ), true );
		return is_array( $decoded ) ? $decoded : [];
	}

	/** @param array<string, mixed> $keyphrases */
	private static function keyphrase( array $keyphrases ): string {
		$focus = $keyphrases['focus']['keyphrase'] ?? '';
		return is_string( $focus ) ? $focus : '';
	}
}
