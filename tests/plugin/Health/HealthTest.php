<?php

declare(strict_types=1);

namespace Countersign\Tests\Health;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Composition;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The dashboard tells administrators why agents cannot use the site. */
final class HealthTest extends TestCase {

	/** @return array<string, mixed> */
	private static function site_health(): array {
		return ( apply_filters( 'site_status_tests', [ 'direct' => [], 'async' => [] ] )['direct']['countersign']['test'] )();
	}

	public function test_a_working_site_has_no_problems(): void {
		self::assertSame( Requirements::OK, Requirements::state() );
		self::assertSame( [], Plugin::composition()->condition()->problems() );
		self::assertSame( 'good', self::site_health()['status'] );
		self::assertStringNotContainsString( 'No agent can act now', Person::of( 'admin' )->get( admin_url( 'index.php' ) )->body );
	}

	public function test_a_proxy_that_is_not_trusted_is_reported(): void {
		$_SERVER['HTTP_X_FORWARDED_FOR'] = '203.0.113.7';
		$trust = static fn(): array => [ '127.0.0.0/8' ];
		try {
			self::assertSame( 'recommended', self::site_health()['status'] );
			self::assertStringContainsString( '127.0.0.1', self::site_health()['description'] );
			self::assertSame( '127.0.0.1', Plugin::composition()->client()->current() );
			add_filter( 'countersign_trusted_proxies', $trust );
			self::assertSame( 'good', self::site_health()['status'] );
			self::assertSame( '203.0.113.7', Plugin::composition()->client()->current() );
		} finally {
			remove_filter( 'countersign_trusted_proxies', $trust );
			unset( $_SERVER['HTTP_X_FORWARDED_FOR'] );
		}
	}

	public function test_a_log_that_became_shorter_is_reported(): void {
		global $wpdb;
		$old = \Countersign\Plugin\Audit\Log::head();
		\Countersign\Tests\AuditTrail::append();
		$new = \Countersign\Plugin\Audit\Log::head();
		$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $old->text, 'size' => $old->size ], [ 'id' => 1 ] );
		try {
			self::assertArrayHasKey( 'audit_rollback', Plugin::composition()->condition()->problems() );
			self::assertSame( 'critical', self::site_health()['status'] );
			self::assertStringContainsString( 'shorter than it was before', Person::of( 'admin' )->get( admin_url( 'index.php' ) )->body );
			self::assertStringContainsString( 'restored from a backup', Person::of( 'admin' )->page( 'countersign-audit' )->body );
			self::assertStringNotContainsString( 'shorter than it was before', Person::of( 'editor' )->get( admin_url( 'index.php' ) )->body );
		} finally {
			$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $new->text, 'size' => $new->size ], [ 'id' => 1 ] );
		}
	}

	public function test_a_malformed_site_identity_is_reported_and_refuses_agents(): void {
		$id = get_option( Settings::SITE_ID );
		update_option( Settings::SITE_ID, 'nonsense' );
		try {
			self::assertNotSame( [], ( new Composition() )->condition()->problems() );
			self::assertSame( 503, Http::send( 'POST', Urls::mcp(), [], '{}' )->status );
		} finally {
			update_option( Settings::SITE_ID, $id );
		}
	}

	public function test_looking_at_a_site_without_an_identity_creates_none(): void {
		$options = [ Settings::SITE_ID => get_option( Settings::SITE_ID ), Settings::AUDIT_HOST => get_option( Settings::AUDIT_HOST ) ];
		foreach ( $options as $option => $before ) {
			delete_option( $option );
			try {
				self::assertNotSame( [], ( new Composition() )->condition()->problems(), $option );
				// An address without a refusal in the last minute, so that there is something to record.
				$address = '127.9.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
				self::assertSame( 503, Http::all( [ ( new Pending( 'POST', Urls::mcp(), [], '{}' ) )->from( $address ) ] )[0]->status, $option );
				self::assertStringContainsString( 'No agent can act now', Person::of( 'admin' )->get( admin_url( 'index.php' ) )->body );
				self::assertNull( Site::option( $option ), $option );
			} finally {
				add_option( $option, $before );
			}
		}
		self::assertSame( [], ( new Composition() )->condition()->problems() );
		// Activating the plugin again creates what is missing: an identity, and its first record. A kill switch from before stays as it is.
		$records = array_map( Site::stored( ... ), [ SealedOptions::SITE => SealedOptions::SITE, SealedOptions::KILL_SWITCH => SealedOptions::KILL_SWITCH ] );
		$head    = \Countersign\Plugin\Audit\Log::head();
		delete_option( Settings::SITE_ID );
		try {
			// A process of its own, since this one has opened the keys of the site.
			Site::php( 'Countersign\Plugin\Plugin::activate();' );
			wp_cache_flush();
			self::assertMatchesRegularExpression( '/^[0-9a-f]{16}$/D', (string) Site::option( Settings::SITE_ID ) );
		} finally {
			update_option( Settings::SITE_ID, $options[ Settings::SITE_ID ] );
			Plugin::composition()->extension()->forget();
			foreach ( $records as $option => $text ) {
				self::assertSame( SealedOptions::KILL_SWITCH === $option, Site::stored( $option ) === $text, $option );
				Site::plant( $option, $text );
			}
			\Countersign\Tests\AuditTrail::cut( $head );
		}
	}

	public function test_plain_http_on_a_public_address_is_refused(): void {
		$remote = static fn( string $url ): string => str_replace( '127.0.0.1', '192.0.2.1', $url );
		$agent  = Site::connect();
		// wp_get_environment_type() cannot change in this process. Workers read it from the configuration.
		$config = ABSPATH . 'wp-config.php';
		$before = file_get_contents( $config );
		file_put_contents( $config, str_replace( "'WP_ENVIRONMENT_TYPE', 'local'", "'WP_ENVIRONMENT_TYPE', 'production'", $before ) );
		$home = get_option( 'home' );
		try {
			self::assertNull( $agent->call( 'whoami' )->reason(), 'a loopback address needs no HTTPS' );
			update_option( 'home', $remote( $home ) );
			$host = [ 'Host' => (string) parse_url( $home, PHP_URL_HOST ) . ':' . parse_url( $home, PHP_URL_PORT ) ];
			$url  = site_url( '/?rest_route=/countersign/v1/mcp' );
			$mcp  = Http::send( 'POST', $url, $host + $agent->headers( 'tools/list' ), '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' );
			self::assertSame( [ 403, 'https_required' ], [ $mcp->status, $mcp->reason() ], $mcp->body );
			$token = Http::send( 'POST', site_url( '/?rest_route=/countersign/v1/oauth/token' ), $host, 'grant_type=x' );
			self::assertSame( [ 403, 'https_required' ], [ $token->status, $token->reason() ] );
			self::assertStringContainsString( 'over HTTPS', wp_strip_all_tags( Person::of( 'admin' )->get( admin_url( 'index.php' ) )->body ) );
		} finally {
			update_option( 'home', $home );
			file_put_contents( $config, $before );
		}
		self::assertNull( $agent->call( 'whoami' )->reason() );
	}

	public function test_an_unusable_state_folder_is_reported_and_the_site_still_works(): void {
		$agent  = Site::connect();
		$state  = Site::folder() . '/state';
		// A folder that other users can write to is refused. Workers that have opened the store keep it; new processes refuse it.
		chmod( $state, 0777 );
		try {
			[ $said ] = Site::php( 'echo json_encode( ( new Countersign\\Plugin\\Composition() )->condition()->problems() );' );
			self::assertStringContainsString( 'store_unavailable', $said );
			self::assertSame( 200, Http::get( home_url( '/' ) )->status );
		} finally {
			chmod( $state, 0700 );
		}
		// A missing folder is reported with the command that makes it, and is not made.
		rename( $state, "$state-moved" );
		try {
			[ $said ] = Site::php( 'echo json_encode( ( new Countersign\\Plugin\\Composition() )->condition()->problems() );' );
			self::assertStringContainsString( 'install -d -m 1733', $said );
			self::assertDirectoryDoesNotExist( $state );
		} finally {
			rename( "$state-moved", $state );
		}
		$agent->do( 'whoami' );
	}
}
