<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Finds the SEO plugin that is active on this site. */
final class SeoPlugins {

	/**
	 * Returns the adapter of the active SEO plugin. If several are active, the first one of the list is taken.
	 *
	 * @throws Denied `seo_plugin_missing`.
	 */
	public static function active(): SeoAdapter {
		/**
		 * Filters the adapters of SEO plugins that agents can use.
		 *
		 * Applied in each call of a tool for SEO fields, as the agent's user.
		 *
		 * @param list<SeoAdapter> $adapters In the order in which they are asked whether they are active.
		 */
		foreach ( (array) apply_filters( 'countersign_seo_adapters', [ new Yoast(), new RankMath(), new Aioseo() ] ) as $adapter ) {
			if ( $adapter instanceof SeoAdapter && $adapter->is_active() ) {
				return $adapter;
			}
		}
		throw new Denied( 'seo_plugin_missing' );
	}
}
