<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Capabilities;

/** What WordPress's pages about users say of the accounts of agents, and what they refuse. */
final class AgentUsersTest extends TestCase {

	private static ?Agent $agent = null;

	private static function user(): int {
		self::$agent ??= Site::connect( '', 'draft_only' );
		return self::$agent->connection()->user;
	}

	public function test_the_list_says_whose_account_it_is(): void {
		$admin = Person::of( 'admin' );
		$list  = $admin->get( admin_url( 'users.php?s=' . get_userdata( self::user() )->user_login ) )->body;
		self::assertStringContainsString( "Agent of the connection “\u{2068}Test connection\u{2069}”", $list );
		self::assertStringContainsString( 'view=edit&#038;connection=' . self::$agent->id, $list );
		self::assertStringNotContainsString( 'action=resetpassword&', $list, 'there is no password to reset' );
		self::assertStringNotContainsString( 'value="countersign_agent"', $admin->get( admin_url( 'user-new.php' ) )->body, 'no person gets the role' );
	}

	public function test_the_profile_has_no_password_and_stores_none(): void {
		$admin = Person::of( 'admin' );
		$url   = admin_url( 'user-edit.php?user_id=' . self::user() );
		$page  = $admin->get( $url );
		self::assertStringContainsString( 'This account was made for the connection', $page->body );
		foreach ( [ 'id="pass1"', 'application-passwords', 'generate-reset-link' ] as $part ) {
			self::assertStringNotContainsString( $part, $page->body );
		}
		$form = Person::form( $page, 'update' );
		self::assertSame( [ Capabilities::AGENT_ROLE, '' ], [ $form['role'], $form['email'] ] );
		self::assertSame( 302, $admin->post( admin_url( 'user-edit.php' ), [ 'description' => 'Writes about the weather' ] + $form )->status, 'without an address it can be saved' );
		wp_cache_flush();
		self::assertSame( 'Writes about the weather', get_userdata( self::user() )->description );
		self::assertTrue( user_can( self::user(), 'edit_posts' ), 'its rights are as before' );
		foreach ( [ [ 'pass1' => 'Very-long-1234', 'pass2' => 'Very-long-1234' ], [ 'email' => 'mallory@example.org' ] ] as $fields ) {
			$answer = $admin->post( admin_url( 'user-edit.php' ), $fields + $form );
			self::assertStringContainsString( 'it has neither a password nor an e-mail address', $answer->body );
		}
		wp_cache_flush();
		self::assertSame( [ '', '!' ], [ get_userdata( self::user() )->user_email, get_userdata( self::user() )->user_pass[0] ] );
	}

	public function test_the_account_follows_its_connection(): void {
		Site::settings( Site::ROOMY + [ 'allow_widening' => true ] );
		$agent   = Site::connect( '', 'draft_only' );
		$user    = $agent->connection()->user;
		$manager = Plugin::composition()->manager();
		$may     = static function ( string ...$names ) use ( $user ): array {
			wp_cache_flush();
			return array_map( static fn( string $name ): bool => user_can( $user, $name ), $names );
		};
		$manager->rename( $agent->connection(), 'Another <b>name</b>' );
		wp_cache_flush();
		self::assertSame( 'Another name', get_userdata( $user )->display_name );
		self::assertSame( [ true, true, false ], $may( 'edit_posts', 'upload_files', 'publish_posts' ) );
		$manager->set_groups( $agent->connection(), [ 'read', 'create_edit' ] );
		self::assertSame( [ true, false, false ], $may( 'edit_posts', 'upload_files', 'publish_posts' ) );
		self::assertSame( 'active', $agent->connection()->state, 'the plugin took the rights, nobody else' );
		$manager->set_groups( $agent->connection(), [ 'read', 'create_edit', 'publish' ] );
		self::assertSame( [ true, false, true ], $may( 'edit_posts', 'upload_files', 'publish_posts' ) );
		get_userdata( $user )->remove_cap( 'edit_posts' );
		self::assertSame( 'account_changed', $agent->connection()->state_reason, 'a person took it' );
		$manager->resume( $agent->connection() );
		self::assertSame( [ true ], $may( 'edit_posts' ) );
	}

	public function test_nobody_but_the_person_gets_mail_about_its_posts(): void {
		$agent = Site::connect( '', 'content_manager' );
		$user  = $agent->connection()->user;
		$post  = Site::post( [ 'post_author' => $user, 'post_status' => 'publish', 'comment_status' => 'open' ] );
		$sent  = [];
		$catch = static function ( mixed $value, array $mail ) use ( &$sent ): bool {
			$sent[] = $mail['to'];
			return true;
		};
		$comment = wp_insert_comment( [ 'comment_post_ID' => $post, 'comment_author' => 'A visitor', 'comment_author_email' => 'v@example.org', 'comment_content' => 'Nice', 'comment_approved' => 1 ] );
		add_filter( 'pre_wp_mail', $catch, 10, 2 );
		wp_notify_postauthor( $comment );
		self::assertSame( [ get_userdata( Site::user( 'admin' ) )->user_email ], $sent );
		$sent = [];
		wp_update_post( [ 'ID' => $post, 'post_author' => Site::user( 'author' ) ] );
		wp_notify_postauthor( $comment );
		self::assertSame( [ get_userdata( Site::user( 'author' ) )->user_email ], $sent, 'as ever for people' );
		remove_filter( 'pre_wp_mail', $catch );
		wp_delete_comment( $comment, true );
	}
}
