<?php

declare(strict_types=1);

namespace Countersign\Tests\Admin;

use Countersign\Plugin\Admin\Agents;
use Countersign\Plugin\Admin\Welcome;
use Countersign\Plugin\Health\Reach;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Answer;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The view "Connect an agent": the notice that leads to it, the steps for each program, and waiting for the first request. */
final class ConnectTest extends TestCase {

	private const NOTICE = 'Connect the program in which you use an AI agent';

	protected function tearDown(): void {
		Welcome::dismiss();
		get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		parent::tearDown();
	}

	private static function text( Answer $page ): string {
		return trim( (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $page->body ), ENT_QUOTES ) ) );
	}

	/** Hides all connections from lists. */
	private static function without_connections( callable $act ): void {
		global $wpdb;
		$table = Schema::table( 'connections' );
		$wpdb->query( "RENAME TABLE $table TO {$table}_away" );
		$wpdb->query( "CREATE TABLE $table LIKE {$table}_away" );
		try {
			$act();
		} finally {
			$wpdb->query( "DROP TABLE $table" );
			$wpdb->query( "RENAME TABLE {$table}_away TO $table" );
		}
	}

	public function test_the_activation_plans_a_notice_that_ends_with_the_first_connection(): void {
		$admin = Person::of( 'admin' );
		Site::php( 'Countersign\Plugin\Plugin::activate();' );
		wp_cache_flush();
		self::assertSame( '1', get_option( Welcome::OPTION ) );
		Site::connect();
		self::assertStringNotContainsString( self::NOTICE, $admin->get( admin_url( 'plugins.php' ) )->body, 'an agent is connected' );
		wp_cache_flush();
		self::assertFalse( get_option( Welcome::OPTION ) );
	}

	public function test_one_notice_leads_to_the_view_until_somebody_opens_it(): void {
		if ( Site::is_sqlite() ) {
			self::markTestSkipped( 'The table of connections is renamed.' );
		}
		self::without_connections(
			static function (): void {
				$admin = Person::of( 'admin' );
				Welcome::plan();
				foreach ( [ 'plugins.php', 'index.php', 'admin.php?page=countersign' ] as $page ) {
					$body = $admin->get( admin_url( $page ) )->body;
					self::assertSame( 1, substr_count( $body, self::NOTICE ), $page );
					self::assertStringContainsString( 'page=countersign&view=connect', html_entity_decode( $body ) );
				}
				self::assertStringNotContainsString( self::NOTICE, $admin->get( admin_url( 'edit.php' ) )->body );
				self::assertStringNotContainsString( self::NOTICE, Person::of( 'editor' )->get( admin_url( 'index.php' ) )->body );
				self::assertStringNotContainsString( self::NOTICE, $admin->page( 'countersign', [ 'view' => 'connect' ] )->body );
				self::assertStringNotContainsString( self::NOTICE, $admin->get( admin_url( 'plugins.php' ) )->body, 'somebody has opened the view' );
			}
		);
	}

	public function test_each_program_has_steps_and_the_address(): void {
		$address = 'https://example.org/wp-json/countersign/v1/mcp';
		foreach ( array_keys( Agents::names() ) as $agent ) {
			$steps = Agents::steps( $agent, $address, 'My "Site"' );
			self::assertStringContainsString( $address, implode( ' ', array_column( $steps, 'copy' ) ), $agent );
			$last = $steps[ array_key_last( $steps ) ];
			self::assertStringContainsString( 'press Allow', $last['text'], $agent );
			$page = Person::of( 'admin' )->page( 'countersign', [ 'view' => 'connect', 'agent' => $agent ] );
			self::assertSame( count( array_column( $steps, 'copy' ) ), substr_count( $page->body, 'data-countersign-copy=' ), $agent );
			self::assertStringContainsString( esc_attr( Urls::mcp() ), $page->body, $agent );
			self::assertStringContainsString( 'view=password', $page->body );
		}
		self::assertSame( 'claude mcp add --transport http example-org https://example.org/wp-json/countersign/v1/mcp', Agents::steps( 'claude_code', $address, '' )[0]['copy'] );
		// Some shells expand a question mark.
		self::assertSame( 'gemini mcp add --scope user --transport http example-org "https://example.org/?rest_route=/countersign/v1/mcp"', Agents::steps( 'gemini', 'https://example.org/?rest_route=/countersign/v1/mcp', '' )[0]['copy'] );
	}

	public function test_links_carry_the_address_in_the_form_of_each_program(): void {
		$address = 'https://example.org/wp-json/countersign/v1/mcp';
		$link    = static fn( string $agent ): string => Agents::steps( $agent, $address, 'Café & "Co"' )[0]['link'][0];
		parse_str( (string) parse_url( $link( 'claude' ), PHP_URL_QUERY ), $claude );
		self::assertSame( [ 'modal' => 'add-custom-connector', 'connectorName' => 'Café & "Co"', 'connectorUrl' => $address ], $claude );
		parse_str( (string) parse_url( $link( 'cursor' ), PHP_URL_QUERY ), $cursor );
		self::assertSame( [ 'example-org', [ 'url' => $address ] ], [ $cursor['name'], json_decode( base64_decode( $cursor['config'], true ), true ) ] );
		self::assertSame( [ 'name' => 'example-org', 'type' => 'http', 'url' => $address ], json_decode( rawurldecode( substr( $link( 'vscode' ), strlen( 'vscode:mcp/install?' ) ) ), true ) );
		// esc_url() refuses schemes that it does not know.
		foreach ( [ 'cursor' => 'cursor://anysphere.cursor-deeplink/', 'vscode' => 'vscode:mcp/install?', 'claude' => 'https://claude.ai/customize/connectors?' ] as $agent => $begin ) {
			self::assertStringContainsString( 'href="' . $begin, Person::of( 'admin' )->page( 'countersign', [ 'view' => 'connect', 'agent' => $agent ] )->body );
		}
	}

	public function test_no_step_sends_people_to_the_connectors_of_wordpress(): void {
		foreach ( array_keys( Agents::names() ) as $agent ) {
			foreach ( Agents::steps( $agent, 'https://example.org/mcp', 'Site' ) as $step ) {
				foreach ( preg_split( '/(?<=[.)])\s/', $step['text'] ) as $sentence ) {
					if ( 1 === preg_match( '/[Cc]onnector|Settings/', $sentence ) ) {
						self::assertMatchesRegularExpression( '/Claude|ChatGPT|on some plans/', $sentence );
					}
				}
			}
		}
	}

	public function test_addresses_that_nobody_elsewhere_can_reach_are_known(): void {
		$hosts = [
			'example.org'       => null,
			'test.example.org'  => null,
			'93.184.215.14'     => null,
			'localhost'         => Reach::LOOPBACK,
			'site.localhost'    => Reach::LOOPBACK,
			'127.0.0.1:8080'    => Reach::LOOPBACK,
			'[::1]'             => Reach::LOOPBACK,
			'192.168.1.10'      => Reach::PRIVATE,
			'10.0.0.1'          => Reach::PRIVATE,
			'100.64.0.1'        => Reach::PRIVATE,
			'[fd00::1]'         => Reach::PRIVATE,
			'my-site.local'     => Reach::PRIVATE,
			'my-site.test'      => Reach::PRIVATE,
			'wordpress'         => Reach::PRIVATE,
			'a.internal'        => Reach::PRIVATE,
			'site.home.arpa'    => Reach::PRIVATE,
			'localhost.com'     => null,
			'127.example.org'   => null,
			'test'              => Reach::PRIVATE,
			'latest'            => Reach::PRIVATE,
			'fastest.org'       => null,
		];
		foreach ( $hosts as $host => $obstacle ) {
			self::assertSame( $obstacle, Reach::obstacle( "https://$host/wp-json/countersign/v1/mcp", [] ), (string) $host );
		}
		$address = 'https://staging.example.org/mcp';
		foreach ( [ [ 'PHP_AUTH_USER' => 'a' ], [ 'HTTP_AUTHORIZATION' => 'Basic YTpi' ], [ 'REDIRECT_HTTP_AUTHORIZATION' => 'Basic YTpi' ], [ 'PHP_AUTH_DIGEST' => 'x' ] ] as $server ) {
			self::assertSame( Reach::PASSWORD, Reach::obstacle( $address, $server ) );
		}
		self::assertNull( Reach::obstacle( $address, [ 'HTTP_AUTHORIZATION' => 'Bearer abc' ] ) );
	}

	public function test_a_program_in_the_cloud_is_said_not_to_reach_this_site(): void {
		$admin = Person::of( 'admin' );
		$view  = static fn( string $agent ): string => self::text( $admin->page( 'countersign', [ 'view' => 'connect', 'agent' => $agent ] ) );
		$host  = Reach::host( Urls::mcp() );
		self::assertStringContainsString( "They cannot reach $host", $view( 'claude' ) );
		self::assertStringContainsString( "They cannot reach $host", $view( 'chatgpt' ) );
		self::assertStringContainsString( "The address $host exists only", $view( 'other' ) );
		foreach ( [ 'cursor', 'vscode', 'claude_code', 'gemini' ] as $agent ) {
			self::assertStringNotContainsString( 'exists only', $view( $agent ) );
		}
	}

	public function test_the_page_shows_the_first_request_of_a_new_connection(): void {
		global $wpdb;
		$admin = Person::of( 'admin' );
		$old   = Site::connect();
		$old->do( 'whoami' );
		$wpdb->query( $wpdb->prepare( 'UPDATE %i SET created_at = created_at - 7200', Schema::table( 'connections' ) ) );
		$since = time() - 60;
		$nonce = $admin->nonce( 'countersign_first_call' );
		$ask   = static fn( array $query = [] ): Answer => $admin->get( admin_url( 'admin-ajax.php?' . http_build_query( $query + [ 'action' => 'countersign_first_call', 'since' => $since, '_wpnonce' => $nonce ] ) ) );
		$shown = static fn(): string => self::text( $admin->page( 'countersign', [ 'view' => 'connect', 'since' => $since ] ) );

		self::assertFalse( $ask()->json()['data']['done'] );
		self::assertStringContainsString( 'Waiting for the agent', $ask()->json()['data']['html'] );
		self::assertStringContainsString( 'Waiting for the agent', $shown() );

		$agent = Site::connect();
		$wpdb->query( $wpdb->prepare( 'UPDATE %i SET name = %s WHERE id = %d', Schema::table( 'connections' ), '<b>Not believed</b>', $agent->id ) );
		self::assertFalse( $ask()->json()['data']['done'] );
		self::assertStringContainsString( 'Waiting for its first request', $ask()->json()['data']['html'] );
		self::assertStringContainsString( 'Waiting for its first request', $shown() );

		$agent->send( 'tools/list' );
		$answer = $ask()->json()['data'];
		self::assertTrue( $answer['done'] );
		self::assertStringContainsString( 'Connected ✓', $answer['html'] );
		self::assertStringContainsString( (string) $agent->id, $answer['html'] );
		self::assertStringNotContainsString( '<b>', $answer['html'] );
		self::assertStringContainsString( 'Connected ✓', $shown(), 'without the script' );
		// Older than the next page, also within the same second.
		$wpdb->query( $wpdb->prepare( 'UPDATE %i SET created_at = created_at - 30', Schema::table( 'connections' ) ) );
		self::assertStringContainsString( 'Waiting for the agent', self::text( $admin->page( 'countersign', [ 'view' => 'connect' ] ) ), 'a new page waits for a new connection' );
		// A time in the future or long ago counts as now.
		foreach ( [ 1, time() + 3600, 'x' ] as $wrong ) {
			self::assertFalse( $ask( [ 'since' => $wrong ] )->json()['data']['done'] );
		}

		self::assertSame( 403, $ask( [ '_wpnonce' => 'abcdef0123' ] )->status );
		self::assertSame( 403, $ask( [ '_wpnonce' => $admin->nonce( 'countersign_other' ) ] )->status );
		$editor = Person::of( 'editor' );
		$url    = admin_url( 'admin-ajax.php?' . http_build_query( [ 'action' => 'countersign_first_call', 'since' => $since, '_wpnonce' => $editor->nonce( 'countersign_first_call' ) ] ) );
		self::assertSame( 403, $editor->get( $url )->status );
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		self::assertSame( 200, $editor->get( $url )->status );
	}
}
