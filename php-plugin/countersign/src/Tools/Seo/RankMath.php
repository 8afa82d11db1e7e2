<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

defined( 'ABSPATH' ) || exit;

/** Fields of Rank Math, which keeps them in metadata with the prefix `rank_math_`, and its robots as a list. */
final class RankMath implements SeoAdapter {

	private const ROBOTS = 'rank_math_robots';

	private const IMAGE_ID = 'rank_math_facebook_image_id';

	private readonly MetaFields $texts;

	/** Names the metadata of the texts. */
	public function __construct() {
		$this->texts = new MetaFields(
			[
				'title'          => 'rank_math_title',
				'description'    => 'rank_math_description',
				'keyphrase'      => 'rank_math_focus_keyword',
				'canonical'      => 'rank_math_canonical_url',
				'og_title'       => 'rank_math_facebook_title',
				'og_description' => 'rank_math_facebook_description',
				'og_image'       => 'rank_math_facebook_image',
			]
		);
	}

	/** {@inheritDoc} */
	public function name(): string {
		return 'Rank Math';
	}

	/** {@inheritDoc} */
	public function is_active(): bool {
		return defined( 'RANK_MATH_VERSION' );
	}

	/** {@inheritDoc} */
	public function read( array $ids ): array {
		update_meta_cache( 'post', $ids );
		$fields = [];
		foreach ( $ids as $id ) {
			$robots        = self::robots( $id );
			$fields[ $id ] = $this->texts->read( $id ) + [
				'noindex'  => [] === $robots ? null : in_array( 'noindex', $robots, true ),
				'nofollow' => [] === $robots ? null : in_array( 'nofollow', $robots, true ),
			];
		}
		return $fields;
	}

	/** {@inheritDoc} */
	public function write( int $id, array $fields ): void {
		$image = $fields['og_image'] ?? null;
		if ( array_key_exists( 'og_image', $fields ) ) {
			$fields['og_image'] = $image['url'] ?? '';
			MetaFields::set( $id, self::IMAGE_ID, (string) ( $image['id'] ?? '' ) );
		}
		$this->texts->write( $id, $fields );
		if ( isset( $fields['noindex'] ) || isset( $fields['nofollow'] ) ) {
			update_post_meta( $id, self::ROBOTS, self::with( self::robots( $id ), $fields['noindex'] ?? null, $fields['nofollow'] ?? null ) );
		}
	}

	/** @return list<string> The directives of a post. Empty if those of the post type apply. */
	private static function robots( int $id ): array {
		return array_values( array_filter( (array) get_post_meta( $id, self::ROBOTS, true ), static fn( mixed $word ): bool => is_string( $word ) && '' !== $word ) );
	}

	/**
	 * Returns directives with others instead. The list replaces the one of the post type, so it says `index` too.
	 *
	 * @param list<string> $robots
	 *
	 * @return list<string>
	 */
	private static function with( array $robots, ?bool $noindex, ?bool $nofollow ): array {
		$noindex ??= in_array( 'noindex', $robots, true );
		$nofollow ??= in_array( 'nofollow', $robots, true );
		$others     = array_diff( $robots, [ 'index', 'noindex', 'nofollow' ] );
		return [ $noindex ? 'noindex' : 'index', ...( $nofollow ? [ 'nofollow' ] : [] ), ...array_values( $others ) ];
	}
}
