<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

defined( 'ABSPATH' ) || exit;

/**
 * Finds what is unfinished about an item that is about to be published. A missing featured image is not one of it, as no tool
 * could add one.
 */
final class Readiness {

	/**
	 * Returns one English sentence for each finding.
	 *
	 * @return list<string>
	 */
	public static function warnings( \WP_Post $post ): array {
		$warnings = [];
		if ( '' === trim( $post->post_title ) ) {
			$warnings[] = 'It has no title.';
		}
		if ( '' === trim( $post->post_content ) ) {
			$warnings[] = 'It has no content.';
		}
		if ( '' !== $post->post_password ) {
			$warnings[] = 'It is protected by a password.';
		}
		return $warnings;
	}
}
