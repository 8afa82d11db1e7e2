<?php
/**
 * Who: A, who writes rows of the database.
 * Has: the record of a connection with the preset `full_access`.
 * Does: copies it, with all columns beside it, into the row of a connection with the preset `read_only`.
 * Gets: `record_forged`: a record names the row that it belongs to.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The record of another row gives nothing. */
final class CopiedRecordTest extends RecordAttack {

	public function test_a_copied_record_is_refused(): void {
		$strong = Site::connect( preset: 'full_access' );
		$weak   = Site::connect( preset: 'read_only' );
		self::write( 'connections', $weak->id, array_diff_key( self::row( 'connections', $strong->id ), [ 'id' => 1 ] ) );
		self::assertForged( $weak );
		$strong->do( 'whoami' );
	}
}
