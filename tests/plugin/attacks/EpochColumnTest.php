<?php
/**
 * Who: A, who writes rows of the database.
 * Has: an access token that was ended by its client, so that its epoch is over.
 * Does: writes the old epoch into the column `epoch`.
 * Gets: `token_revoked`, as before.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The epoch of a connection is that of its record. */
final class EpochColumnTest extends RecordAttack {

	public function test_a_lowered_epoch_revives_no_token(): void {
		$agent = Site::connect();
		Site::end_access_tokens( $agent->id );
		self::write( 'connections', $agent->id, [ 'epoch' => 0 ] );
		self::assertDenied( 'token_revoked', $agent, 401 );
	}
}
