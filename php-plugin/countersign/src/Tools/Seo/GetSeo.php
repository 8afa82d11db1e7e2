<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `get_seo`: reads the SEO fields of items that the user may edit, as the plugins show them in their editors only. */
final class GetSeo {

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$plugin = SeoPlugins::active();
		$ids    = $arguments['ids'];
		_prime_post_caches( $ids, false, true );
		$fields = $plugin->read( array_values( array_filter( $ids, static fn( int $id ): bool => null !== get_post( $id ) ) ) );
		return [
			'plugin'  => $plugin->name(),
			'results' => Items::run(
				$call,
				$ids,
				static function ( int $id ) use ( $fields ): array {
					$post = Posts::permitted( $id, 'edit_post' );
					return [ 'post_title' => $post->post_title ] + $fields[ $id ];
				}
			),
		];
	}
}
