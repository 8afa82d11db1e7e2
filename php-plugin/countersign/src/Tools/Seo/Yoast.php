<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

defined( 'ABSPATH' ) || exit;

/**
 * Fields of Yoast SEO, which keeps them in metadata with the prefix `_yoast_wpseo_`. Its documentation says to change them with
 * `update_post_meta()`; it then sanitizes them, and renews its table of indexables at the end of the request.
 */
final class Yoast implements SeoAdapter {

	private const PREFIX = '_yoast_wpseo_';

	private readonly MetaFields $texts;

	/** Names the metadata of the texts. */
	public function __construct() {
		$this->texts = new MetaFields(
			array_map(
				static fn( string $key ): string => self::PREFIX . $key,
				[
					'title'          => 'title',
					'description'    => 'metadesc',
					'keyphrase'      => 'focuskw',
					'canonical'      => 'canonical',
					'og_title'       => 'opengraph-title',
					'og_description' => 'opengraph-description',
					'og_image'       => 'opengraph-image',
				]
			)
		);
	}

	/** {@inheritDoc} */
	public function name(): string {
		return 'Yoast SEO';
	}

	/** {@inheritDoc} */
	public function is_active(): bool {
		return defined( 'WPSEO_VERSION' );
	}

	/** {@inheritDoc} */
	public function read( array $ids ): array {
		update_meta_cache( 'post', $ids );
		$fields = [];
		foreach ( $ids as $id ) {
			$fields[ $id ] = $this->texts->read( $id ) + [
				// 0 is the setting of the post type, 1 noindex, 2 index.
				'noindex'  => [
					'1' => true,
					'2' => false,
				][ MetaFields::text( $id, self::PREFIX . 'meta-robots-noindex' ) ] ?? null,
				'nofollow' => '1' === MetaFields::text( $id, self::PREFIX . 'meta-robots-nofollow' ),
			];
		}
		return $fields;
	}

	/** {@inheritDoc} */
	public function write( int $id, array $fields ): void {
		$image = $fields['og_image'] ?? null;
		if ( array_key_exists( 'og_image', $fields ) ) {
			$fields['og_image'] = $image['url'] ?? '';
			MetaFields::set( $id, self::PREFIX . 'opengraph-image-id', (string) ( $image['id'] ?? '' ) );
		}
		$this->texts->write( $id, $fields );
		if ( isset( $fields['noindex'] ) ) {
			MetaFields::set( $id, self::PREFIX . 'meta-robots-noindex', $fields['noindex'] ? '1' : '2' );
		}
		if ( isset( $fields['nofollow'] ) ) {
			MetaFields::set( $id, self::PREFIX . 'meta-robots-nofollow', $fields['nofollow'] ? '1' : '' );
		}
	}
}
