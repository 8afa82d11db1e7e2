<?php

declare(strict_types=1);

namespace Countersign\Tests\Privacy;

use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Privacy\PersonalData;
use Countersign\Plugin\Privacy\PersonalTexts;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The tools of WordPress for personal data: they export and erase what the audit log tells, and the log stays verifiable. */
final class PersonalDataTest extends TestCase {

	private int $person;

	private string $email;

	protected function setUp(): void {
		parent::setUp();
		$this->email  = uniqid( 'person-' ) . '@example.com';
		$this->person = wp_insert_user( [ 'user_login' => $this->email, 'user_email' => $this->email, 'user_pass' => wp_generate_password(), 'role' => 'editor' ] );
		wp_set_current_user( Site::user( 'admin' ) );
	}

	protected function tearDown(): void {
		wp_set_current_user( 0 );
		wp_delete_user( $this->person );
		parent::tearDown();
	}

	/** Appends an entry of the person's agent. */
	private function append( string $title, int $count = 1 ): void {
		$draft = AuditTrail::draft( 'create_draft', [ 'actor' => [ 'kind' => 'agent', 'connection' => 7, 'user' => $this->person, 'ip' => '192.0.2.77' ], 'texts' => [ 'change.arguments.title' => $title ] ] );
		Plugin::composition()->log()->append( ...array_fill( 0, $count, $draft ) );
	}

	/** @return array{callback: callable, ...} */
	private static function tool( string $filter ): array {
		return apply_filters( $filter, [] )['countersign']; // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- A filter of WordPress.
	}

	/** @return list<array<string, mixed>> Texts that the table still has from an entry on. */
	private static function texts( int $from ): array {
		return array_merge( ...array_column( Entries::range( $from, PHP_INT_MAX, 1000 ), 'texts' ) );
	}

	public function test_a_person_gets_what_the_log_tells_and_it_is_erased(): void {
		Plugin::composition()->personal_data()->register();
		$title = 'Personal title ' . uniqid();
		$from  = AuditTrail::size();
		$this->append( $title );
		AuditTrail::append();
		Plugin::composition()->log()->append( EntryDraft::admin( 'connection', 'connection.created', "user:$this->person" ) );

		$part = self::tool( 'wp_privacy_personal_data_exporters' )['callback']( $this->email, 1 );
		self::assertTrue( $part['done'] );
		self::assertCount( 1, $part['data'], 'not the address of who did something about the person' );
		self::assertSame( [ 'countersign-audit', "countersign-entry-$from" ], [ $part['data'][0]['group_id'], $part['data'][0]['item_id'] ] );
		$told = array_column( $part['data'][0]['data'], 'value', 'name' );
		self::assertSame( [ 'create_draft', '192.0.2.77', $title ], [ $told['Action'], $told['IP address'], $told['title'] ] );

		self::assertCount( 1, Entries::page( [ 'search' => $title ], null, 10 ) );
		self::assertCount( 2 + 1 + 1, self::texts( $from ) );
		$size = AuditTrail::size();
		$done = self::tool( 'wp_privacy_personal_data_erasers' )['callback']( $this->email, 1 );
		self::assertSame( [ 'items_removed' => 1, 'items_retained' => false, 'messages' => [], 'done' => true ], $done );
		self::assertSame( [ '"192.0.2.7"', '"127.0.0.1"' ], array_column( self::texts( $from ), 'value' ), 'the texts of others stay' );
		self::assertSame( [ 'system privacy.erased ok' ], AuditTrail::lines( $size ) );
		$entry = AuditTrail::since( $size )[0];
		self::assertSame( "user:$this->person", $entry['target'] );
		self::assertStringContainsString( '"change":{"entries":1,"texts":2}', $entry['body'] );
		self::assertSame( [], Entries::page( [ 'search' => $title ], null, 10 ) );
		self::assertStringNotContainsString( '192.0.2.77', AuditTrail::since( $from )[0]['body'] );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );

		$again = self::tool( 'wp_privacy_personal_data_erasers' )['callback']( $this->email, 2 );
		self::assertSame( [ 0, true ], [ $again['items_removed'], $again['done'] ] );
		self::assertSame( $size + 1, AuditTrail::size(), 'nothing was erased, so nothing is recorded' );
	}

	public function test_people_can_erase_their_own_texts_in_parts(): void {
		$from = AuditTrail::size();
		$this->append( 'One of several', 5 );
		wp_set_current_user( $this->person );
		$texts = new PersonalTexts( Plugin::composition()->log() );
		self::assertSame( [ 2, 2, 1, 0 ], [ $texts->erase( $this->person, 2 ), $texts->erase( $this->person, 2 ), $texts->erase( $this->person, 2 ), $texts->erase( $this->person, 2 ) ] );
		self::assertSame( [], self::texts( $from ) );
		self::assertSame( 3, AuditTrail::size() - $from - 5 );
		self::assertTrue( AuditTrail::verify()['ok'] );
	}

	public function test_texts_about_a_person_are_the_persons_too(): void {
		$from = AuditTrail::size();
		Plugin::composition()->log()->append( AuditTrail::draft( 'account.changed', [ 'target' => "user:$this->person", 'texts' => [ 'change.name' => 'Anna Example' ] ] ) );
		$rows = PersonalTexts::of( $this->person, 10 );
		self::assertSame( [ [ 'change.name' ] ], array_map( static fn( array $row ): array => array_column( $row['texts'], 'path' ), $rows ) );
		( new PersonalTexts( Plugin::composition()->log() ) )->erase( $this->person, 10 );
		self::assertSame( [ 'actor.ip' ], array_column( self::texts( $from ), 'path' ) );
	}

	public function test_nothing_is_known_of_strangers(): void {
		$data = Plugin::composition()->personal_data();
		self::assertSame( [ 'data' => [], 'done' => true ], $data->export( 'nobody@example.com' ) );
		self::assertSame( 0, $data->erase( 'nobody@example.com' )['items_removed'] );
	}

	public function test_what_cannot_be_erased_is_said(): void {
		global $wpdb;
		$this->append( 'Old' );
		$seq  = AuditTrail::size() - 1;
		$body = AuditTrail::since( $seq )[0]['body'];
		$wpdb->update( Site::table( 'audit_entry' ), [ 'body' => str_replace( '"ip":null', '"ip":"192.0.2.77"', $body ) ], [ 'seq' => $seq ] );
		$done = Plugin::composition()->personal_data()->erase( $this->email );
		$wpdb->update( Site::table( 'audit_entry' ), [ 'body' => $body ], [ 'seq' => $seq ] );
		self::assertTrue( $done['items_retained'] );
		self::assertStringContainsString( 'IP addresses', $done['messages'][0] );
	}

	/** @group mysql */
	public function test_a_failed_erasure_is_said(): void {
		global $wpdb;
		$this->append( 'Kept' );
		$table = Site::table( 'audit_head' );
		$wpdb->query( "RENAME TABLE $table TO {$table}_away" ); // phpcs:ignore
		try {
			$done = Plugin::composition()->personal_data()->erase( $this->email );
		} finally {
			$wpdb->query( "RENAME TABLE {$table}_away TO $table" ); // phpcs:ignore
		}
		self::assertSame( [ 0, true, true ], [ $done['items_removed'], $done['items_retained'], $done['done'] ] );
		self::assertCount( 1, PersonalTexts::of( $this->person, 10 ) );
	}

	public function test_the_policy_of_the_site_gets_a_proposal(): void {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		require_once ABSPATH . 'wp-admin/includes/class-wp-privacy-policy-content.php';
		require_once ABSPATH . 'wp-admin/includes/screen.php';
		set_current_screen( 'privacy' );
		// WordPress takes proposals only while this action runs.
		remove_all_actions( 'admin_init' );
		add_action( 'admin_init', PersonalData::propose_policy( ... ) );
		do_action( 'admin_init' ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- An action of WordPress.
		unset( $GLOBALS['current_screen'] );
		$texts = array_column( \WP_Privacy_Policy_Content::get_suggested_policy_text(), 'policy_text', 'plugin_name' );
		self::assertStringContainsString( 'audit log', $texts['Countersign'] );
	}
}
