<?php
/**
 * Who: B, an agent that follows an injected instruction, at another MCP server of the site.
 * Has: the account of its connection, to which the other server has given it a key.
 * Does: calls `execute-ability` for tools outside of its groups, for abilities that nobody has offered, and without confirmation; tries
 * the same by the route of WordPress that runs abilities.
 * Gets: the refusals that the MCP endpoint gives, entries in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AbilityAttack;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OtherServer;
use Countersign\Tests\Site;

/** Another MCP server runs nothing for an agent that our own door would refuse. */
final class ExecuteAbilityTest extends AbilityAttack {

	public function test_other_doors_refuse_what_the_endpoint_refuses(): void {
		self::offer( [ 'fixture/draft' => 'create_edit', 'fixture/publish' => 'publish' ] );
		$reader = Site::connect( '', 'read_only' );
		$writer = Site::connect( '', 'full_access' );
		$draft  = $writer->do( 'create_draft', [ 'title' => 'Not to be published' ] )['id'];
		$from   = AuditTrail::size();
		$posts  = wp_count_posts();
		foreach ( [ $reader, $writer ] as $agent ) {
			$other = OtherServer::with_key( $agent->connection()->user );
			$tries = [
				$other->execute( 'fixture/publish', [ 'id' => $draft ] ),
				$other->execute( 'fixture/liar', [ 'id' => $draft ] ),
				$other->tool( 'countersign/publish-post', [ 'id' => $draft ] )->body,
				$other->tool( 'fixture/publish', [ 'id' => $draft ] )->body,
				$other->run( 'fixture/publish', [ 'id' => $draft ] )->body,
				$other->run( 'fixture/liar', [ 'id' => $draft ] )->body,
			];
			foreach ( $tries as $text ) {
				self::assertMatchesRegularExpression( '/confirmation|no such tool|not offer|not permitted|permission/i', $text );
				self::assertStringNotContainsString( '"success":true', $text );
			}
			self::assertDraft( $draft );
		}
		self::assertMatchesRegularExpression( '/no such tool/', OtherServer::with_key( $reader->connection()->user )->tool( 'countersign/create-draft', [ 'title' => 'x' ] )->body );
		wp_cache_flush();
		self::assertEquals( $posts, wp_count_posts() );
		$lines = AuditTrail::lines( $from );
		foreach ( [ 'refusal fixture__publish denied tool_outside_groups', 'refusal fixture__publish denied confirmation_missing', 'refusal publish_post denied tool_outside_groups', 'refusal publish_post denied confirmation_missing', 'refusal ability.run denied ability_not_offered', 'refusal create_draft denied tool_outside_groups' ] as $line ) {
			self::assertContains( $line, $lines );
		}
	}
}
