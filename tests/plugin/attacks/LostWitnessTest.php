<?php
/**
 * Who: A, who writes rows of the database of a site that loses its witness, such as one in a container.
 * Has: the row of a connection as it was before it was revoked.
 * Does: removes the row and the beacon before an administrator confirms that the database is current, and puts the row back
 *       afterwards.
 * Gets: nothing: the new witness does not know the connection, so it must be younger than the witness.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Revision;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Records;
use Countersign\Tests\Agent;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** What a lost witness knew is not undone by rows that were hidden. */
final class LostWitnessTest extends StateTest {

	public function test_a_hidden_row_is_not_believed_afterwards(): void {
		global $wpdb;
		$site  = Plugin::composition();
		$data  = Site::connect()->connection()->data();
		$id    = Records::newId();
		$table = Site::table( 'connections' );
		// A connection of a time long ago: the version is that time.
		$site->records_writer()->write(
			EntryDraft::admin( 'grant', 'connection.created', "connection:$id" ),
			[ new Revision( 'connection', $id, 1000, $data ) ],
			static fn( \Closure $text ): array => [ $site->connections()->inserting( $id, $data, 1000, $text ) ]
		);
		$agent = new Agent( $id );
		$agent->do( 'whoami' );
		$row = $wpdb->get_row( "SELECT * FROM $table WHERE id = $id", ARRAY_A );
		$site->manager()->revoke( $agent->connection() );
		$wpdb->delete( $table, [ 'id' => $id ] );
		Site::plant( SealedOptions::BEACON, null );
		self::lose_witness();
		self::answer( 'Is the database of this site current?', 'countersign_continue' );
		self::assertNull( self::state() );
		$wpdb->insert( $table, $row );
		$epoch = Plugin::composition()->extension()->records()->siteEpoch();
		self::assertRefused( 'record_rolled_back', new Agent( $id, Agent::issue( $id, $epoch ) ), 'whoami' );
		$new = Site::connect();
		( new Agent( $new->id, Agent::issue( $new->id, $epoch ) ) )->do( 'whoami' );
	}
}
