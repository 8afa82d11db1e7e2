<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Tools\Content\PostQuery;
use Countersign\Plugin\Tools\Content\Visibility;

defined( 'ABSPATH' ) || exit;

/** Tool `list_media`: lists or searches items of the media library that the user can see. */
final class ListMedia {

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$query = [
			'post_type'   => 'attachment',
			'post_status' => [ 'inherit', 'private' ],
			'orderby'     => [
				'date' => 'DESC',
				'ID'   => 'DESC',
			],
		];
		$condition = Visibility::media();
		if ( $arguments['missing_alt'] ?? false ) {
			$condition               = "($condition) AND " . self::has_no_alt();
			$query['post_mime_type'] = 'image';
		}
		if ( isset( $arguments['mime_type'] ) ) {
			$query['post_mime_type'] = $arguments['mime_type'];
		}
		$words = $arguments['query'] ?? null;
		$also  = static fn( string $search ): string => null === $words ? $search : self::search_meta_too( $search, $words );
		if ( null !== $words ) {
			$query['s'] = $words;
			add_filter( 'posts_search', $also );
		}
		try {
			return PostQuery::listing( 'media', $query, $condition, $arguments, MediaItems::listed( ... ) );
		} finally {
			remove_filter( 'posts_search', $also );
		}
	}

	/** Returns the condition that an item has no alternative text. A blank one counts as none. */
	private static function has_no_alt(): string {
		global $wpdb;
		return $wpdb->prepare( "NOT EXISTS (SELECT 1 FROM $wpdb->postmeta countersign_alt WHERE countersign_alt.post_id = $wpdb->posts.ID AND countersign_alt.meta_key = %s AND TRIM(countersign_alt.meta_value) <> '')", MediaItems::ALT );
	}

	/** Extends WordPress's search of title, caption and description to the file name and the alternative text, which are metadata. */
	private static function search_meta_too( string $search, string $words ): string {
		global $wpdb;
		$in_meta = $wpdb->prepare(
			"EXISTS (SELECT 1 FROM $wpdb->postmeta countersign_meta WHERE countersign_meta.post_id = $wpdb->posts.ID"
			. " AND countersign_meta.meta_key IN ('_wp_attached_file', '_wp_attachment_image_alt') AND countersign_meta.meta_value LIKE %s)",
			'%' . $wpdb->esc_like( $words ) . '%'
		);
		return " AND ((1 = 1 $search) OR $in_meta)";
	}
}
