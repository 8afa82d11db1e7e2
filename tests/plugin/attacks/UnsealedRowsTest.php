<?php
/**
 * Who: A, who can write rows of the database of a site that was updated from a version without records.
 * Has: a row of its own that acts as an administrator.
 * Does: puts it among the old rows, or changes it after the administrator has looked at the list.
 * Gets: nothing before an administrator has confirmed the list, which names it; nothing if the list has changed since.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Old rows are sealed only as an administrator saw them. */
final class UnsealedRowsTest extends StateTest {

	public function test_only_the_list_that_was_seen_is_taken_over(): void {
		global $wpdb;
		$agent = Site::connect();
		$table = Site::table( 'connections' );
		$own   = 4242;
		$row   = [ 'id' => $own, 'name' => 'Planted agent', 'user_id' => Site::user( 'admin' ), 'permissions' => '["read","publish"]', 'state' => 'active', 'record' => null, 'version' => 0 ];
		$wpdb->insert( $table, $row + $wpdb->get_row( "SELECT * FROM $table WHERE id = $agent->id", ARRAY_A ) );
		try {
			self::assertSame( 'record_unsealed', ( new Agent( $own ) )->call( 'whoami' )->reason() );
			$admin = Person::of( 'admin' );
			$page  = $admin->page( 'countersign' );
			self::assertStringContainsString( 'Take over your connections', $page->body );
			self::assertStringContainsString( 'Planted agent', $page->body );
			$form = Person::form( $page, 'countersign_take_over' );
			$wpdb->update( $table, [ 'permissions' => '["read","publish","trash_restore"]' ], [ 'id' => $own ] );
			$admin->post( admin_url( 'admin-post.php' ), $form );
			self::assertNull( $wpdb->get_var( "SELECT record FROM $table WHERE id = $own" ) );
			self::assertStringContainsString( 'have changed since you looked', $admin->page( 'countersign' )->body );
			self::assertSame( 'record_unsealed', ( new Agent( $own ) )->call( 'whoami' )->reason() );
			// Whoever confirms what the list shows takes it over, with an entry for each.
			$size = AuditTrail::size();
			$admin->post( admin_url( 'admin-post.php' ), Person::form( $admin->page( 'countersign' ), 'countersign_take_over' ) );
			self::assertRecorded( [ 'system records.sealed ok' ], $size );
			self::assertStringNotContainsString( 'Take over your connections', $admin->page( 'countersign' )->body );
		} finally {
			$wpdb->delete( $table, [ 'id' => $own ] );
		}
		$agent->do( 'whoami' );
	}
}
