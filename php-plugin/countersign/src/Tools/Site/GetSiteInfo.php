<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Site;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Content\TermChoice;

defined( 'ABSPATH' ) || exit;

/** Tool `get_site_info`: returns the site's title, address, language and time zone, its post types and taxonomies, and the limits of the tools. */
final class GetSiteInfo {

	/**
	 * @param array<string, mixed> $arguments Empty.
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$types = Posts::types();
		$taxonomies = TermChoice::taxonomies();
		return [
			'name'              => Posts::plain( (string) get_option( 'blogname' ) ),
			'description'       => Posts::plain( (string) get_option( 'blogdescription' ) ),
			'url'               => home_url( '/' ),
			'language'          => get_bloginfo( 'language' ),
			'timezone'          => wp_timezone_string(),
			'wordpress_version' => wp_get_wp_version(),
			'post_types'        => array_map(
				static fn( \WP_Post_Type $type ): array => [
					'name'         => $type->name,
					'label'        => Posts::plain( $type->label ),
					'hierarchical' => $type->hierarchical,
					'taxonomies'   => array_keys( TermChoice::taxonomies( $type->name ) ),
					'templates'    => (object) wp_get_theme()->get_page_templates( null, $type->name ),
					'supports'     => array_values( array_filter( [ 'excerpt', 'thumbnail', 'revisions', 'custom-fields' ], static fn( string $feature ): bool => post_type_supports( $type->name, $feature ) ) ),
				],
				array_values( $types )
			),
			'taxonomies'        => array_map(
				static fn( \WP_Taxonomy $taxonomy ): array => [
					'name'       => $taxonomy->name,
					'label'      => Posts::plain( $taxonomy->label ),
					'post_types' => array_values( array_intersect( $taxonomy->object_type, array_keys( $types ) ) ),
				],
				array_values( $taxonomies )
			),
			'limits'            => [
				'items_per_call' => 50,
				'content_bytes'  => Posts::MAX_CONTENT,
				'upload_bytes'   => (int) wp_max_upload_size(),
				'days_in_trash'  => (int) EMPTY_TRASH_DAYS,
			],
		];
	}
}
