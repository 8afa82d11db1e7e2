<?php
/**
 * Who: A, who delays a replica of the database; or an honest replica that lags.
 * Has: a site with a drop-in that reads from replicas.
 * Does: shows the row of a connection from before its last change.
 * Gets: An honest site is not locked out: the row is read once more from the primary, by the method of the drop-in or by a locking read. Only if it is older there too, it is refused.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A row that is behind is read again from the primary. */
final class LaggingReplicaTest extends RecordAttack {

	public function test_a_row_that_is_behind_is_read_from_the_primary(): void {
		$agent = Site::connect();
		$old   = self::row( 'connections', $agent->id )['record'];
		self::manager()->pause( $agent->connection() );
		$reader = Plugin::composition()->reader();
		$opened = $reader->open( 'connection', $agent->id, $old );
		self::assertInstanceOf( \Countersign\Record::class, $opened );
		self::assertSame( $agent->connection()->version, $opened->version(), 'the row of the primary' );
		self::assertSame( Connection::PAUSED, Json::decode( $opened->data() )['state'] );
		self::write( 'connections', $agent->id, [ 'record' => $old ] );
		$opened = $reader->open( 'connection', $agent->id, $old );
		self::assertInstanceOf( \Countersign\Decision::class, $opened );
		self::assertSame( 'record_rolled_back', $opened->reason() );
	}

	public function test_the_method_of_a_drop_in_is_used(): void {
		global $wpdb;
		$agent = Site::connect();
		$old   = self::row( 'connections', $agent->id )['record'];
		self::manager()->pause( $agent->connection() );
		$new  = self::row( 'connections', $agent->id )['record'];
		$real = $wpdb;
		Plugin::composition()->sealed_options()->get( SealedOptions::SITE );
		$dropin = new class( $new ) {
			public int $sent          = 0;
			public string $last_error = '';
			public string $prefix;
			public string $options;

			public function __construct( private readonly string $record ) {
				$this->prefix  = $GLOBALS['wpdb']->prefix;
				$this->options = $GLOBALS['wpdb']->options;
			}

			public function send_reads_to_masters(): void {
				++$this->sent;
			}

			public function prepare( string $sql, mixed ...$values ): string {
				return $sql;
			}

			public function get_var( string $sql ): string {
				return $this->record;
			}
		};
		$wpdb = $dropin; // phpcs:ignore
		try {
			$opened = Plugin::composition()->reader()->open( 'connection', $agent->id, $old );
		} finally {
			$wpdb = $real; // phpcs:ignore
		}
		self::assertSame( 1, $dropin->sent );
		self::assertInstanceOf( \Countersign\Record::class, $opened );
	}
}
