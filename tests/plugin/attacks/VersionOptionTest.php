<?php
/**
 * Who: A, who writes options and rows of the database.
 * Has: a connection of the preset `read_only`, and a row of its own that never had a record.
 * Does: writes its columns, removes the record, and resets the option with the number of the last migration, so that all migrations run again.
 * Gets: Nothing: migrations seal nothing, and the site keeps its identity. Old rows are sealed only at the confirmed request of an administrator.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;
use Countersign\Tests\Agent;
use Countersign\Tests\Http;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** Resetting the number of the last migration seals nothing. */
final class VersionOptionTest extends RecordAttack {

	public function test_migrations_seal_nothing(): void {
		$agent = Site::connect( preset: 'read_only' );
		$row   = self::row( 'connections', $agent->id );
		$own   = new Agent( random_int( 1, 1 << 40 ) );
		self::write( 'connections', $agent->id, [ 'record' => null, 'version' => 0, 'permissions' => Json::encode( Access::groups() ) ] );
		self::restore( 'connections', [ 'id' => $own->id, 'record' => null, 'version' => 0, 'user_id' => Site::user( 'admin' ), 'permissions' => Json::encode( Access::groups() ) ] + $row );
		foreach ( [ 0, 1, 'x' ] as $number ) {
			update_option( Schema::OPTION, $number );
			Http::get( home_url( '/?rest_route=/' ) );
			wp_cache_flush();
			self::assertGreaterThanOrEqual( 2, (int) Site::option( Schema::OPTION ) );
			self::assertNull( self::row( 'connections', $agent->id )['record'] );
			self::assertNull( self::row( 'connections', $own->id )['record'] );
		}
		self::assertMissing( $agent );
		self::assertDenied( 'record_unsealed', $own );
		self::restore( 'connections', $row );
		$agent->do( 'whoami' );
		$GLOBALS['wpdb']->delete( Site::table( 'connections' ), [ 'id' => $own->id ] );
	}
}
