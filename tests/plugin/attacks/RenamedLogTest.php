<?php
/**
 * Who: A, who writes options and the tables of the audit log.
 * Has: an older head of the log.
 * Does: gives the log another name, by the host that is part of it, and cuts it, so that nothing outside the database would know it.
 * Gets: nothing: the mark outside the database belongs to the site, and agents are refused with `audit_rollback`.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Site\Settings;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Another name begins no new log. */
final class RenamedLogTest extends StateTest {

	public function test_a_log_with_another_name_cannot_be_shorter(): void {
		global $wpdb;
		$agent = Site::connect();
		$host  = (string) Site::stored( Settings::AUDIT_HOST );
		$old   = Log::head();
		AuditTrail::append( 3 );
		$new  = Log::head();
		$rows = AuditTrail::since( $old->size );
		AuditTrail::cut( $old );
		Site::plant( Settings::AUDIT_HOST, 'elsewhere.example' );
		self::fresh();
		try {
			$answer = $agent->call( 'whoami' );
			self::assertSame( 200, $answer->status, $answer->body );
			self::assertTrue( $answer->json()['result']['isError'], $answer->body );
			self::assertSame( $old->size, Log::head()->size, 'nothing is appended to it' );
		} finally {
			foreach ( $rows as $row ) {
				$wpdb->insert( Site::table( 'audit_entry' ), $row );
			}
			$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $new->text, 'size' => $new->size ], [ 'id' => 1 ] );
			Site::plant( Settings::AUDIT_HOST, $host );
			self::fresh();
		}
		$agent->do( 'whoami' );
	}
}
