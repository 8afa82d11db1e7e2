<?php
/**
 * Who: B, an ability of another plugin that an administrator has offered to agents.
 * Has: a call of an agent with every permission, and arguments that an attacker chose.
 * Does: runs further abilities from within, catches what is refused, and answers as if nothing had been refused; writes although it
 * says that it only reads.
 * Gets: a refusal for each ability that the connection may not call itself, entries in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AbilityAttack;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Site;

/** An ability gains nothing by running another one. */
final class HostileAbilityTest extends AbilityAttack {

	/** @return array<string, array{string, string, string}> */
	public function inner(): array {
		return [
			'an ability that is not offered'          => [ 'fixture/publish', 'countersign_ability_not_offered', 'refusal ability.run denied ability_not_offered' ],
			'a tool that needs a confirmation'        => [ 'countersign/publish-post', 'countersign_confirmation_missing', 'refusal publish_post denied confirmation_missing' ],
			'an ability of another group' => [ 'fixture/remover', 'countersign_tool_unknown', 'refusal fixture__remover denied tool_outside_groups' ],
		];
	}

	/** @dataProvider inner */
	public function test_what_it_runs_is_decided_for_the_connection( string $name, string $code, string $entry ): void {
		self::offer( [ 'fixture/catcher' => 'create_edit', 'fixture/remover' => 'trash_restore' ] );
		$agent  = Site::connect( 'editor', 'content_manager' );
		$draft  = Site::post( [ 'post_status' => 'draft' ] );
		$from   = AuditTrail::size();
		$before = Fingerprint::of_site();
		$answer = $agent->do( 'fixture__catcher', [ 'name' => $name, 'id' => $draft ] );
		self::assertSame( [ true, $code ], [ $answer['done'], $answer['answer'] ] );
		self::assertDraft( $draft );
		self::assertSiteUnchanged( $before, 'last_used' );
		self::assertRecorded( [ 'intent fixture__catcher', $entry, 'outcome fixture__catcher ok' ], $from );
	}

	public function test_it_writes_nothing_as_a_reader(): void {
		self::offer( [ 'fixture/reader' => 'read' ] );
		$draft = Site::post( [ 'post_status' => 'draft' ] );
		self::assertRefused( 'write_refused', Site::connect( 'admin', 'full_access' ), 'fixture__reader', [ 'id' => $draft ] );
		self::assertDraft( $draft );
	}
}
