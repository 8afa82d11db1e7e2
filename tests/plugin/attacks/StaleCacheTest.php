<?php
/**
 * Who: A, who delays or fills the object cache, or a cache that is out of date on another host.
 * Has: the rows of a connection and the sealed options from before a change.
 * Does: puts them into every group and key of the cache that WordPress or a plugin could use.
 * Gets: No effect: records are read from the database, never through a cache.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** No record is read through a cache. */
final class StaleCacheTest extends RecordAttack {

	public function test_cached_copies_have_no_effect(): void {
		$agent = Site::connect();
		$old   = self::row( 'connections', $agent->id );
		$names = [ SealedOptions::SITE, SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS ];
		$all   = wp_load_alloptions();
		self::manager()->pause( $agent->connection() );
		foreach ( $names as $name ) {
			$all[ $name ] = 'csr1.AAAA';
			wp_cache_set( $name, 'csr1.AAAA', 'options' );
		}
		wp_cache_set( 'alloptions', $all, 'options' );
		wp_cache_set( $agent->id, (object) $old, Site::table( 'connections' ) );
		$GLOBALS['wpdb']->last_result = [ (object) $old ];
		$options = Plugin::composition()->sealed_options();
		$options->forget();
		foreach ( $names as $name ) {
			self::assertNotSame( 'csr1.AAAA', $options->get( $name ) );
		}
		self::assertSame( 'paused', $agent->connection()->state );
		self::assertDenied( 'connection_paused', $agent );
	}

	public function test_filters_of_options_have_no_effect(): void {
		$options = Plugin::composition()->sealed_options();
		$before  = $options->get( SealedOptions::SITE );
		$filter  = static fn(): string => 'csr1.AAAA';
		foreach ( [ 'pre_option_', 'option_', 'default_option_' ] as $hook ) {
			add_filter( $hook . SealedOptions::SITE, $filter );
		}
		$options->forget();
		try {
			self::assertSame( $before, $options->get( SealedOptions::SITE ) );
		} finally {
			foreach ( [ 'pre_option_', 'option_', 'default_option_' ] as $hook ) {
				remove_filter( $hook . SealedOptions::SITE, $filter );
			}
		}
	}
}
