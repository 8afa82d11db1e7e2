<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\Meeting;
use Countersign\Tests\Person;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The edit lock of a call: what other calls and people see of it, and how long. */
final class EditLockTest extends PostAttack {

	private const HELD = '~^UPDATE \S+posts\S? SET ~';

	private ?Meeting $meeting = null;

	protected function tearDown(): void {
		$this->meeting?->end();
		parent::tearDown();
	}

	/** Makes a call that waits while it holds the lock. @param callable(int): mixed $meanwhile */
	private function during( Agent $agent, int $id, callable $meanwhile ): Answer {
		$edit          = $agent->edit( $id, [ 'title' => 'First' ] );
		$this->meeting = new Meeting( self::HELD );
		return $this->meeting->during( $agent->prepare( 'update_content', $edit ), $meanwhile );
	}

	private static function lock( int $id ): string {
		wp_cache_flush();
		return (string) get_post_meta( $id, '_edit_lock', true );
	}

	/** Returns whom the editor names as somebody who is editing, or null. */
	private static function editor( string $login, int $id ): ?string {
		$page = Person::of( $login )->get( admin_url( "post.php?post=$id&action=edit" ) )->body;
		self::assertSame( 1, preg_match( '~"postLock":(\{"isLocked":(?:true|false).*?\})[,}]"~', $page, $found ), 'the editor tells about the lock' );
		return preg_match( '~"isLocked":true.*"name":"([^"]*)"~', $found[1] . '}', $name ) ? $name[1] : null;
	}

	/** @return array<string, array{string}> */
	public function others(): array {
		return [ 'of the same account' => [ 'admin' ], 'of another account' => [ 'editor' ] ];
	}

	/** @dataProvider others */
	public function test_another_call_at_the_same_time( string $user ): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		$other = Site::connect( $user, 'draft_only' );
		$id    = Site::post();
		$edit  = $other->edit( $id, [ 'content' => 'Second' ] );
		$said  = null;
		$this->during(
			$agent,
			$id,
			static function () use ( $other, $edit, &$said ): void {
				$said = $other->call( 'update_content', $edit );
			}
		)->content();
		self::assertSame( 'target_locked', $said->reason() );
		self::assertStringContainsString( 'Another call is changing it.', $said->body );
		self::assertStringNotContainsString( 'was last seen in the editor', $said->body );
		// What it has read is not current any more. After it has read again, nothing is in its way.
		self::assertSame( 'target_changed', $other->call( 'update_content', $edit )->reason() );
		$other->do( 'update_content', $other->edit( $id, [ 'content' => 'Second' ] ) );
		self::assertSame( [ 'First', 'Second' ], [ self::row( $id )['post_title'], self::row( $id )['post_content'] ] );
		self::assertSame( '', self::lock( $id ) );
	}

	public function test_people_who_open_the_editor_meanwhile(): void {
		$agent = Site::connect( 'editor', 'draft_only' );
		$id    = Site::post();
		$saw   = [];
		$this->during(
			$agent,
			$id,
			static function () use ( $id, &$saw ): void {
				$saw[] = self::editor( 'admin', $id );
			}
		)->content();
		self::assertSame( [ get_userdata( Site::user( 'editor' ) )->display_name ], $saw );
		self::assertNull( self::editor( 'admin', $id ) );
		self::assertMatchesRegularExpression( '/^\d+:' . Site::user( 'admin' ) . '$/D', self::lock( $id ) );
	}

	/** The person to whom the account belongs sees nothing, and the call stops. */
	public function test_the_owner_of_the_account_opens_the_editor_meanwhile(): void {
		$agent  = Site::connect( 'editor', 'draft_only' );
		$id     = Site::post();
		$answer = $this->during( $agent, $id, static fn() => self::assertNull( self::editor( 'editor', $id ) ) );
		self::assertSame( 'target_locked', $answer->reason(), $answer->body );
		self::assertStringContainsString( 'was last seen in the editor', $answer->body );
		self::assertMatchesRegularExpression( '/^\d+:' . Site::user( 'editor' ) . '$/D', self::lock( $id ) );
		self::assertSame( 'A post of the tests', self::row( $id )['post_title'] );
	}

	/** What code of the same request writes is not the change of a person. */
	public function test_a_plugin_that_writes_the_post_directly_before(): void {
		$agent = Site::connect( 'editor', 'draft_only' );
		$id    = Site::post();
		update_option( 'fixture_writes_before', '1' );
		self::assertSame( 'Next', $agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'Next' ] ) )['title'] );
		self::assertSame( 'Next', self::row( $id )['post_title'] );
	}

	/** A process that is killed cannot release its lock. WordPress ignores it after half a minute. */
	public function test_a_call_whose_process_is_killed(): void {
		$this->expected_error = '~~';
		$agent                = Site::connect( 'editor', 'draft_only' );
		$id                   = Site::post();
		$answer               = $this->during( $agent, $id, static fn( int $process ) => posix_kill( $process, SIGKILL ) );
		self::assertSame( 502, $answer->status );
		$lock = self::lock( $id );
		self::assertMatchesRegularExpression( '/^\d+:' . Site::user( 'editor' ) . ':agent-[0-9a-f]{12}$/D', $lock );
		self::assertLessThanOrEqual( time() - 150 + 30, (int) $lock );
		self::assertGreaterThan( time() - 150, (int) $lock );
		wp_set_current_user( Site::user( 'admin' ) );
		self::assertSame( Site::user( 'editor' ), wp_check_post_lock( $id ) );
		$refused = $agent->call( 'update_content', $agent->edit( $id, [ 'title' => 'Next' ] ) );
		self::assertSame( 'target_locked', $refused->reason() );
		self::assertStringContainsString( 'Another call is changing it.', $refused->body );
		// Half a minute later.
		update_post_meta( $id, '_edit_lock', preg_replace_callback( '/^\d+/', static fn( array $time ): string => (string) ( (int) $time[0] - 30 ), $lock ) );
		self::assertFalse( wp_check_post_lock( $id ) );
		self::assertSame( 'Next', $agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'Next' ] ) )['title'] );
		self::assertSame( '', self::lock( $id ) );
	}
}
