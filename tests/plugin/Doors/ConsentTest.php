<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\OAuth;
use Countersign\Plugin\Admin\ConsentPresets;
use Countersign\Plugin\Fetch\FetchFailed;
use Countersign\Plugin\Fetch\PublicFetcher;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The page on which a person connects a client. */
final class ConsentTest extends TestCase {

	private const DOCUMENT = 'https://client.example/oauth/metadata.json';

	protected function setUp(): void {
		parent::setUp();
		Site::settings( [ 'registration_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
		@unlink( Site::folder() . '/tmp/fetched' );
	}

	protected function tearDown(): void {
		delete_option( 'fixture_documents' );
		parent::tearDown();
	}

	private static function text( \Countersign\Tests\Answer $page ): string {
		return (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $page->body ), ENT_QUOTES ) );
	}

	public function test_the_page_shows_client_and_host_and_cannot_be_framed_or_cached(): void {
		$page = OAuthClient::registered( [ 'client_name' => 'Claude <script>alert(1)</script>' ] )->consent_page( Person::of( 'admin' ) );
		self::assertSame( 200, $page->status );
		self::assertStringContainsString( 'Claude <script>alert(1)</script>', html_entity_decode( $page->body ) );
		self::assertStringNotContainsString( '<script>alert(1)', $page->body );
		self::assertStringContainsString( '127.0.0.1:7799', self::text( $page ) );
		self::assertStringContainsString( 'That is your own computer.', self::text( $page ) );
		self::assertStringContainsString( "frame-ancestors 'none'", (string) implode( ' ', array_map( static fn( array $header ): string => $header[1], $page->headers ) ) );
		self::assertStringContainsString( 'no-store', $page->header( 'Cache-Control' ) );
		self::assertSame( 'no-referrer', $page->header( 'Referrer-Policy' ) );
		$remote = OAuthClient::registered( [ 'redirect_uris' => [ 'https://claude.ai/callback' ] ] )->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => 'https://claude.ai/callback' ] );
		self::assertStringNotContainsString( 'That is your own computer.', self::text( $remote ) );
	}

	public function test_the_question_is_read_first_and_the_page_says_who_decides(): void {
		$page = OAuthClient::registered()->consent_page( Person::of( 'admin' ) );
		self::assertSame( 1, preg_match_all( '~ autofocus~', $page->body ) );
		self::assertMatchesRegularExpression( '~<h1 class="countersign-title" tabindex="-1" autofocus>Connect an agent to ~', $page->body );
		self::assertStringContainsString( 'You are signed in as admin (Administrator). Use another account', self::text( $page ) );
		self::assertSame( 1, preg_match( '~<a href="([^"]+action=logout[^"]+)">Use another account~', $page->body, $link ) );
		parse_str( (string) parse_url( html_entity_decode( $link[1] ), PHP_URL_QUERY ), $logout );
		self::assertStringContainsString( 'action=countersign_authorize&request=', $logout['redirect_to'], 'the road leads back to this request' );
	}

	public function test_the_page_says_what_an_agent_can_do_and_what_it_cannot(): void {
		$page = OAuthClient::registered()->consent_page( Person::of( 'admin' ) );
		self::assertSame( 1, preg_match( '~value="draft_only".*?class="countersign-lists">(.*?)<details>~s', $page->body, $lists ) );
		self::assertSame(
			'It can view site information, content and media create drafts and change content that is not public upload files, write alternative texts and add images to content create and assign categories and tags read and write the fields of SEO plugins let people without an account send files It cannot publish, schedule and change public content move content to the trash and restore it list authors and change the author of content change settings, users, plugins, themes or code',
			trim( (string) preg_replace( '/\s+/', ' ', html_entity_decode( (string) preg_replace( '/<[^>]+>/', ' ', $lists[1] ) ) ) )
		);
		foreach ( [ 'image' ] as $group ) {
			self::assertStringNotContainsString( Labels::act( $group ), $page->body, 'no tool on this site has this permission' );
			self::assertStringNotContainsString( "value=\"$group\"", $page->body );
		}
	}

	/** @return array<string, array{list<string>, list<string>}> Groups with tools, and the presets that are offered. */
	public function sites(): array {
		return [
			'only reading'       => [ [ 'read' ], [ 'standard' ] ],
			'the built-in tools' => [ [ 'read', 'create_edit', 'publish', 'trash_restore' ], [ 'read_only', 'draft_only', 'standard', 'full_access' ] ],
			'an SEO plugin'      => [ [ 'read', 'create_edit', 'publish', 'trash_restore', 'seo' ], [ 'read_only', 'seo_specialist', 'draft_only', 'standard', 'full_access' ] ],
			'every kind'         => [ \Countersign\Access::groups(), array_keys( \Countersign\Access::presets() ) ],
		];
	}

	/** @dataProvider sites */
	public function test_presets_without_tools_are_not_offered( array $groups, array $offered ): void {
		self::assertSame( $offered, ( new ConsentPresets( array_fill_keys( $groups, [ 'A tool' ] ) + array_fill_keys( \Countersign\Access::groups(), [] ) ) )->offered() );
	}

	public function test_what_was_filled_in_is_kept_when_the_form_is_shown_again(): void {
		$answer = OAuthClient::registered()->decide( Person::of( 'admin' ), [ 'user' => 999999, 'preset' => 'custom', 'groups' => [ 'seo' ], 'name' => 'Kept “name”' ] );
		self::assertStringContainsString( 'choose the account that the agent acts as from the list', self::text( $answer ) );
		$form = Person::forms( $answer->body )[0];
		self::assertSame( [ 'custom', [ 'seo' ], 'Kept “name”' ], [ $form['preset'], $form['groups'], $form['name'] ] );
		self::assertStringContainsString( 'aria-describedby="login_error"', $answer->body );
	}

	public function test_viewing_the_page_changes_nothing(): void {
		$client = OAuthClient::registered();
		$before = Site::digest();
		$size   = AuditTrail::size();
		$client->consent_page( Person::of( 'admin' ) );
		self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ] );
	}

	public function test_allowing_creates_the_chosen_connection(): void {
		$client = OAuthClient::registered( [ 'client_name' => 'Chosen client' ] );
		$answer = $client->decide( Person::of( 'admin' ), [ 'preset' => 'custom', 'groups' => [ 'publish', 'seo' ], 'user' => Site::user( 'author' ), 'name' => 'My own <i>name</i>' ] );
		self::assertStringStartsWith( OAuthClient::REDIRECT . '?', $answer->header( 'Location' ) );
		$parameters = OAuthClient::parameters( $answer );
		self::assertSame( [ 'a state & more', \Countersign\Plugin\Site\Urls::issuer() ], [ $parameters['state'], $parameters['iss'] ] );
		$connection = Plugin::composition()->connections()->find( OAuthClient::newest() );
		self::assertSame( [ 'My own name', 'Chosen client', Site::user( 'author' ), 'custom', [ 'read', 'publish', 'seo' ], Site::user( 'admin' ) ], [ $connection->name, $connection->client, $connection->user, $connection->preset, $connection->groups, $connection->created_by ] );
	}

	public function test_the_standard_preset_and_an_account_of_its_own_are_preselected(): void {
		$client = OAuthClient::registered( [ 'client_name' => 'Agent Smith' ] );
		$page   = $client->consent_page( Person::of( 'admin' ) );
		$form   = Person::forms( $page->body )[0];
		self::assertSame( [ 'standard', 'own' ], [ $form['preset'], $form['user'] ] );
		self::assertMatchesRegularExpression( '~<option value="own"[^>]*>An account of its own \(recommended\)</option>\s*<option value="' . Site::user( 'admin' ) . '" >Your account: ~', $page->body );
		$client->decide( Person::of( 'admin' ), [ 'user' => 'own' ] );
		$connection = Plugin::composition()->connections()->find( OAuthClient::newest() );
		$account    = get_userdata( $connection->user );
		self::assertSame( [ 'standard', true, Site::user( 'admin' ), 'Agent Smith' ], [ $connection->preset, $connection->own_account, $connection->created_by, $account->display_name ] );
		self::assertTrue( $account->has_cap( 'publish_posts' ) );
		self::assertFalse( $account->has_cap( 'delete_posts' ) );
		self::assertStringNotContainsString( 'Agent Smith', OAuthClient::registered()->consent_page( Person::of( 'admin' ) )->body, 'no other agent can act as it' );
	}

	public function test_a_consent_that_fails_leaves_no_account(): void {
		global $wpdb;
		$count = static fn(): int => (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->users" );
		$users = $count();
		$client = OAuthClient::registered();
		$client->decide( Person::of( 'admin' ), [ 'user' => 'own', 'preset' => 'root' ] );
		$client->decide( Person::of( 'admin' ), [ 'user' => 'own', 'decision' => 'cancel' ] );
		self::assertSame( $users, $count() );
	}

	public function test_a_refusal_is_recorded_and_returned_to_the_client(): void {
		$from   = AuditTrail::size();
		$newest = OAuthClient::newest();
		$answer = OAuthClient::registered()->decide( Person::of( 'admin' ), [ 'decision' => 'cancel' ] );
		self::assertSame( [ 'access_denied', 'a state & more' ], [ OAuthClient::parameters( $answer )['error'], OAuthClient::parameters( $answer )['state'] ] );
		self::assertSame( $newest, OAuthClient::newest() );
		self::assertRecorded( [ 'refusal oauth.consent denied consent_denied' ], $from );
	}

	public function test_only_users_who_manage_connections_can_decide(): void {
		$client = OAuthClient::registered();
		$page = $client->consent_page( Person::of( 'subscriber' ) );
		self::assertStringContainsString( 'Your account may not connect agents to this site. Ask an administrator, or log in with another account. consent_not_allowed ', self::text( $page ) );
		self::assertSame( [], Person::forms( $page->body ) );
		$page = $client->consent_page( Person::of( 'editor' ) );
		self::assertStringContainsString( 'Your account may not connect agents to this site. You can ask an administrator.', self::text( $page ) );
		self::assertStringNotContainsString( 'value="allow"', $page->body );
		// The form of an administrator does not work for an editor.
		$form   = Person::forms( $client->consent_page( Person::of( 'admin' ) )->body )[0];
		$before = Site::digest();
		$answer = Person::of( 'editor' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'allow' ] + $form );
		self::assertNull( $answer->header( 'Location' ) );
		self::assertSame( $before, Site::digest() );
	}

	public function test_a_visitor_logs_in_first_and_returns_to_the_page(): void {
		$client   = OAuthClient::registered();
		$sent_on  = \Countersign\Tests\Http::get( $client->authorize_url() );
		$to_login = \Countersign\Tests\Http::get( $sent_on->header( 'Location' ) );
		self::assertSame( 302, $to_login->status );
		parse_str( (string) parse_url( $to_login->header( 'Location' ), PHP_URL_QUERY ), $query );
		self::assertSame( $sent_on->header( 'Location' ), $query['redirect_to'] );
	}

	/**
	 * The state may have 4,096 characters. Web servers bound the headers of PHP (nginx to 4 KiB), so neither the address of the
	 * login form nor the redirect back can contain it.
	 */
	public function test_a_long_state_passes_through_the_login_and_back(): void {
		$state   = rtrim( strtr( base64_encode( random_bytes( 3072 ) ), '+/', '-_' ), '=' );
		$more    = [ 'state' => $state ];
		$client  = OAuthClient::registered();
		$sent_on = \Countersign\Tests\Http::get( $client->authorize_url( $more ) );
		self::assertSame( 302, $sent_on->status, $sent_on->body );
		$to_login = \Countersign\Tests\Http::get( (string) $sent_on->header( 'Location' ) );
		self::assertSame( 302, $to_login->status );
		self::assertLessThan( 500, strlen( (string) $to_login->header( 'Location' ) ) );
		$form = \Countersign\Tests\Http::get( (string) $to_login->header( 'Location' ) );
		self::assertSame( 200, $form->status );
		parse_str( (string) parse_url( (string) $to_login->header( 'Location' ), PHP_URL_QUERY ), $query );
		self::assertSame( $sent_on->header( 'Location' ), $query['redirect_to'] );
		foreach ( [ 'allow' => 'code', 'cancel' => 'error' ] as $decision => $parameter ) {
			$answer = $client->decide( Person::of( 'admin' ), [ 'decision' => $decision ], $more );
			self::assertSame( [ 200, null ], [ $answer->status, $answer->header( 'Location' ) ] );
			self::assertSame( 1, preg_match( '~<meta http-equiv="refresh" content="0;url=([^"]+)">~', $answer->body, $found ) );
			$url = html_entity_decode( $found[1], ENT_QUOTES );
			self::assertStringStartsWith( OAuthClient::REDIRECT . '?', $url );
			parse_str( (string) parse_url( $url, PHP_URL_QUERY ), $back );
			self::assertSame( $state, $back['state'] );
			self::assertArrayHasKey( $parameter, $back );
			self::assertStringContainsString( 'no-store', (string) $answer->header( 'Cache-Control' ) );
		}
		// One more character is refused, on a page that names the parameter.
		$page = $client->consent_page( Person::of( 'admin' ), [ 'state' => $state . 'x' ] );
		self::assertSame( [ 400, null ], [ $page->status, $page->header( 'Location' ) ] );
		self::assertStringContainsString( 'The parameter state is longer than 4,096 bytes', self::text( $page ) );
	}

	public function test_a_long_request_is_kept_as_it_is_and_not_for_ever(): void {
		$query   = 'client_id=x&state=' . str_repeat( "s%00\xff", 1000 );
		$request = substr( (string) strrchr( Urls::consent( $query ), '=' ), 1 );
		self::assertSame( 45, strlen( $request ) );
		self::assertSame( $query, Urls::consent_query( $request ) );
		$name = 'countersign_request_' . ord( hash( 'sha256', $query, true )[0] );
		self::assertLessThanOrEqual( time() + HOUR_IN_SECONDS, (int) get_option( "_transient_timeout_$name", time() ) );
		// What somebody else put in its place is not it.
		set_transient( $name, base64_encode( 'client_id=evil' ), 60 );
		self::assertNull( Urls::consent_query( $request ) );
		delete_transient( $name );
		foreach ( [ $request, 'h.', 'h.%', 'h.' . str_repeat( 'A', 43 ), 'h.' . str_repeat( 'A', 5000 ) ] as $other ) {
			self::assertNull( Urls::consent_query( $other ) );
		}
	}

	/** @return array<string, array{array<string, mixed>}> */
	public function bad_forms(): array {
		return [
			'no nonce'               => [ [ '_wpnonce' => '' ] ],
			'another nonce'          => [ [ '_wpnonce' => 'abcdef0123' ] ],
			'no preset'              => [ [ 'preset' => '' ] ],
			'an unknown preset'      => [ [ 'preset' => 'everything' ] ],
			'an unknown group'       => [ [ 'preset' => 'custom', 'groups' => [ 'read', 'root' ] ] ],
			'a user who is not offered' => [ [ 'user' => 999999 ] ],
			'a subscriber'           => [ [ 'user' => 'subscriber' ] ],
			'arrays instead of texts' => [ [ 'preset' => [ 'standard' ], 'user' => [ 1 ] ] ],
		];
	}

	/** @dataProvider bad_forms */
	public function test_a_manipulated_form_is_refused( array $choices ): void {
		if ( 'subscriber' === ( $choices['user'] ?? null ) ) {
			$choices['user'] = Site::user( 'subscriber' );
		}
		$client = OAuthClient::registered();
		$before = Site::digest();
		$answer = $client->decide( Person::of( 'admin' ), $choices );
		self::assertNull( $answer->header( 'Location' ), 'the browser was redirected' );
		self::assertSame( $before, Site::digest() );
	}

	public function test_a_nonce_is_bound_to_the_request_that_was_shown(): void {
		$first  = OAuthClient::registered( [ 'client_name' => 'Shown' ] );
		$second = OAuthClient::registered( [ 'client_name' => 'Not shown' ] );
		$shown  = Person::forms( $first->consent_page( Person::of( 'admin' ) )->body )[0];
		$other  = Person::forms( $second->consent_page( Person::of( 'admin' ) )->body )[0];
		$before = Site::digest();
		$answer = Person::of( 'admin' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'request' => $other['request'], 'decision' => 'allow' ] + $shown );
		self::assertNull( $answer->header( 'Location' ) );
		self::assertSame( $before, Site::digest() );
	}

	/** @return array<string, array{array<string, string|null>, string, string|null}> Changed parameters, the reason, and the error that an approved client receives, or null if the browser is never redirected. */
	public function bad_requests(): array {
		return [
			'an unknown client'        => [ [ 'client_id' => 'nobody' ], 'client_unknown', null ],
			'a redirect not registered' => [ [ 'redirect_uri' => 'https://evil.example/' ], 'redirect_mismatch', null ],
			'no challenge'             => [ [ 'code_challenge' => null ], 'pkce_required', 'invalid_request' ],
			'a plain challenge'        => [ [ 'code_challenge_method' => 'plain' ], 'pkce_required', 'invalid_request' ],
			'another response type'    => [ [ 'response_type' => 'token' ], 'response_type_unsupported', 'unsupported_response_type' ],
			'another resource'         => [ [ 'resource' => 'https://elsewhere.example/' ], 'resource_mismatch', 'invalid_target' ],
		];
	}

	/** @dataProvider bad_requests */
	public function test_an_invalid_authorization_request_is_refused( array $change, string $reason, ?string $error ): void {
		$client = OAuthClient::registered();
		$page   = $client->consent_page( Person::of( 'admin' ), $change );
		self::assertSame( [ 400, null ], [ $page->status, $page->header( 'Location' ) ], 'nobody has approved this client' );
		self::assertStringContainsString( 'Nothing was connected, and nothing was changed.', self::text( $page ) );
		self::assertStringContainsString( $reason . ' ' . \Countersign\reasons()[ $reason ], self::text( $page ) );
		self::assertStringNotContainsString( 'elsewhere.example', $page->body );
		$client->decide( Person::of( 'admin' ) );
		$page = $client->consent_page( Person::of( 'admin' ), $change );
		if ( null === $error ) {
			self::assertSame( [ 400, null ], [ $page->status, $page->header( 'Location' ) ], 'no redirect to an address that is not registered' );
			return;
		}
		self::assertStringStartsWith( OAuthClient::REDIRECT, $page->header( 'Location' ) );
		self::assertSame( [ $error, 'a state & more' ], [ OAuthClient::parameters( $page )['error'], OAuthClient::parameters( $page )['state'] ] );
	}

	public function test_a_client_is_no_longer_approved_when_its_connection_has_ended(): void {
		$client = OAuthClient::registered();
		$client->decide( Person::of( 'admin' ) );
		$bad = [ 'response_type' => 'token' ];
		self::assertSame( 302, $client->consent_page( Person::of( 'admin' ), $bad )->status );
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->revoke( Plugin::composition()->connections()->find( OAuthClient::newest() ) );
		self::assertSame( 400, $client->consent_page( Person::of( 'admin' ), $bad )->status );
	}

	public function test_the_page_tells_what_is_verified_from_what_the_client_says(): void {
		$shown = function ( string $redirect ): string {
			update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => wp_json_encode( [ 'client_id' => self::DOCUMENT, 'client_name' => 'Claude', 'redirect_uris' => [ $redirect ] ] ) ] ] );
			return self::text( OAuthClient::described_at( self::DOCUMENT )->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => $redirect ] ) );
		};
		$text  = $shown( 'https://xn--clude-4ve.example/back' );
		self::assertStringContainsString( 'the agent says that its name is Claude Not verified', $text );
		self::assertStringContainsString( 'After your decision, your browser goes to xn--clude-4ve.example Its identity document is at client.example', $text );
		self::assertStringContainsString( 'are on different hosts', $text );
		self::assertStringNotContainsString( 'are on different hosts', $shown( 'https://client.example/back' ) );
		self::assertStringNotContainsString( 'are on different hosts', $shown( OAuthClient::REDIRECT ) );
		self::assertStringContainsString( 'It has none. Any program can call itself by this name.', self::text( OAuthClient::registered()->consent_page( Person::of( 'admin' ) ) ) );
	}

	public function test_a_program_on_the_own_computer_is_named_by_the_links_that_it_opens(): void {
		$redirect = 'cursor://anysphere.cursor-mcp/oauth/callback';
		$client   = OAuthClient::registered( [ 'client_name' => 'Cursor', 'redirect_uris' => [ $redirect ] ] );
		$text     = self::text( $client->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => $redirect ] ) );
		self::assertStringContainsString( 'After your decision, your browser opens a program on your computer with cursor://anysphere.cursor-mcp', $text );
		self::assertStringContainsString( "A program on your computer that opens links with \u{2068}cursor:\u{2069} gets this connection. Any program can say that it opens such links.", $text );
		self::assertStringNotContainsString( 'your browser goes to', $text );
		$answer = $client->decide( Person::of( 'admin' ), [], [ 'redirect_uri' => $redirect ] );
		self::assertStringStartsWith( "$redirect?code=", (string) $answer->header( 'Location' ) );
	}

	public function test_a_loopback_redirect_can_have_any_port(): void {
		$answer = OAuthClient::registered()->decide( Person::of( 'admin' ), [], [ 'redirect_uri' => 'http://127.0.0.1:41234/callback' ] );
		self::assertStringStartsWith( 'http://127.0.0.1:41234/callback?code=', $answer->header( 'Location' ) );
	}

	public function test_a_client_with_a_metadata_document_can_be_connected(): void {
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => wp_json_encode( [ 'client_id' => self::DOCUMENT, 'client_name' => 'Described', 'redirect_uris' => [ OAuthClient::REDIRECT ] ] ) ] ] );
		$client = OAuthClient::described_at( self::DOCUMENT );
		self::assertStringContainsString( 'Described', self::text( $client->consent_page( Person::of( 'admin' ) ) ) );
		self::assertSame( self::DOCUMENT . " application/json 65536 5\n", file_get_contents( Site::folder() . '/tmp/fetched' ), 'limited in size and time' );
		$code = $client->code();
		delete_option( 'fixture_documents' );
		self::assertSame( 200, OAuthClient::token( $client->redeeming( $code ) )->status, 'the client is stored as it was at the consent' );
	}

	public function test_only_people_who_may_write_cause_a_fetch(): void {
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => '{}' ] ] );
		$client = OAuthClient::described_at( self::DOCUMENT );
		$client->consent_page( Person::of( 'subscriber' ) );
		\Countersign\Tests\Http::get( $client->authorize_url() );
		OAuthClient::token( $client->redeeming( 'csac_x' ) );
		self::assertFileDoesNotExist( Site::folder() . '/tmp/fetched' );
	}

	/** @return array<string, array{array<string, mixed>}> */
	public function bad_documents(): array {
		$good = [ 'client_id' => self::DOCUMENT, 'client_name' => 'X', 'redirect_uris' => [ OAuthClient::REDIRECT ] ];
		return [
			'of another client' => [ [ 'body' => wp_json_encode( [ 'client_id' => 'https://client.example/other' ] + $good ) ] ],
			'not JSON'          => [ [ 'body' => '<html>' ] ],
			'not found'         => [ [ 'body' => wp_json_encode( $good ), 'status' => 404 ] ],
			'a redirect'        => [ [ 'body' => wp_json_encode( $good ), 'status' => 302 ] ],
			'too large'         => [ [ 'body' => wp_json_encode( $good + [ 'x' => str_repeat( 'x', 70000 ) ] ) ] ],
			'empty'             => [ [ 'body' => '' ] ],
			'of another type'   => [ [ 'body' => wp_json_encode( $good ), 'headers' => [ 'content-type' => 'text/html' ] ] ],
			'with a secret'     => [ [ 'body' => wp_json_encode( $good + [ 'client_secret' => 'x' ] ) ] ],
		];
	}

	/** @dataProvider bad_documents */
	public function test_an_invalid_metadata_document_is_refused( array $document ): void {
		update_option( 'fixture_documents', [ self::DOCUMENT => $document ] );
		self::assertSame( 400, OAuthClient::described_at( self::DOCUMENT )->consent_page( Person::of( 'admin' ) )->status );
	}

	/** @return array<string, array{string}> */
	public function private_addresses(): array {
		$urls = [ 'https://127.0.0.1/client.json', 'https://localhost/client.json', 'https://10.0.0.1/client.json', 'https://192.168.1.1/client.json', 'https://172.16.0.1/client.json', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/client.json', 'https://0.0.0.0/client.json', 'https://127.1/client.json', 'https://2130706433/client.json', 'https://[fd00::1]/c.json', 'https://[::ffff:127.0.0.1]/c.json', 'http://client.example/c.json' ];
		return array_combine( $urls, array_map( static fn( string $url ): array => [ $url ], $urls ) );
	}

	/** @dataProvider private_addresses */
	public function test_a_private_address_is_never_fetched( string $url ): void {
		self::assertFalse( OAuth::isMetadataDocument( $url ) );
		update_option( 'fixture_documents', [ $url => [ 'body' => '{}' ] ] );
		self::assertSame( 400, OAuthClient::described_at( $url )->consent_page( Person::of( 'admin' ) )->status );
		self::assertFileDoesNotExist( Site::folder() . '/tmp/fetched' );
		$this->expectException( FetchFailed::class );
		PublicFetcher::of_this_site()->get( $url, 'application/json', 65536, 5 );
	}

	public function test_a_document_that_cannot_be_fetched_is_explained(): void {
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => '{}', 'status' => 404 ] ] );
		$text = self::text( OAuthClient::described_at( self::DOCUMENT )->consent_page( Person::of( 'admin' ) ) );
		self::assertStringContainsString( 'Nothing was connected, and nothing was changed.', $text );
		self::assertStringContainsString( 'fetch_failed The URL could not be fetched', $text );
		self::assertStringContainsString( 'The server answered with the status 404', $text );
	}
}
