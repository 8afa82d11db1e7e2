<?php
/**
 * Who: nobody: a person opens or saves a post in the editor while an agent's call changes it.
 * Has: a call that was reviewed, and another process of the site in which the person works.
 * Does: comes at every point of the call: before the lock is looked at, before it is taken, while it is held, and between the last
 *   look and the statement that writes.
 * Gets: `target_locked` or `target_changed`, until the statement has written. What the person wrote is never lost.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Meeting;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;
use Countersign\Tests\Worker;

/** A person in another process wins against a call, at whatever moment they come. */
final class RaceOfProcessesTest extends PostAttack {

	/** Points of a call, in their order. */
	private const BEFORE_WRITING = [
		'before the lock is looked at' => '~^SELECT meta_value FROM \S+ WHERE post_id = \d+ AND meta_key = \'_edit_lock\'~',
		'before the lock is taken'     => '~^(INSERT|UPDATE)[^,]+postmeta.+_edit_lock~s',
		'while the lock is held'       => '~^SELECT meta_id AS place, post_id AS post~',
		'before the last look'         => 'hook:wp_insert_post_data:20',
		'before the statement'         => 'hook:pre_post_update:99',
		'at the statement'             => '~^UPDATE \S+posts\S? SET ~',
	];

	private const TOOLS = [ 'update_content', 'publish_post', 'schedule_post', 'trash_post', 'fixture_save' ];

	private static Worker $person;

	private ?Meeting $meeting = null;

	public static function setUpBeforeClass(): void {
		self::$person = new Worker();
		self::$person->run( 'require_once ABSPATH . "wp-admin/includes/admin.php";' );
	}

	public static function tearDownAfterClass(): void {
		self::$person->end();
	}

	protected function tearDown(): void {
		$this->meeting?->end();
		parent::tearDown();
	}

	/** @return array<string, array{string, string, string, string}> Tool, point, what the person does, who the person is. */
	public function races(): array {
		$races = [];
		foreach ( self::BEFORE_WRITING as $name => $at ) {
			foreach ( self::TOOLS as $tool ) {
				$races[ "$tool: the person saves $name" ] = [ $tool, $at, 'saves', 'author' ];
			}
			foreach ( [ 'update_content', 'fixture_save' ] as $tool ) {
				$races[ "$tool: the person opens it $name" ] = [ $tool, $at, 'opens', 'editor' ];
			}
			// The person whose account the agent has.
			$races[ "the owner of the account opens it $name" ] = [ 'update_content', $at, 'opens', 'admin' ];
		}
		return $races;
	}

	/** @dataProvider races */
	public function test_the_person_comes_before_the_call_has_written( string $tool, string $at, string $does, string $who ): void {
		$agent     = Site::connect( 'admin', 'full_access' );
		$id        = Site::post( [], 'author' );
		$arguments = self::arguments( $agent, $tool, $id );
		$token     = $agent->review( $tool, $arguments );
		$before    = self::row( $id );
		$meta      = get_post_meta( $id );
		$size      = AuditTrail::size();
		$call      = $agent->prepare( $tool, $arguments + [ 'confirmation_token' => $token ] );
		self::enter( $who );
		$answer = $this->meet( $at )->during( $call, 'saves' === $does ? static fn() => self::save( $id ) : static fn() => self::open( $id ) );
		self::assertSame( 'saves' === $does ? 'target_changed' : 'target_locked', $answer->reason(), $answer->body );
		self::assertContains( $answer->reason(), array_column( AuditTrail::since( $size ), 'reason' ) );
		wp_cache_flush();
		// WordPress moves the date of a draft whenever a person saves it.
		$stays = static fn( array $row ): array => 'saves' === $does ? [ 'post_date' => '' ] + $row : $row;
		self::assertEquals( $stays( 'saves' === $does ? [ 'post_content' => 'By a person' ] + $before : $before ), $stays( self::row( $id ) ), 'nothing of the call is left' );
		$now = get_post_meta( $id );
		if ( 'opens' === $does ) {
			self::assertMatchesRegularExpression( '/^\d+:' . Site::user( $who ) . '$/D', implode( ' ', $now['_edit_lock'] ), 'the person keeps the lock' );
		}
		self::assertSame( $meta, array_diff_key( $now, [ '_edit_lock' => 1 ] ) );
	}

	/** @return array<string, array{string}> */
	public function tools(): array {
		return [ 'update' => [ 'update_content' ], 'publish' => [ 'publish_post' ], 'a plugin' => [ 'fixture_save' ] ];
	}

	/** @dataProvider tools */
	public function test_the_person_comes_after_the_call_has_written( string $tool ): void {
		$agent     = Site::connect( 'admin', 'full_access' );
		$id        = Site::post( [], 'author' );
		$arguments = self::arguments( $agent, $tool, $id );
		$token     = $agent->review( $tool, $arguments );
		update_option( 'fixture_saves_again', '1' );
		self::enter( 'editor' );
		// A plugin saves the post once more after the person, with what it knew before.
		$answer = $this->meet( 'hook:save_post_post:1' )->during( $agent->prepare( $tool, $arguments + [ 'confirmation_token' => $token ] ), static fn() => [ self::open( $id ), self::save( $id ) ] );
		$answer->content();
		self::assertSame( 'By a person', self::row( $id )['post_content'] );
		self::assertSame( 'publish_post' === $tool ? 'publish' : 'draft', self::row( $id )['post_status'] );
		wp_cache_flush();
		self::assertMatchesRegularExpression( '/^\d+:' . Site::user( 'editor' ) . '$/D', get_post_meta( $id, '_edit_lock', true ) );
	}

	/** @return array<string, array{string, string}> */
	public function pauses(): array {
		return [ 'saves' => [ 'save', 'target_changed' ], 'opens' => [ 'open', 'target_locked' ] ];
	}

	/** @dataProvider pauses */
	public function test_the_person_comes_between_review_and_call( string $does, string $reason ): void {
		foreach ( self::TOOLS as $tool ) {
			$agent     = Site::connect( 'admin', 'full_access' );
			$id        = Site::post( [], 'author' );
			$arguments = self::arguments( $agent, $tool, $id );
			$token     = $agent->review( $tool, $arguments );
			self::enter( 'editor' );
			self::$does( $id );
			self::assertDenied( $reason, $agent, $tool, $arguments + [ 'confirmation_token' => $token ] );
			self::assertSame( 'save' === $does ? 'By a person' : '<!-- wp:paragraph --><p>Words.</p><!-- /wp:paragraph -->', self::row( $id )['post_content'] );
		}
	}

	/** @return array<string, mixed> */
	private static function arguments( Agent $agent, string $tool, int $id ): array {
		return match ( $tool ) {
			'update_content' => $agent->edit( $id, [ 'title' => 'By the agent' ] ),
			'schedule_post'  => [ 'id' => $id, 'date' => '2099-01-01T00:00:00Z' ],
			'fixture_save'   => [ 'id' => $id, 'fields' => [ 'post_title' => 'By the agent' ] ],
			default          => [ 'id' => $id ],
		};
	}

	private function meet( string $at ): Meeting {
		return $this->meeting = new Meeting( $at );
	}

	/** The person begins a request of their own. */
	private static function enter( string $login ): void {
		self::$person->run( 'wp_cache_flush(); wp_set_current_user( ' . Site::user( $login ) . ' );' );
	}

	/** The person opens the editor. */
	private static function open( int $id ): void {
		self::assertSame( 2, self::$person->run( "return count( (array) wp_set_post_lock( $id ) );" ) );
	}

	/** The person saves new words. */
	private static function save( int $id ): void {
		self::assertSame( $id, self::$person->run( "return wp_update_post( [ 'ID' => $id, 'post_content' => 'By a person' ], true );" ) );
	}
}
