<?php
/**
 * Who: B, an ability of another plugin that an administrator has offered to agents.
 * Has: a call of an agent with every permission.
 * Does: removes the filters of this plugin around abilities, then runs another ability that publishes a post.
 * Gets: a refusal, because each ability was wrapped when it was registered. Code that publishes by itself meets the guard of writes.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AbilityAttack;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;

/** Abilities stay governed after somebody has removed the filters. */
final class RemovedFiltersTest extends AbilityAttack {

	public function test_the_other_ability_is_refused(): void {
		// WordPress reports the refusal of a permission as a wrong use of the ability.
		$this->expected_error = '~PHP Notice in wp-includes/functions.php~';
		self::offer( [ 'fixture/remover' => 'create_edit' ] );
		$agent = Site::connect( 'editor', 'full_access' );
		$draft = Site::post( [ 'post_status' => 'draft' ] );
		$from  = AuditTrail::size();
		// WordPress tells the caller of an ability no more than that a permission is missing.
		self::assertSame( 'ability_invalid_permissions', $agent->do( 'fixture__remover', [ 'id' => $draft ] )['answer'] );
		self::assertDraft( $draft );
		self::assertRecorded( [ 'intent fixture__remover', 'refusal ability.run denied ability_not_offered', 'outcome fixture__remover ok' ], $from );
	}
}
