<?php
/**
 * Who: an Editor to whom an administrator has delegated the management of connections.
 * Has: the capability `countersign_manage_connections`, and no right to edit the accounts of others.
 * Does: resumes, renames, widens or raises the limit of a connection that acts as an administrator, with its own nonces.
 * Gets: 403, an entry `capability_denied`, and a site that is unchanged. Pausing and revoking work, because they take rights
 * away. The connection that acts as the Editor can be changed.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Changing a connection needs the right to edit the account that it acts as. */
final class DelegatedManagerTest extends TestCase {

	protected function setUp(): void {
		parent::setUp();
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		// Logging in and the first page of the dashboard change the site.
		Person::of( 'editor' )->get( admin_url() );
	}

	protected function tearDown(): void {
		get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		parent::tearDown();
	}

	private static function act( string $action, int $id, array $fields = [] ): Answer {
		$editor = Person::of( 'editor' );
		return $editor->post( admin_url( 'admin-post.php' ), [ 'action' => $action, 'connection' => $id, '_wpnonce' => $editor->nonce( "{$action}_$id" ) ] + $fields );
	}

	/** @return array<string, array{string, array<string, mixed>, string}> */
	public function changes(): array {
		$save = [ 'name' => 'Test connection', 'limit_max' => 60, 'limit_window' => 60, 'groups' => [ 'read' ] ];
		return [
			'resume'      => [ 'countersign_resume', [], 'connection.resumed' ],
			'rename'      => [ 'countersign_save', [ 'name' => 'Approved by the owner' ] + $save, 'connection.changed' ],
			'raise limit' => [ 'countersign_save', [ 'limit_max' => 256, 'limit_window' => 1 ] + $save, 'connection.changed' ],
			'widen'       => [ 'countersign_save', [ 'groups' => [ 'publish', 'trash_restore' ] ] + $save, 'connection.changed' ],
			'narrow'      => [ 'countersign_save', [ 'groups' => [] ] + $save, 'connection.changed' ],
		];
	}

	/** @dataProvider changes */
	public function test_a_connection_of_an_administrator_cannot_be_changed( string $action, array $fields, string $entry ): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		Plugin::composition()->manager()->pause( $agent->connection() );
		$before = Site::digest();
		$from   = AuditTrail::size();
		self::assertSame( 403, self::act( $action, $agent->id, $fields )->status );
		self::assertSame( $before, Site::digest() );
		self::assertRecorded( [ "refusal $entry denied capability_denied" ], $from );
		self::assertSame( [ Site::user( 'editor' ), "connection:$agent->id" ], [ (int) AuditTrail::since( $from )[0]['user'], AuditTrail::since( $from )[0]['target'] ] );
	}

	public function test_the_list_offers_only_what_is_allowed(): void {
		$admins = Site::connect( 'admin', 'draft_only' );
		$own    = Site::connect( 'editor', 'draft_only' );
		$gone   = Site::connect( 'admin', 'draft_only' );
		Plugin::composition()->manager()->pause( $gone->connection() );
		$page   = Person::of( 'editor' )->page( 'countersign' )->body;
		$offers = static fn( int $id ): array => array_values( array_filter( [ 'view=edit', 'countersign_resume', 'countersign_pause', 'view=revoke' ], static fn( string $what ): bool => 1 === preg_match( '~' . $what . '&(?:amp;|\#038;)connection=' . $id . '\b~', $page ) ) );
		self::assertSame( [ 'countersign_pause', 'view=revoke' ], $offers( $admins->id ) );
		self::assertSame( [ 'view=edit', 'countersign_pause', 'view=revoke' ], $offers( $own->id ) );
		self::assertSame( [ 'view=revoke' ], $offers( $gone->id ) );
		$view = Person::of( 'editor' )->page( 'countersign', [ 'view' => 'edit', 'connection' => $admins->id ] );
		self::assertStringNotContainsString( 'countersign_save', $view->body );
	}

	public function test_pausing_and_revoking_are_allowed(): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		self::assertSame( 302, self::act( 'countersign_pause', $agent->id )->status );
		self::assertSame( Connection::PAUSED, $agent->connection()->state );
		self::assertSame( 302, self::act( 'countersign_revoke', $agent->id )->status );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
	}

	public function test_a_connection_of_the_own_account_can_be_changed(): void {
		$agent = Site::connect( 'editor', 'draft_only' );
		self::assertSame( 302, self::act( 'countersign_pause', $agent->id )->status );
		self::assertSame( 302, self::act( 'countersign_resume', $agent->id )->status );
		self::assertSame( 302, self::act( 'countersign_save', $agent->id, [ 'name' => 'Mine', 'limit_max' => 5, 'limit_window' => 60, 'groups' => [ 'read', 'create_edit' ] ] )->status );
		self::assertSame( [ Connection::ACTIVE, 'Mine' ], [ $agent->connection()->state, $agent->connection()->name ] );
	}
}
