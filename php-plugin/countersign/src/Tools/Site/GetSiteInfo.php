<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Site;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `get_site_info`: returns the site's title, address, language and time zone, and its post types and taxonomies. */
final class GetSiteInfo {

	/**
	 * @param array<string, mixed> $arguments Empty.
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$types = Posts::types();
		/** @var array<string, \WP_Taxonomy> $taxonomies */
		$taxonomies = get_taxonomies(
			[
				'show_in_rest' => true,
				'public'       => true,
			],
			'objects'
		);
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
		];
	}
}
