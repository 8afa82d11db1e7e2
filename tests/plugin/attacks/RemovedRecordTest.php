<?php
/**
 * Who: A, who writes rows of the database.
 * Has: a connection of the preset `read_only`.
 * Does: removes its record and writes all groups beside it, so that the row looks like one of a version without records, and waits for an administrator who seals such rows.
 * Gets: `record_missing`: the witness knows the record. The row is not among those that an administrator is asked to seal.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Json;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A row whose record was removed is not sealed again. */
final class RemovedRecordTest extends RecordAttack {

	public function test_a_removed_record_is_not_made_again_from_columns(): void {
		$agent = Site::connect( preset: 'read_only' );
		self::write( 'connections', $agent->id, [ 'record' => null, 'version' => 0, 'permissions' => Json::encode( Access::groups() ) ] );
		self::assertMissing( $agent );
		$pending = Plugin::composition()->records_migration()->pending();
		self::assertNotContains( $agent->id, array_column( $pending, 'id' ) );
	}
}
