<?php

declare(strict_types=1);

namespace Countersign\Tests\Admin;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The forms and links of the dashboard pages: what they do, and who may use them. */
final class FormsTest extends TestCase {

	protected function tearDown(): void {
		get_role( 'editor' )->remove_cap( 'countersign_read_audit' );
		Plugin::composition()->kill_switch()->set( false );
		parent::tearDown();
	}

	/** @return array<string, array{string, array<string, mixed>}> */
	public function actions(): array {
		return [
			'kill switch' => [ 'countersign_kill_switch', [ 'on' => '1' ] ],
			'pause'       => [ 'countersign_pause', [] ],
			'resume'      => [ 'countersign_resume', [] ],
			'revoke'      => [ 'countersign_revoke', [] ],
			'save'        => [ 'countersign_save', [ 'name' => 'Changed', 'limit_max' => 1, 'limit_window' => 1 ] ],
			'settings'    => [ 'countersign_settings', [ 'allow_widening' => '1', 'ip_max' => 256, 'ip_window' => 1 ] ],
			'verify'      => [ 'countersign_verify', [] ],
			'acknowledge' => [ 'countersign_acknowledge', [] ],
			'close upload' => [ 'countersign_close_upload', [ 'session' => '000000000000000000000000' ] ],
		];
	}

	/** Returns the nonce that the person's own page would contain for this action. */
	private static function nonce( Person $person, string $action, int $connection ): string {
		return $person->nonce( $connection ? "{$action}_$connection" : $action );
	}

	/** @dataProvider actions */
	public function test_users_without_the_capability_are_refused( string $action, array $fields ): void {
		get_role( 'editor' )->add_cap( 'countersign_read_audit' );
		$agent = Site::connect();
		foreach ( [ 'editor', 'author', 'subscriber' ] as $login ) {
			if ( 'editor' === $login && 'countersign_verify' === $action ) {
				continue; // The capability was just granted.
			}
			$person = Person::of( $login );
			$before = Fingerprint::of_site();
			$size   = AuditTrail::size();
			foreach ( [ 0, $agent->id ] as $id ) {
				$answer = $person->post( admin_url( 'admin-post.php' ), [ 'action' => $action, 'connection' => $id ?: '', '_wpnonce' => self::nonce( $person, $action, $id ) ] + $fields );
				self::assertSame( 403, $answer->status, $login );
			}
			self::assertSiteUnchanged( $before );
			self::assertSame( $size, AuditTrail::size(), $login );
		}
	}

	/** @dataProvider actions */
	public function test_a_nonce_for_another_action_is_refused( string $action, array $fields ): void {
		$agent  = Site::connect();
		$other  = Site::connect();
		$admin  = Person::of( 'admin' );
		$before = Site::digest();
		$size   = AuditTrail::size();
		$nonces = [ '', 'abcdef0123', self::nonce( $admin, 'countersign_other', $agent->id ), self::nonce( $admin, $action, $other->id ), self::nonce( Person::of( 'editor' ), $action, $agent->id ) ];
		foreach ( $nonces as $nonce ) {
			self::assertSame( 403, $admin->post( admin_url( 'admin-post.php' ), [ 'action' => $action, 'connection' => $agent->id, '_wpnonce' => $nonce ] + $fields )->status );
			self::assertSame( 403, $admin->get( admin_url( 'admin-post.php?' . http_build_query( [ 'action' => $action, 'connection' => $agent->id, '_wpnonce' => $nonce ] + $fields ) ) )->status );
		}
		self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ] );
	}

	/** @dataProvider actions */
	public function test_visitors_are_refused( string $action, array $fields ): void {
		$before = Site::digest();
		$size   = AuditTrail::size();
		$answer = Http::send( 'POST', admin_url( 'admin-post.php' ), [ 'Content-Type' => 'application/x-www-form-urlencoded' ], http_build_query( [ 'action' => $action ] + $fields ) );
		self::assertSame( [ 400, null ], [ $answer->status, $answer->header( 'Location' ) ] );
		self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ] );
	}

	private static function act( string $action, int $connection = 0, array $fields = [] ): Answer {
		$admin  = Person::of( 'admin' );
		$answer = $admin->post( admin_url( 'admin-post.php' ), [ 'action' => $action, '_wpnonce' => self::nonce( $admin, $action, $connection ) ] + ( $connection ? [ 'connection' => $connection ] : [] ) + $fields );
		self::assertSame( 302, $answer->status, wp_strip_all_tags( $answer->body ) );
		wp_cache_flush();
		Site::forget();
		return $answer;
	}

	public function test_the_list_links_to_pause_resume_and_revoke(): void {
		$agent = Site::connect();
		$admin = Person::of( 'admin' );
		foreach ( [ 'countersign_pause' => Connection::PAUSED, 'countersign_resume' => Connection::ACTIVE ] as $action => $state ) {
			$page = $admin->page( 'countersign' );
			self::assertSame( 1, preg_match( '~href="([^"]*admin-post\.php\?action=' . $action . '&(?:amp;|#038;)connection=' . $agent->id . '&[^"]*)"~', $page->body, $found ), "no link to $action" );
			self::assertSame( 302, $admin->get( html_entity_decode( $found[1] ) )->status );
			self::assertSame( $state, $agent->connection()->state );
		}
		$form = Person::form( $admin->page( 'countersign', [ 'view' => 'revoke', 'connection' => $agent->id ] ), 'countersign_revoke' );
		$admin->post( admin_url( 'admin-post.php' ), $form );
		self::assertSame( [ Connection::REVOKED, 'admin' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		self::assertSame( 404, $admin->post( admin_url( 'admin-post.php' ), $form )->status );
		self::assertStringContainsString( 'is permanently revoked', wp_strip_all_tags( $admin->page( 'countersign' )->body ) );
	}

	public function test_the_form_removes_permissions_but_does_not_add_any(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$admin = Person::of( 'admin' );
		$form  = Person::form( $admin->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] ), 'countersign_save' );
		self::assertEqualsCanonicalizing( array_diff( $agent->connection()->groups, [ 'read' ] ), array_diff( $form['groups'], [ 'read' ] ), 'the form shows the current groups' );
		$admin->post( admin_url( 'admin-post.php' ), [ 'groups' => [ 'publish' ], 'name' => 'Renamed <b>x</b>', 'limit_max' => 7, 'limit_window' => 99 ] + $form );
		$now = $agent->connection();
		self::assertSame( [ [ 'read', 'publish' ], 'Renamed x', [ 'max' => 7, 'window' => 99 ] ], [ $now->groups, $now->name, $now->limit ] );
		$admin->post( admin_url( 'admin-post.php' ), [ 'groups' => [ 'publish', 'create_edit' ], 'name' => 'Widened' ] + $form );
		self::assertSame( [ [ 'read', 'publish' ], 'Renamed x' ], [ $agent->connection()->groups, $agent->connection()->name ] );
		self::assertStringContainsString( \Countersign\reasons()['widening_refused'], wp_strip_all_tags( $admin->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] )->body ) );
	}

	public function test_the_form_says_whom_the_agent_may_make_an_author(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$admin = Person::of( 'admin' );
		$page  = $admin->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] );
		$form  = Person::form( $page, 'countersign_save' );
		self::assertSame( [], $form['authors'] ?? [] );
		self::assertStringContainsString( 'name="authors[]" value="' . Site::user( 'author' ) . '"', $page->body );
		self::assertStringNotContainsString( 'name="authors[]" value="' . Site::user( 'subscriber' ) . '"', $page->body, 'who cannot write' );
		$from = AuditTrail::size();
		$admin->post( admin_url( 'admin-post.php' ), [ 'authors' => [ Site::user( 'author' ), '999999999', 'x' ] ] + $form );
		self::assertSame( [ Site::user( 'author' ) ], $agent->connection()->authors );
		self::assertRecorded( [ 'connection connection.authors ok' ], $from );
		$form = Person::form( $admin->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] ), 'countersign_save' );
		self::assertSame( [ (string) Site::user( 'author' ) ], $form['authors'] );
		unset( $form['authors'] );
		$admin->post( admin_url( 'admin-post.php' ), $form );
		self::assertSame( [], $agent->connection()->authors );
	}

	public function test_the_form_excludes_fields_and_says_what_is_wrong_with_a_name(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$admin = Person::of( 'admin' );
		$edit  = static fn(): Answer => $admin->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] );
		$form  = Person::form( $edit(), 'countersign_save' );
		self::assertSame( '', $form['denied_fields'] );
		foreach ( [
			"slug\nprice"      => 'line 2 of the fields is not the name of a field',
			'meta:'            => 'line 1 of the fields ends after the colon',
			"slug\nmeta:gr\u{f6}sse" => 'line 2 of the fields has a character that it cannot have',
			implode( "\n", array_map( static fn( int $n ): string => "meta:a$n", range( 1, 51 ) ) ) => 'more than 50 names',
		] as $typed => $fault ) {
			$admin->post( admin_url( 'admin-post.php' ), [ 'denied_fields' => $typed, 'name' => 'Not saved' ] + $form );
			self::assertStringContainsString( $fault, wp_strip_all_tags( $edit()->body ) );
			self::assertSame( [ [], 'Test connection' ], [ $agent->connection()->denied_fields, $agent->connection()->name ] );
		}
		$from = AuditTrail::size();
		$admin->post( admin_url( 'admin-post.php' ), [ 'denied_fields' => " META:_price \r\n\r\nslug\r\nslug" ] + $form );
		self::assertSame( [ 'meta:_price', 'slug' ], $agent->connection()->denied_fields );
		self::assertRecorded( [ 'connection connection.fields ok' ], $from );
		$form = Person::form( $edit(), 'countersign_save' );
		self::assertSame( "meta:_price\nslug", $form['denied_fields'] );
		$admin->post( admin_url( 'admin-post.php' ), [ 'denied_fields' => 'slug', 'name' => 'Widened' ] + $form );
		self::assertStringContainsString( \Countersign\reasons()['widening_refused'], wp_strip_all_tags( $edit()->body ) );
		unset( $form['denied_fields'] );
		$admin->post( admin_url( 'admin-post.php' ), $form );
		self::assertSame( [ 'meta:_price', 'slug' ], $agent->connection()->denied_fields, 'a form without the names removes none' );
	}

	public function test_saving_an_unchanged_form_changes_nothing(): void {
		foreach ( [ 'standard', 'full_access', 'read_only' ] as $preset ) {
			$agent  = Site::connect( 'editor', $preset );
			$form   = Person::form( Person::of( 'admin' )->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] ), 'countersign_save' );
			$before = Site::digest();
			$size   = AuditTrail::size();
			Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form );
			self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ], $preset );
		}
	}

	public function test_changed_settings_are_recorded_and_limited(): void {
		$form = Person::form( Person::of( 'admin' )->page( 'countersign' ), 'countersign_settings' );
		$from = AuditTrail::size();
		self::act( 'countersign_settings', 0, [ 'ip_max' => '99999', 'ip_window' => '0', 'allow_widening' => '1', 'mail_on_connect' => '1', 'upload_mb' => '5000' ] + $form );
		self::assertSame( [ [ 'max' => 256, 'window' => 1 ], true, true, 1024 * MB_IN_BYTES ], [ Plugin::composition()->settings()->ip_limit(), Plugin::composition()->settings()->allow_widening(), Plugin::composition()->settings()->mail_on_connect(), Plugin::composition()->settings()->max_upload() ] );
		self::assertRecorded( [ 'setting settings.changed ok' ], $from );
		self::assertSame( Site::user( 'admin' ), json_decode( AuditTrail::since( $from )[0]['body'], true )['actor']['user'] );
	}

	public function test_lifetimes_are_saved_within_their_bounds_and_used(): void {
		$admin    = Person::of( 'admin' );
		$settings = static fn(): \Countersign\Plugin\Site\Settings => Plugin::composition()->settings();
		$form     = Person::form( $admin->page( 'countersign' ), 'countersign_settings' );
		self::assertSame( [ '720', '60' ], [ $form['refresh_hours'], $form['access_minutes'] ] );
		self::act( 'countersign_settings', 0, [ 'refresh_hours' => '0', 'access_minutes' => '4' ] + $form );
		self::assertSame( [ 3600, 300 ], [ $settings()->refresh_lifetime(), $settings()->access_lifetime() ] );
		self::act( 'countersign_settings', 0, [ 'refresh_hours' => '9000', 'access_minutes' => '1441' ] + $form );
		self::assertSame( [ 31536000, 86400 ], [ $settings()->refresh_lifetime(), $settings()->access_lifetime() ] );
		$from = AuditTrail::size();
		self::act( 'countersign_settings', 0, [ 'refresh_hours' => '48', 'access_minutes' => '10' ] + $form );
		self::assertSame( [ 172800, 600 ], [ $settings()->refresh_lifetime(), $settings()->access_lifetime() ] );
		self::assertRecorded( [ 'setting settings.changed ok' ], $from );
		// A form without these fields leaves them as they are.
		self::act( 'countersign_settings', 0, [ 'ip_max' => '9' ] );
		self::assertSame( [ 172800, 600 ], [ $settings()->refresh_lifetime(), $settings()->access_lifetime() ] );
	}

	public function test_schemes_of_programs_are_checked_by_line_and_saved(): void {
		$admin = Person::of( 'admin' );
		$form  = Person::form( $admin->page( 'countersign' ), 'countersign_settings' );
		self::act( 'countersign_settings', 0, [ 'app_schemes' => "myapp\r\n\r\njavascript\r\nhttps\r\nmy app\r\n" ] + $form );
		$text = wp_strip_all_tags( $admin->page( 'countersign' )->body );
		foreach ( [ 'line 3: this is not', 'line 4: this is not', 'line 5: this is not', 'No setting was saved' ] as $message ) {
			self::assertStringContainsString( $message, $text );
		}
		self::assertStringNotContainsString( 'javascript', $text );
		self::assertSame( [], Plugin::composition()->settings()->app_schemes() );
		self::act( 'countersign_settings', 0, [ 'app_schemes' => "MyApp\r\n other-editor \r\n" ] + $form );
		self::assertSame( [ 'myapp', 'other-editor' ], Plugin::composition()->settings()->app_schemes() );
	}

	public function test_trusted_proxies_are_checked_by_line_recorded_and_saved(): void {
		$admin = Person::of( 'admin' );
		$form  = Person::form( $admin->page( 'countersign' ), 'countersign_settings' );
		$from  = AuditTrail::size();
		self::act( 'countersign_settings', 0, [ 'trusted_proxies' => "192.0.2.0/24\r\n\r\n10.0.0.1/8\r\n::/0\r\nproxy.example\r\n", 'ip_max' => '7' ] + $form );
		$text = wp_strip_all_tags( $admin->page( 'countersign' )->body );
		foreach ( [ 'line 3: a network must begin', 'line 4: the network has too many', 'line 5: this is neither', 'No setting was saved' ] as $message ) {
			self::assertStringContainsString( $message, $text );
		}
		self::assertStringNotContainsString( 'proxy.example', $text );
		self::assertSame( [ [], 256, $from ], [ Plugin::composition()->settings()->trusted_proxies(), Plugin::composition()->settings()->ip_limit()['max'], AuditTrail::size() ] );
		self::act( 'countersign_settings', 0, [ 'trusted_proxies' => "192.0.2.0/24\r\n  2001:db8::1\r\n", 'proxy_header' => 'forwarded' ] + $form );
		self::assertSame( [ [ '192.0.2.0/24', '2001:db8::1' ], 'forwarded' ], [ Plugin::composition()->settings()->trusted_proxies(), Plugin::composition()->settings()->proxy_header() ] );
		self::assertRecorded( [ 'setting settings.changed ok' ], $from );
		$form = Person::form( $admin->page( 'countersign' ), 'countersign_settings' );
		self::assertSame( [ "192.0.2.0/24\n2001:db8::1", 'forwarded' ], [ $form['trusted_proxies'], $form['proxy_header'] ] );
		self::act( 'countersign_settings', 0, [ 'proxy_header' => 'x-real-ip' ] + $form );
		self::assertSame( 'x-forwarded-for', Plugin::composition()->settings()->proxy_header() );
	}

	public function test_only_an_administrator_sees_and_changes_the_trusted_proxies(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$editor = Person::of( 'editor' );
			$page   = $editor->page( 'countersign' );
			self::assertStringNotContainsString( 'trusted_proxies', $page->body );
			$form = Person::form( $page, 'countersign_settings' );
			$size = AuditTrail::size();
			$editor->post( admin_url( 'admin-post.php' ), [ 'trusted_proxies' => '127.0.0.1', 'ip_max' => '9' ] + $form );
			self::assertSame( [ [], 256, $size ], [ Plugin::composition()->settings()->trusted_proxies(), Plugin::composition()->settings()->ip_limit()['max'], AuditTrail::size() ] );
			self::assertStringContainsString( 'Only an administrator can change the trusted proxies', wp_strip_all_tags( $editor->page( 'countersign' )->body ) );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}

	public function test_the_page_says_when_a_proxy_is_not_in_the_list(): void {
		$admin  = Person::of( 'admin' );
		$needle = 'forwarded by a proxy that is not in the list';
		self::assertStringNotContainsString( $needle, $admin->page( 'countersign' )->body );
		$url = add_query_arg( 'page', 'countersign', admin_url( 'admin.php' ) );
		self::assertStringContainsString( $needle, $admin->get( $url, [ 'X-Forwarded-For' => '203.0.113.7' ] )->body );
		Site::settings( [ 'trusted_proxies' => [ '127.0.0.0/8' ] ] + Site::ROOMY );
		$page = $admin->get( $url, [ 'X-Forwarded-For' => '203.0.113.7' ] )->body;
		self::assertStringNotContainsString( $needle, $page );
		self::assertStringContainsString( 'Your own request comes from the address 203.0.113.7.', $page );
	}

	public function test_the_page_shows_the_result_of_a_verification(): void {
		self::act( 'countersign_verify' );
		self::assertStringContainsString( 'The log is complete and unchanged', wp_strip_all_tags( Person::of( 'admin' )->page( 'countersign-audit' )->body ) );
		global $wpdb;
		AuditTrail::append();
		$seq = AuditTrail::size() - 1;
		$wpdb->query( 'UPDATE ' . Site::table( 'audit_entry' ) . " SET target = 'post:666' WHERE seq = $seq" );
		self::act( 'countersign_verify' );
		$text = wp_strip_all_tags( Person::of( 'admin' )->page( 'countersign-audit' )->body );
		$wpdb->query( 'UPDATE ' . Site::table( 'audit_entry' ) . " SET target = 'post:12' WHERE seq = $seq" );
		self::assertStringContainsString( 'tampered', $text );
		self::act( 'countersign_verify' );
	}

	public function test_each_page_needs_its_capability(): void {
		self::assertSame( 200, Person::of( 'admin' )->page( 'countersign' )->status );
		self::assertSame( 200, Person::of( 'admin' )->page( 'countersign-audit' )->status );
		foreach ( [ 'countersign', 'countersign-audit' ] as $page ) {
			self::assertSame( 403, Person::of( 'editor' )->page( $page )->status, $page );
			self::assertSame( 403, Person::of( 'subscriber' )->page( $page )->status, $page );
		}
		get_role( 'editor' )->add_cap( 'countersign_read_audit' );
		self::assertSame( 200, Person::of( 'editor' )->page( 'countersign-audit' )->status, 'an auditor does not have to be an administrator' );
		self::assertSame( 403, Person::of( 'editor' )->page( 'countersign' )->status );
	}

	public function test_text_of_agents_and_clients_is_escaped(): void {
		wp_set_current_user( Site::user( 'admin' ) );
		$evil = '"><script>alert("xss")</script><img src=x onerror=alert(1)>';
		Plugin::composition()->creation()->create( $evil, $evil, Site::user( 'editor' ), 'standard', [], [] );
		Plugin::composition()->log()->append( AuditTrail::draft( 'test.xss', [ 'target' => $evil, 'actor' => [ 'kind' => 'agent', 'client' => $evil ], 'change' => [ $evil => $evil ] ] ) );
		foreach ( [ [ 'countersign', [] ], [ 'countersign', [ 's' => $evil, 'state' => $evil ] ], [ 'countersign-audit', [] ], [ 'countersign-audit', [ 's' => $evil, 'correlation' => $evil, 'outcome' => $evil ] ] ] as [ $page, $query ] ) {
			$answer = Person::of( 'admin' )->page( $page, $query );
			self::assertSame( 200, $answer->status );
			self::assertStringNotContainsString( '<script>alert', $answer->body, $page );
			self::assertStringNotContainsString( '<img src=x', $answer->body, $page );
		}
	}

	public function test_a_form_of_the_kill_switch_that_says_nothing_stops_agents(): void {
		self::act( 'countersign_kill_switch' );
		self::assertSame( KillSwitch::ON, Plugin::composition()->kill_switch()->state() );
	}

	public function test_a_request_that_came_too_late_is_not_told_as_done(): void {
		$agent = Site::connect();
		$told  = static fn(): string => wp_strip_all_tags( Person::of( 'admin' )->page( 'countersign' )->body );
		self::act( 'countersign_resume', $agent->id );
		self::assertStringContainsString( 'was changed meanwhile, so this had no effect', $told() );
		self::act( 'countersign_pause', $agent->id );
		self::assertStringContainsString( 'It keeps its permissions, and you can resume it.', $told() );
		self::act( 'countersign_pause', $agent->id );
		self::assertStringContainsString( 'was changed meanwhile, so this had no effect', $told() );
	}

	public function test_settings_are_not_saved_over_a_change_that_was_not_seen(): void {
		$decided = Plugin::composition()->site_records()->text( SealedOptions::SETTINGS );
		Site::settings( [ 'ip_limit' => [ 'max' => 3, 'window' => 60 ] ] + Site::ROOMY );
		$size = AuditTrail::size();
		try {
			Plugin::composition()->site_records()->replace( SealedOptions::SETTINGS, $decided, Plugin::composition()->settings()->with(), EntryDraft::admin( 'setting', 'settings.changed', 'settings' ) );
			self::fail( 'stored over the change of another person' );
		} catch ( Failure ) {
			self::assertSame( $size, AuditTrail::size() );
		}
		self::assertSame( 3, Plugin::composition()->settings()->ip_limit()['max'] );
	}

	/** @return array<string, array{string, string}> */
	public function addresses(): array {
		$long = str_repeat( '9', 400 );
		return [
			'huge page'        => [ 'countersign', "paged=$long" ],
			'smallest page'    => [ 'countersign', 'paged=-9223372036854775808' ],
			'huge connection'  => [ 'countersign', "view=edit&connection=$long" ],
			'smallest id'      => [ 'countersign', 'view=revoke&connection=-9223372036854775808' ],
			'list of ids'      => [ 'countersign', 'view=revoke&connection[]=1' ],
			'long search'      => [ 'countersign', 's=' . str_repeat( '%25', 1000 ) ],
			'smallest entry'   => [ 'countersign-audit', 'before=-9223372036854775808' ],
			'list of entries'  => [ 'countersign-audit', 'before[]=1&connection[]=1' ],
			'huge entry'       => [ 'countersign-audit', "before=$long&connection=$long" ],
		];
	}

	/** @dataProvider addresses */
	public function test_pages_open_with_any_parameter( string $page, string $query ): void {
		Site::connect();
		self::assertSame( 200, Person::of( 'admin' )->get( admin_url( "admin.php?page=$page&$query" ) )->status );
	}

	public function test_who_manages_connections_does_not_acknowledge_a_restore(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		get_role( 'editor' )->add_cap( 'countersign_read_audit' );
		try {
			$editor = Person::of( 'editor' );
			$answer = $editor->post( admin_url( 'admin-post.php' ), [ 'action' => 'countersign_acknowledge', '_wpnonce' => self::nonce( $editor, 'countersign_acknowledge', 0 ) ] );
			self::assertSame( 403, $answer->status );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}

	public function test_the_list_shows_the_address_of_the_last_use(): void {
		$agent = Site::connect();
		$agent->do( 'whoami' );
		$text = wp_strip_all_tags( Person::of( 'admin' )->page( 'countersign' )->body );
		self::assertStringContainsString( '127.0.0.1', $text );
		self::assertStringContainsString( 'Test connection', $text );
	}
}
