<?php
/**
 * Who: A, who restores an old backup of the whole database, audit log included, and has an administrator acknowledge it.
 * Has: an access token, and a connection that was revoked after the backup.
 * Does: uses the token and the connection after the acknowledgement.
 * Gets: nothing: the epoch is new, so access tokens have ended, and the revoked connection is behind its witness.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** An acknowledged restore begins a new epoch. */
final class RestoredDatabaseTest extends StateTest {

	public function test_the_acknowledgement_begins_an_epoch(): void {
		global $wpdb;
		$kept    = Site::connect();
		$revoked = Site::connect();
		$rows    = $wpdb->get_results( 'SELECT * FROM ' . Site::table( 'connections' ), ARRAY_A );
		$head    = $wpdb->get_row( 'SELECT * FROM ' . Site::table( 'audit_head' ), ARRAY_A );
		Plugin::composition()->manager()->revoke( $revoked->connection() );
		$wpdb->query( 'DELETE FROM ' . Site::table( 'connections' ) );
		foreach ( $rows as $row ) {
			$wpdb->insert( Site::table( 'connections' ), $row );
		}
		$wpdb->query( $wpdb->prepare( 'DELETE FROM ' . Site::table( 'audit_entry' ) . ' WHERE seq >= %d', $head['size'] ) );
		$wpdb->query( $wpdb->prepare( 'DELETE FROM ' . Site::table( 'audit_checkpoint' ) . ' WHERE size > %d', $head['size'] ) );
		$wpdb->update( Site::table( 'audit_head' ), $head, [ 'id' => 1 ] );
		self::fresh();
		self::assertSame( 'audit_rollback', $kept->call( 'whoami' )->reason() );
		$admin = Person::of( 'admin' );
		$admin->post( admin_url( 'admin-post.php' ), Person::form( $admin->page( 'countersign-audit' ), 'countersign_acknowledge' ) );
		self::assertNull( self::state() );
		self::assertSame( [ 401, 'record_rolled_back' ], [ $kept->call( 'whoami' )->status, $revoked->call( 'whoami' )->reason() ] );
		self::assertSame( [ Connection::ACTIVE, 'record_rolled_back' ], [ $kept->connection()->state, $revoked->connection()->fault ] );
		// With tokens of the new epoch, as a refresh gives them.
		$epoch = Plugin::composition()->extension()->records()->siteEpoch();
		self::assertGreaterThan( 0, $epoch );
		self::assertNull( ( new Agent( $kept->id, Agent::issue( $kept->id, $epoch ) ) )->call( 'whoami' )->reason() );
		self::assertSame( 'record_rolled_back', ( new Agent( $revoked->id, Agent::issue( $revoked->id, $epoch ) ) )->call( 'whoami' )->reason() );
		self::assertStringContainsString( 'It was revoked after the backup was made, and stays revoked.', wp_strip_all_tags( $admin->page( 'countersign' )->body ) );
		Plugin::composition()->manager()->revoke( $revoked->connection() );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
		self::assertSame( Connection::REVOKED, $revoked->connection()->state );
	}
}
