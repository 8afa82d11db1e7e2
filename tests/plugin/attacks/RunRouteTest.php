<?php
/**
 * Who: a person with a low role, or nobody.
 * Has: an account of a subscriber or a contributor, with its cookie or an application password.
 * Does: runs the tools of this plugin at the route of WordPress that runs abilities, and through another MCP server; looks for them in
 * the list of abilities.
 * Gets: an answer as for abilities that do not exist, or a refusal because no connection governs the request. Nothing is changed.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AbilityAttack;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Http;
use Countersign\Tests\OtherServer;
use Countersign\Tests\Person;
use Countersign\Tests\Site;

/** Nobody but the agent of a connection runs a tool of this plugin. */
final class RunRouteTest extends AbilityAttack {

	public function test_no_person_runs_a_tool(): void {
		$agent    = Site::connect( 'admin', 'full_access' );
		$draft    = Site::post( [ 'post_status' => 'draft' ] );
		$programs = [ OtherServer::with_password( 'subscriber' ), OtherServer::with_password( 'admin' ), OtherServer::with_key( 0 ) ];
		$person   = Person::of( 'subscriber' );
		$before   = Fingerprint::of_site();
		foreach ( $programs as $one ) {
			foreach ( [ 'GET', 'POST', 'DELETE' ] as $method ) {
				$answer = $one->run( 'countersign/publish-post', [ 'id' => $draft, 'connection' => $agent->id ], $method );
				self::assertGreaterThanOrEqual( 401, $answer->status, $answer->body );
			}
			self::assertStringNotContainsString( 'structuredContent', $one->tool( 'countersign/create-draft', [ 'title' => 'x' ] )->body );
			self::assertStringNotContainsString( '"success":true', $one->execute( 'countersign/create-draft', [ 'title' => 'x' ] ) );
		}
		self::assertSame( 404, $person->rest( 'POST', 'wp-abilities/v1/abilities/countersign/create-draft/run', [ 'input' => [ 'title' => 'x' ] ] )->status );
		self::assertStringNotContainsString( 'countersign/', $person->rest( 'GET', 'wp-abilities/v1/abilities?per_page=100' )->body );
		self::assertSame( 401, Http::get( rest_url( 'wp-abilities/v1/abilities' ) )->status );
		self::assertDraft( $draft );
		self::assertSiteUnchanged( $before, 'application_passwords', 'last_used' );
	}
}
