<?php

declare(strict_types=1);

namespace Countersign\Tests\Deferred;

use Countersign\Plugin\Deferred\Schedule;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A person who saves a post that an agent scheduled takes it over. People see and publish held posts. */
final class TakingOverTest extends TestCase {

	/** @return array<string, array{\Closure(Person, int): \Countersign\Tests\Answer}> */
	public function savings(): array {
		return [
			'block editor'   => [ static fn( Person $person, int $id ) => $person->rest( 'POST', "/wp/v2/posts/$id", [ 'title' => 'Read by a person' ] ) ],
			'classic editor' => [
				static function ( Person $person, int $id ) {
					$post = get_post( $id );
					return $person->post( admin_url( 'post.php' ), [ 'action' => 'editpost', 'post_ID' => $id, 'post_type' => 'post', 'post_title' => 'Read by a person', 'content' => $post->post_content, 'post_status' => $post->post_status, 'original_post_status' => $post->post_status, '_wpnonce' => $person->nonce( "update-post_$id" ) ] );
				},
			],
			'quick edit'     => [
				static function ( Person $person, int $id ) {
					$post = get_post( $id );
					$time = strtotime( $post->post_date );
					$date = array_combine( [ 'aa', 'mm', 'jj', 'hh', 'mn', 'ss' ], explode( ' ', gmdate( 'Y m d H i s', $time ) ) );
					return $person->post( admin_url( 'admin-ajax.php' ), [ 'action' => 'inline-save', 'post_ID' => $id, 'post_type' => 'post', 'post_title' => 'Read by a person', 'post_author' => $post->post_author, '_status' => $post->post_status, 'screen' => 'edit-post', 'post_view' => 'list', '_inline_edit' => $person->nonce( 'inlineeditnonce' ), 'edit_date' => 'true' ] + $date );
				},
			],
		];
	}

	/** @dataProvider savings */
	public function test_a_person_who_saves_a_waiting_post_takes_it_over( \Closure $save ): void {
		global $wpdb;
		$agent  = Site::connect( 'editor', 'content_manager' );
		$id     = Schedules::post( $agent );
		$from   = AuditTrail::size();
		$answer = $save( Person::of( 'admin' ), $id );
		self::assertContains( $answer->status, [ 200, 302 ], $answer->body );
		wp_cache_flush();
		self::assertSame( [ 'future', 'Read by a person' ], [ Site::status( $id ), get_post( $id )->post_title ] );
		self::assertNull( Schedules::of( $id ) );
		self::assertRecorded( [ 'system schedule.taken_over ok' ], $from );
		self::assertSame( Site::user( 'admin' ), (int) AuditTrail::since( $from )[0]['user'] );
		// WordPress then publishes it at its time, whatever the connection may do.
		Plugin::composition()->manager()->revoke( $agent->connection() );
		$date = gmdate( 'Y-m-d H:i:s', time() - 60 );
		$wpdb->update( $wpdb->posts, [ 'post_date' => $date, 'post_date_gmt' => $date ], [ 'ID' => $id ] );
		self::assertSame( 'publish', Schedules::run_cron( $id ) );
	}

	public function test_who_may_not_publish_does_not_take_it_over(): void {
		$agent = Site::connect( 'contributor', 'content_manager' );
		$id    = Site::post( [ 'post_status' => 'pending' ], 'contributor' );
		Plugin::composition()->schedules()->own( get_post( $id ), $agent->connection(), null );
		Plugin::composition()->schedules()->hold( Schedules::of( $id ), 'connection_revoked' );
		self::assertSame( 200, Person::of( 'contributor' )->rest( 'POST', "/wp/v2/posts/$id", [ 'title' => 'By a contributor' ] )->status );
		self::assertTrue( Schedules::of( $id )?->is_held() );
	}

	private static function held( Agent $agent ): int {
		$id = Schedules::due( $agent, [ 'post_title' => uniqid( 'Held ' ) ] );
		Plugin::composition()->manager()->pause( $agent->connection() );
		Schedules::run_cron( $id );
		return $id;
	}

	public function test_people_see_a_held_post_and_publish_it(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = self::held( $agent );
		$title = get_post( $id )->post_title;
		$admin = Person::of( 'admin' );
		$list  = $admin->get( admin_url( 'edit.php?post_status=pending' ) )->body;
		self::assertStringContainsString( 'Held: scheduled by an agent', $list );
		self::assertStringContainsString( 'wait for a person', str_replace( 'waits for a person', 'wait for a person', $list ) );
		$page = $admin->page( 'countersign' );
		self::assertStringContainsString( $title, $page->body );
		self::assertStringContainsString( 'The connection was paused.', $page->body );
		Plugin::composition()->manager()->resume( $agent->connection() );
		self::assertSame( 'pending', Site::status( $id ), 'not by itself' );
		$form = array_values( array_filter( Person::forms( $page->body ), static fn( array $form ): bool => (string) $id === ( $form['post'] ?? null ) ) )[0];
		foreach ( [ 'author', 'subscriber' ] as $login ) {
			self::assertSame( 403, Person::of( $login )->post( admin_url( 'admin-post.php' ), [ '_wpnonce' => Person::of( $login )->nonce( 'countersign_publish_held' ) ] + $form )->status );
		}
		self::assertSame( 403, $admin->post( admin_url( 'admin-post.php' ), [ '_wpnonce' => 'abcdef0123' ] + $form )->status );
		$content = get_post( $id )->post_content;
		$from    = AuditTrail::size();
		self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), $form )->status );
		wp_cache_flush();
		self::assertSame( [ 'publish', $content ], [ Site::status( $id ), get_post( $id )->post_content ] );
		self::assertNull( Schedules::of( $id ) );
		self::assertRecorded( [ 'system schedule.taken_over ok' ], $from );
		self::assertSame( 404, $admin->post( admin_url( 'admin-post.php' ), $form )->status );
	}

	public function test_a_held_post_that_changed_after_the_page_was_shown_is_not_published(): void {
		$id    = self::held( Site::connect( 'editor', 'content_manager' ) );
		$admin = Person::of( 'admin' );
		$form  = array_values( array_filter( Person::forms( $admin->page( 'countersign' )->body ), static fn( array $form ): bool => (string) $id === ( $form['post'] ?? null ) ) )[0];
		$other = Site::connect( 'editor', 'draft_only' );
		$other->do( 'update_content', $other->edit( $id, [ 'content' => 'Not what the person has read.' ] ) );
		$from = AuditTrail::size();
		self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), $form )->status );
		wp_cache_flush();
		self::assertSame( [ 'pending', true, $from ], [ Site::status( $id ), Schedules::of( $id )?->is_held(), AuditTrail::size() ] );
		self::assertStringContainsString( 'has changed since this page was shown', wp_strip_all_tags( $admin->page( 'countersign' )->body ) );
		self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), array_diff_key( $form, [ 'seen' => 1 ] ) )->status );
		wp_cache_flush();
		self::assertSame( 'pending', Site::status( $id ) );
	}

	public function test_a_held_post_that_a_person_deletes_is_forgotten(): void {
		$id = self::held( Site::connect( 'editor', 'content_manager' ) );
		wp_delete_post( $id, true );
		self::assertNull( Schedules::of( $id ) );
	}

	public function test_deactivation_holds_what_waits_and_says_so_before(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::post( $agent );
		self::assertStringContainsString( 'If you deactivate Countersign', Person::of( 'admin' )->get( admin_url( 'plugins.php' ) )->body );
		$from = AuditTrail::size();
		Plugin::deactivate();
		wp_cache_flush();
		self::assertSame( [ 'pending', Schedule::HELD, 'deactivated' ], [ Site::status( $id ), Schedules::of( $id )->state, Schedules::of( $id )->reason ] );
		self::assertContains( 'system schedule.held ok', AuditTrail::lines( $from ) );
		self::assertFalse( wp_next_scheduled( 'publish_future_post', [ $id ] ) );
		self::assertSame( 0, Plugin::composition()->schedules()->count( Schedule::WAITING ) );
		// A person can schedule it again as it was.
		$form = array_values( array_filter( Person::forms( Person::of( 'admin' )->page( 'countersign' )->body ), static fn( array $form ): bool => (string) $id === ( $form['post'] ?? null ) ) )[0];
		self::assertSame( 302, Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form )->status );
		wp_cache_flush();
		self::assertSame( 'future', Site::status( $id ) );
		self::assertNotFalse( wp_next_scheduled( 'publish_future_post', [ $id ] ) );
	}
}
