<?php
/**
 * Who: A, who restores rows from a copy of the database.
 * Has: the row of a connection from before an administrator took permissions from it.
 * Does: puts it back.
 * Gets: `record_rolled_back` for every call, and a notice for people; the witness outside the database knows the newer version. The client keeps its tokens, and can act again when the current row is back.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A record that was brought back gives nothing. */
final class OldRecordTest extends RecordAttack {

	/** @return array<string, array{callable(\Countersign\Plugin\Connections\Connection): mixed}> */
	public function changes(): array {
		return [
			'permissions taken away' => [ static fn( $connection ) => self::manager()->set_groups( $connection, [ 'read' ] ) ],
			'a lower limit'          => [ static fn( $connection ) => self::manager()->set_limit( $connection, [ 'max' => 9, 'window' => 60 ] ) ],
			'another name'           => [ static fn( $connection ) => self::manager()->rename( $connection, 'Renamed' ) ],
			'resumed after a pause'  => [ static function ( $connection ): void {
				self::manager()->pause( $connection );
				self::manager()->resume( $connection );
			} ],
		];
	}

	/** @dataProvider changes */
	public function test_an_older_row_is_refused( callable $change ): void {
		$agent = Site::connect();
		$old   = self::row( 'connections', $agent->id );
		$change( $agent->connection() );
		$new = self::row( 'connections', $agent->id );
		$agent->do( 'whoami' );
		self::restore( 'connections', $old );
		self::assertRolledBack( $agent );
		self::restore( 'connections', $new );
		$agent->do( 'whoami' );
	}
}
