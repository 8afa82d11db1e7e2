<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

defined( 'ABSPATH' ) || exit;

/**
 * Reads and writes the fields that one SEO plugin keeps for a post.
 *
 * The fields are `title`, `description`, `keyphrase`, `canonical`, `og_title` and `og_description` (texts, '' if the plugin makes
 * the value from a template), `noindex` and `nofollow` (true, false, or null if the plugin's setting for the post type applies), and
 * `og_image` (the address of an image, or '').
 */
interface SeoAdapter {

	/** Returns the plugin's name for the agent, such as `Yoast SEO`. */
	public function name(): string;

	/** Tells whether the plugin is active on this site. Called in each call of a tool, so it should be cheap. */
	public function is_active(): bool;

	/**
	 * Reads the fields of posts.
	 *
	 * @param list<int> $ids Ids of posts that exist.
	 *
	 * @return array<int, array{title: string, description: string, keyphrase: string, canonical: string, noindex: bool|null, nofollow: bool|null, og_title: string, og_description: string, og_image: string}>
	 *         Id => fields.
	 */
	public function read( array $ids ): array;

	/**
	 * Writes fields of a post. The values were checked and have no markup; the current user may edit the post.
	 *
	 * @param int                                                                                                                                                                                                       $id     Id of the post.
	 * @param array{title?: string, description?: string, keyphrase?: string, canonical?: string, noindex?: bool, nofollow?: bool, og_title?: string, og_description?: string, og_image?: array{id: int, url: string}|null} $fields Those
	 *        that change. '' empties a text, and null the image.
	 */
	public function write( int $id, array $fields ): void;
}
