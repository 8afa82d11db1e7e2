<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Accounts\AgentContent;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Capabilities;

/** Deleting the account of a connection that has ended: its content gets another author. */
final class AccountViewTest extends TestCase {

	private const FORM = 'countersign_delete_account';

	private static function post( Person $person, array $form ): Answer {
		return $person->post( admin_url( 'admin-post.php' ), $form );
	}

	/** Revokes a connection on its page and returns the page that follows. */
	private static function revoked( Person $person, Agent $agent ): Answer {
		$form = Person::form( $person->page( 'countersign', [ 'view' => 'revoke', 'connection' => $agent->id ] ), 'countersign_revoke' );
		return $person->get( (string) self::post( $person, $form )->header( 'Location' ) );
	}

	public function test_revoking_takes_the_rights_and_offers_to_delete_the_account(): void {
		$agent = Site::connect( '', 'content_manager' );
		$user  = $agent->connection()->user;
		$draft = $agent->do( 'create_draft', [ 'title' => 'It stays' ] )['id'];
		Site::post( [ 'post_type' => 'page', 'post_author' => $user ] );
		$admin = Person::of( 'admin' );
		$page  = self::revoked( $admin, $agent );
		wp_cache_flush();
		self::assertSame( [ Capabilities::AGENT_ROLE ], array_keys( get_user_meta( $user, $GLOBALS['wpdb']->get_blog_prefix() . 'capabilities', true ) ) );
		self::assertSame( (string) $user, get_post( $draft )->post_author );
		self::assertStringContainsString( '<li>Posts: 1</li>', $page->body );
		self::assertStringContainsString( '<li>Pages: 1</li>', $page->body );
		self::assertStringContainsString( 'This cannot be undone', $page->body );
		$form = Person::form( $page, self::FORM );
		self::assertSame( (string) Site::user( 'admin' ), $form['to'], 'the person who approved it is the first choice' );
		self::assertStringContainsString( 'Delete its account', $admin->page( 'countersign', [ 's' => 'Test connection', 'state' => 'revoked' ] )->body, 'also later, in the list' );
		$from   = AuditTrail::size();
		$answer = self::post( $admin, [ 'to' => Site::user( 'author' ) ] + $form );
		self::assertSame( 302, $answer->status );
		wp_cache_flush();
		self::assertFalse( get_userdata( $user ) );
		self::assertSame( [ (string) Site::user( 'author' ), 'draft' ], [ get_post( $draft )->post_author, get_post( $draft )->post_status ] );
		self::assertRecorded( [ 'connection connection.content_given ok', 'connection connection.account_deleted ok' ], $from );
		$change = json_decode( AuditTrail::since( $from )[0]['body'], true )['change'];
		self::assertEquals( [ $user, Site::user( 'author' ) ], [ $change['account'], $change['content_to'] ] );
		self::assertSame( 404, self::post( $admin, $form )->status, 'once' );
		self::assertSame( 'revoked', $agent->connection()->state, 'the history stays' );
	}

	public function test_much_content_is_given_in_several_requests(): void {
		global $wpdb;
		$agent = Site::connect( '', 'read_only' );
		$user  = $agent->connection()->user;
		$row   = "('', '', '', '', '', '', $user, 'draft', 'post', NOW(), NOW(), NOW(), NOW())";
		foreach ( [ 3000, 2500 ] as $count ) {
			$wpdb->query( "INSERT INTO $wpdb->posts (post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered, post_author, post_status, post_type, post_date, post_date_gmt, post_modified, post_modified_gmt) VALUES " . implode( ',', array_fill( 0, $count, $row ) ) );
		}
		try {
			$admin = Person::of( 'admin' );
			$form  = Person::form( self::revoked( $admin, $agent ), self::FORM );
			$page  = $admin->get( (string) self::post( $admin, $form )->header( 'Location' ) );
			self::assertSame( 500, AgentContent::count( $user ) );
			self::assertStringContainsString( '<progress max="5500" value="5000">', $page->body );
			self::assertStringContainsString( 'data-countersign-go-on', $page->body );
			self::post( $admin, Person::form( $page, self::FORM ) );
			wp_cache_flush();
			self::assertFalse( get_userdata( $user ) );
		} finally {
			$wpdb->query( "DELETE FROM $wpdb->posts WHERE post_title = '' AND post_content = '' AND post_status = 'draft'" );
		}
	}

	public function test_who_may_not_delete_accounts_gets_the_content_of_the_own_agent_only(): void {
		get_role( 'author' )->add_cap( Capabilities::MANAGE );
		try {
			$author = Person::of( 'author' );
			$own    = Site::connect( '', 'draft_only', [], 'author' );
			$others = Site::connect( '', 'draft_only' );
			$user   = $others->connection()->user;
			$form   = Person::form( self::revoked( $author, $own ), self::FORM );
			self::assertStringNotContainsString( self::FORM, self::revoked( $author, $others )->body );
			$from   = AuditTrail::size();
			self::assertSame( 403, self::post( $author, [ 'to' => Site::user( 'editor' ) ] + $form )->status );
			$forged = [ 'connection' => $others->id, '_wpnonce' => $author->nonce( self::FORM . '_' . $others->id ) ] + $form;
			self::assertSame( 403, self::post( $author, $forged )->status );
			self::assertRecorded( array_fill( 0, 2, 'refusal connection.account_deleted denied capability_denied' ), $from );
			wp_cache_flush();
			self::assertNotFalse( get_userdata( $user ) );
			self::post( $author, $form );
			wp_cache_flush();
			self::assertFalse( get_userdata( $own->connection()->user ) );
		} finally {
			get_role( 'author' )->remove_cap( Capabilities::MANAGE );
		}
	}

	public function test_only_the_account_of_an_ended_connection_is_deleted(): void {
		$admin  = Person::of( 'admin' );
		$agents = [ Site::connect( '', 'read_only' ), Site::connect( 'editor', 'read_only' ) ];
		Plugin::composition()->manager()->revoke( $agents[1]->connection() );
		$before = Fingerprint::of_site();
		foreach ( $agents as $agent ) {
			$form = [ 'action' => self::FORM, 'connection' => $agent->id, '_wpnonce' => $admin->nonce( self::FORM . '_' . $agent->id ), 'to' => Site::user( 'admin' ) ];
			self::assertSame( 404, self::post( $admin, $form )->status );
		}
		self::assertSiteUnchanged( $before );
	}
}
