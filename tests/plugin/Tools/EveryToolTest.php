<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Access;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** What every tool refuses, whatever it does. A tool that is added to the catalogue is tried here too. */
final class EveryToolTest extends TestCase {

	/** Tools that exist only where an image service is configured. */
	private const OF_SERVICES = [ 'generate_image', 'search_stock_photos', 'import_stock_photo' ];

	private const MISSING = 999999999;

	public static function setUpBeforeClass(): void {
		update_option( 'fixture_seo', 'yoast' );
	}

	public static function tearDownAfterClass(): void {
		self::$agents = [];
		delete_option( 'fixture_seo' );
	}

	/** @var array<string, Agent> The agents that were connected, by account and preset. */
	private static array $agents = [];

	private static function agent( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @return array<string, array<string, mixed>> Name => definition. */
	private static function catalogue(): array {
		return array_column( json_decode( Access::catalogue(), true ), null, 'name' );
	}

	/** @return array<string, array{string}> */
	public function tools(): array {
		$names = array_diff( array_keys( self::catalogue() ), self::OF_SERVICES );
		return array_combine( $names, array_map( static fn( string $name ): array => [ $name ], $names ) );
	}

	/** @return array<string, array{string}> The tools that change posts. */
	public function of_posts(): array {
		$changes = static fn( array $tool ): bool => 'post' === ( $tool['target']['type'] ?? '' ) && ! $tool['annotations']['readOnlyHint'];
		return array_intersect_key( $this->tools(), array_filter( self::catalogue(), $changes ) );
	}

	/** Makes a post in a state in which a tool could change it. */
	private static function post( string $tool ): int {
		$id = Site::post( [ 'post_status' => 'unpublish_post' === $tool ? 'publish' : 'draft', 'post_title' => 'Before' ] );
		if ( 'restore_post' === $tool ) {
			wp_trash_post( $id );
		}
		return $id;
	}

	/** @return array<string, mixed> Arguments with which the tool could change the post. */
	private static function arguments( string $tool, int $id ): array {
		$reader = self::agent( 'admin', 'read_only' );
		$print  = self::MISSING === $id ? $reader->fingerprint( Site::post() ) : $reader->fingerprint( $id );
		$shown  = get_posts( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'title' => 'River' ] )[0]->ID;
		$named  = [
			'update_content'     => [ 'fingerprint' => $print, 'title' => 'After' ],
			'clone_post'         => [],
			'set_post_meta'      => [ 'meta' => [ 'fixture_note' => 'after' ] ],
			'restore_revision'   => [ 'revision' => self::MISSING === $id ? self::MISSING : self::revision( $id ) ],
			'schedule_post'      => [ 'date' => '2099-01-01T00:00:00Z' ],
			'set_featured_image' => [ 'media' => $shown ],
			'insert_image'       => [ 'media' => $shown, 'fingerprint' => $print ],
		];
		return match ( $tool ) {
			'assign_terms'   => [ 'items' => [ [ 'id' => $id, 'taxonomy' => 'category', 'terms' => [ get_term_by( 'slug', 'uncategorized', 'category' )->term_id ], 'mode' => 'set' ] ] ],
			'set_seo'        => [ 'items' => [ [ 'id' => $id, 'title' => 'After' ] ] ],
			'reassign_posts' => [ 'ids' => [ $id ], 'author' => Site::user( 'admin' ) ],
			default          => [ 'id' => $id ] + ( $named[ $tool ] ?? [] ),
		};
	}

	private static function revision( int $id ): int {
		return (int) wp_insert_post( [ 'post_type' => 'revision', 'post_status' => 'inherit', 'post_parent' => $id, 'post_title' => 'Older', 'post_content' => 'Older', 'post_name' => "$id-revision-v1" ] );
	}

	/**
	 * Makes a call, after a review if the tool always needs one, and returns why it or its only item was refused.
	 *
	 * @param array<string, mixed> $arguments
	 */
	private static function refusal( Agent $agent, string $tool, array $arguments ): ?string {
		$from = AuditTrail::size();
		if ( true === self::catalogue()[ $tool ]['confirm'] ) {
			$answer = $agent->call( 'request_review', [ 'tool' => $tool, 'arguments' => (object) $arguments ] );
			if ( null === $answer->reason() ) {
				$answer = $agent->call( $tool, $arguments + [ 'confirmation_token' => $answer->content()['confirmation_token'] ] );
			}
		} else {
			$answer = $agent->call( $tool, $arguments );
		}
		$reason = $answer->reason() ?? $answer->content()['results'][0]['reason'] ?? null;
		self::assertContains( $reason, array_column( AuditTrail::since( $from ), 'reason' ), 'it is recorded: ' . $answer->body );
		return $reason;
	}

	/** @dataProvider tools */
	public function test_it_is_unknown_outside_of_its_groups( string $tool ): void {
		$groups = self::catalogue()[ $tool ]['groups'];
		if ( [ 'read' ] === $groups ) {
			self::assertContains( $tool, self::agent( 'admin', 'read_only' )->tools() );
			return;
		}
		$agent = Site::connect( 'admin', 'custom', array_values( array_diff( Access::groups(), $groups ) ) );
		$from  = AuditTrail::size();
		self::assertRefused( 'tool_unknown', $agent, $tool, self::catalogue()[ $tool ]['example'] );
		self::assertContains( 'tool_outside_groups', array_column( AuditTrail::since( $from ), 'reason' ) );
		self::assertNotContains( $tool, $agent->tools() );
	}

	/** @dataProvider tools */
	public function test_an_argument_that_it_does_not_have_is_refused( string $tool ): void {
		$from = AuditTrail::size();
		self::assertRefused( 'arguments_invalid', self::agent( 'admin' ), $tool, [ 'no_such_argument' => 1 ] + self::catalogue()[ $tool ]['example'] );
		self::assertContains( 'arguments_invalid', array_column( AuditTrail::since( $from ), 'reason' ) );
	}

	/** @dataProvider tools */
	public function test_a_subscriber_gets_nothing_done( string $tool ): void {
		if ( self::catalogue()[ $tool ]['annotations']['readOnlyHint'] ) {
			$this->expectNotToPerformAssertions();
			return;
		}
		$agent     = self::agent( 'subscriber' );
		$of_posts  = isset( $this->of_posts()[ $tool ] );
		$arguments = $of_posts ? self::arguments( $tool, self::post( $tool ) ) : self::catalogue()[ $tool ]['example'];
		self::assertContains( self::refusal( $agent, $tool, array_diff_key( $arguments, [ 'confirmation_token' => 1 ] ) ), [ 'capability_denied', 'target_not_found', 'author_not_allowed', 'upload_session_unknown' ] );
	}

	/** @dataProvider of_posts */
	public function test_a_missing_item_is_not_found( string $tool ): void {
		self::assertSame( 'target_not_found', self::refusal( self::agent( 'admin' ), $tool, self::arguments( $tool, self::MISSING ) ) );
	}

	/** @dataProvider of_posts */
	public function test_another_persons_item_is_not_changed( string $tool ): void {
		$id        = self::post( $tool );
		$arguments = [ 'author' => Site::user( 'author' ) ] + self::arguments( $tool, $id );
		$arguments = 'reassign_posts' === $tool ? $arguments : array_diff_key( $arguments, [ 'author' => 1 ] );
		$before    = get_post( $id, ARRAY_A );
		self::assertContains( self::refusal( self::agent( 'author' ), $tool, $arguments ), [ 'capability_denied', 'target_not_found' ] );
		clean_post_cache( $id );
		self::assertSame( $before, get_post( $id, ARRAY_A ) );
	}

	/** @dataProvider of_posts */
	public function test_an_item_in_the_trash_is_not_changed( string $tool ): void {
		if ( 'restore_post' === $tool ) {
			$this->expectNotToPerformAssertions();
			return;
		}
		$id        = self::post( $tool );
		$arguments = self::arguments( $tool, $id );
		wp_trash_post( $id );
		self::assertContains( self::refusal( self::agent( 'admin' ), $tool, $arguments ), [ 'target_state', 'target_not_found', 'target_changed' ] );
		self::assertSame( 'trash', Site::status( $id ) );
	}

	/** @dataProvider of_posts */
	public function test_an_item_that_a_person_edits_is_not_changed( string $tool ): void {
		if ( 'clone_post' === $tool ) {
			// It only reads the item.
			$this->expectNotToPerformAssertions();
			return;
		}
		$id        = self::post( $tool );
		$arguments = self::arguments( $tool, $id );
		$agent     = self::agent( 'admin' );
		update_post_meta( $id, '_edit_lock', time() . ':' . Site::user( 'editor' ) );
		self::assertSame( 'target_locked', self::refusal( $agent, $tool, $arguments ) );
		self::assertSame( 'restore_post' === $tool ? 'trash' : ( 'unpublish_post' === $tool ? 'publish' : 'draft' ), Site::status( $id ) );
	}

	/** @dataProvider of_posts */
	public function test_an_item_that_changed_since_the_review_is_not_changed( string $tool ): void {
		if ( false === self::catalogue()[ $tool ]['confirm'] ) {
			$this->expectNotToPerformAssertions();
			return;
		}
		$id = self::post( $tool );
		if ( 'visible' === self::catalogue()[ $tool ]['confirm'] ) {
			wp_update_post( [ 'ID' => $id, 'post_status' => 'publish' ] );
		}
		$agent     = self::agent( 'admin' );
		$arguments = self::arguments( $tool, $id );
		self::assertRefused( 'confirmation_missing', $agent, $tool, $arguments );
		$token = $agent->review( $tool, $arguments );
		wp_update_post( [ 'ID' => $id, 'post_content' => 'By a person' ] );
		$from = AuditTrail::size();
		self::assertRefused( 'target_changed', $agent, $tool, $arguments + [ 'confirmation_token' => $token ] );
		self::assertContains( 'target_changed', array_column( AuditTrail::since( $from ), 'reason' ) );
		self::assertSame( 'By a person', get_post_field( 'post_content', $id, 'raw' ) );
	}
}
