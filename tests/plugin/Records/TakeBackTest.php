<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** What a person can do about a connection that a restored database shows as it was before. */
final class TakeBackTest extends RecordAttack {

	private const FINAL_VERSION = 9_007_199_254_740_991;

	private static function text( Answer $page ): string {
		return (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $page->body ), ENT_QUOTES ) );
	}

	/** Changes a connection and puts its row back as it was before. */
	private static function lose( Agent $agent, callable $change ): void {
		$row = self::row( 'connections', $agent->id );
		$change( $agent->connection() );
		self::restore( 'connections', $row );
		self::assertSame( 'record_rolled_back', $agent->connection()->fault );
	}

	/** Sends the form as the page of the connection offers it. @param array<string, string> $fields */
	private static function take_back( Agent $agent, string $state, array $fields = [], string $login = 'admin' ): Answer {
		$page = Person::of( $login )->page( 'countersign', [ 'view' => 'restored', 'connection' => $agent->id ] );
		return Person::of( $login )->post( admin_url( 'admin-post.php' ), $fields + [ 'state' => $state ] + Person::form( $page, 'countersign_take_back' ) );
	}

	public function test_a_person_sees_what_the_backup_says_and_resumes_it(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$first = $agent->connection();
		self::lose( $agent, static fn( Connection $now ) => self::manager()->set_groups( $now, [ 'read' ] ) );
		$list = self::text( Person::of( 'admin' )->page( 'countersign' ) );
		self::assertStringContainsString( 'State in the backup: Active. Resume or revoke it.', $list );
		self::assertStringContainsString( 'None. In the backup: Content manager', $list );
		$view = self::text( Person::of( 'admin' )->page( 'countersign', [ 'view' => 'restored', 'connection' => $agent->id ] ) );
		self::assertStringContainsString( 'its permissions can have been narrowed', $view );
		foreach ( [ 'Publish:', 'SEO:', 'Authors:' ] as $group ) {
			self::assertStringContainsString( $group, $view );
		}
		self::assertRolledBack( $agent );

		$size = AuditTrail::size();
		self::assertSame( 302, self::take_back( $agent, 'active' )->status );
		$now = $agent->connection();
		self::assertSame( [ null, Connection::ACTIVE, 'content_manager' ], [ $now->fault, $now->state, $now->preset ] );
		self::assertContains( 'connection connection.restored ok', AuditTrail::lines( $size ) );
		$body = AuditTrail::since( $size )[0]['body'];
		self::assertStringContainsString( '"versions":{"from":' . $first->version . ',"to":' . $now->version . '}', $body );
		// Access tokens of the lost state stay ended; the client gets new ones by itself.
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		( new Agent( $agent->id, Agent::issue( $agent->id, $now->epoch ) ) )->do( 'whoami' );
	}

	public function test_it_can_be_taken_back_as_paused(): void {
		$agent = Site::connect();
		self::lose( $agent, static fn( Connection $now ) => self::manager()->rename( $now, 'Renamed' ) );
		self::take_back( $agent, 'paused' );
		$now = $agent->connection();
		self::assertSame( [ null, Connection::PAUSED, 'admin' ], [ $now->fault, $now->state, $now->state_reason ] );
		self::assertTrue( self::manager()->resume( $now ) );
		( new Agent( $agent->id, Agent::issue( $agent->id, $now->epoch ) ) )->do( 'whoami' );
	}

	public function test_what_was_revoked_stays_revoked_whatever_anybody_clicks(): void {
		$agent = Site::connect();
		$row   = self::row( 'connections', $agent->id );
		self::manager()->pause( $agent->connection() );
		$paused = self::row( 'connections', $agent->id );
		self::manager()->revoke( $agent->connection() );
		self::assertSame( self::FINAL_VERSION, $agent->connection()->version );
		$admin = Person::of( 'admin' );
		foreach ( [ $row, $paused ] as $old ) {
			self::restore( 'connections', $old );
			self::assertSame( 'connection_revoked', Plugin::composition()->connections()->restored( $agent->connection() ) );
			self::assertStringContainsString( 'It was revoked after the backup was made, and stays revoked.', self::text( $admin->page( 'countersign' ) ) );
			$view = $admin->page( 'countersign', [ 'view' => 'restored', 'connection' => $agent->id ] );
			self::assertStringContainsString( 'stays revoked', self::text( $view ) );
			self::assertStringNotContainsString( 'countersign_take_back', $view->body );
			foreach ( [ 'countersign_take_back', 'countersign_resume', 'countersign_pause', 'countersign_save' ] as $action ) {
				$size = AuditTrail::size();
				$admin->post(
					admin_url( 'admin-post.php' ),
					[
						'action'     => $action,
						'connection' => $agent->id,
						'_wpnonce'   => $admin->nonce( "{$action}_$agent->id" ),
						'state'      => 'active',
						'seen'       => hash( 'sha256', (string) $old['record'] ),
					]
				);
				self::assertSame( 'record_rolled_back', $agent->connection()->fault, $action );
				if ( 'countersign_take_back' === $action ) {
					self::assertSame( [ 'refusal connection.restored denied connection_revoked' ], AuditTrail::lines( $size ) );
					self::assertStringContainsString( 'stays revoked. Nobody can resume it.', self::text( $admin->page( 'countersign' ) ) );
				}
			}
			self::assertRolledBack( $agent );
		}
		self::manager()->revoke( $agent->connection() );
		self::assertSame( [ Connection::REVOKED, self::FINAL_VERSION ], [ $agent->connection()->state, $agent->connection()->version ] );
	}

	public function test_it_needs_the_right_to_edit_the_account(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$agent = Site::connect( 'admin', 'draft_only' );
			self::lose( $agent, static fn( Connection $now ) => self::manager()->pause( $now ) );
			$editor = Person::of( 'editor' );
			$view   = $editor->page( 'countersign', [ 'view' => 'restored', 'connection' => $agent->id ] );
			self::assertStringContainsString( 'an account that you may not edit', self::text( $view ) );
			self::assertStringNotContainsString( 'countersign_take_back', $view->body );
			$size   = AuditTrail::size();
			$fields = [ 'action' => 'countersign_take_back', 'connection' => $agent->id, '_wpnonce' => $editor->nonce( "countersign_take_back_$agent->id" ), 'state' => 'active' ];
			self::assertSame( 403, $editor->post( admin_url( 'admin-post.php' ), $fields )->status );
			self::assertRecorded( [ 'refusal connection.restored denied capability_denied' ], $size );
			self::assertSame( 'record_rolled_back', $agent->connection()->fault );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}

	public function test_only_what_the_person_has_seen_is_taken_back(): void {
		$agent = Site::connect();
		$first = self::row( 'connections', $agent->id );
		self::manager()->set_groups( $agent->connection(), [ 'read' ] );
		self::lose( $agent, static fn( Connection $now ) => self::manager()->rename( $now, 'Renamed' ) );
		$page = Person::of( 'admin' )->page( 'countersign', [ 'view' => 'restored', 'connection' => $agent->id ] );
		// Somebody puts a wider one in its place while the person looks at it.
		self::restore( 'connections', $first );
		Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), [ 'state' => 'active' ] + Person::form( $page, 'countersign_take_back' ) );
		self::assertSame( 'record_rolled_back', $agent->connection()->fault );
		self::assertStringContainsString( 'has changed since you looked at it', self::text( Person::of( 'admin' )->page( 'countersign' ) ) );
		self::assertFalse( self::manager()->take_back( Site::connect()->connection(), true ), 'a connection that is not behind' );
	}
}
