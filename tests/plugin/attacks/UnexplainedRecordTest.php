<?php
/**
 * Who: C, hostile PHP on the site, which holds its keys. It is not stopped, but found.
 * Has: the public functions of the extension.
 * Does: seals a record with all permissions, with an entry that it computes but never stores, and writes it into the row.
 * Gets: The verification, which runs every day, names the record as `record_unexplained`, in its report and once in the log.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Verification;
use Countersign\Plugin\Site\Json;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A record that the log does not explain is found. */
final class UnexplainedRecordTest extends RecordAttack {

	public function test_a_record_without_an_entry_is_found(): void {
		$agent     = Site::connect( preset: 'read_only' );
		$extension = Plugin::composition()->extension();
		Plugin::composition()->records_verification()->run();
		$row     = self::row( 'connections', $agent->id );
		$records = $extension->records();
		$version = $agent->connection()->version + 1;
		$data    = Json::encode( $agent->connection()->data( [ 'groups' => [ 'read', 'publish' ] ] ) );
		$draft   = $records->explain( AuditTrail::draft(), [ [ 'kind' => 'connection', 'id' => $agent->id, 'version' => $version, 'data' => $data ] ] );
		$append  = $extension->audit_log()->append( Log::head()->text, [ $draft ] );
		self::write( 'connections', $agent->id, [ 'record' => $records->seal( $append, 'connection', $agent->id, $version, $data, $row['record'] ) ] );
		$size = AuditTrail::size();
		foreach ( [ 1, 2 ] as $ignored ) {
			do_action( Verification::HOOK );
			self::assertSame( 'record_unexplained', Verification::last()['faults'][ "connection:$agent->id $version" ] ?? null );
		}
		self::assertRecorded( [ 'system record.unexplained denied record_unexplained' ], $size );
		self::assertSame( "connection:$agent->id", AuditTrail::since( $size )[0]['target'] );
		// An administrator ends the connection, which seals a version that the log explains.
		self::manager()->revoke( $agent->connection() );
		self::assertArrayNotHasKey( "connection:$agent->id $version", Plugin::composition()->records_verification()->run()['faults'] );
	}
}
