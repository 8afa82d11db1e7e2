<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: sends a request to the site itself, where it would run outside of the call.
 * Gets: an error `write_refused`, an entry, and no request. Only WP-Cron can be started.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\AuditTrail;

/** A call sends no request to its own site. */
final class LoopbackRequestTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function requests(): array {
		return self::each(
			'wp_remote_get( home_url( "/" ) )',
			'wp_remote_post( admin_url( "admin-ajax.php" ), [ "body" => [ "action" => "x" ] ] )',
			'wp_remote_get( rest_url( "wp/v2/users" ) )',
			'wp_safe_remote_get( site_url( "wp-login.php" ) )',
			'wp_remote_get( "http://localhost/" )',
			'wp_remote_get( "http://LOCALHOST./" )',
			'wp_remote_get( "http://127.0.0.1:1/" )',
			'wp_remote_get( "http://127.1.2.3/" )',
			'wp_remote_get( "http://[::1]/" )',
			'wp_remote_get( "http://[0:0:0:0:0:0:0:1]/" )',
			'wp_remote_get( "http://[::ffff:127.0.0.1]/" )',
			'wp_remote_get( "http://[::ffff:7f00:1]/" )',
			'wp_remote_get( "http://[::]/" )',
			'wp_remote_get( "http://127.1/" )',
			'wp_remote_get( "http://2130706433/" )',
			'wp_remote_get( "http://0x7f000001/" )',
			'wp_remote_get( "http://0177.0.0.1/" )',
			'wp_remote_get( "http://0/" )',
			'wp_remote_get( "http://0.0.0.0/" )',
			'wp_remote_get( "https://192.0.2.1/", [ "headers" => [ "HOST" => wp_parse_url( home_url(), PHP_URL_HOST ) ] ] )',
			'wp_remote_get( site_url( "wp-cron.php" ) . "?x=1" )',
			'wp_remote_post( site_url( "wp-cron.php" ), [ "body" => [ "a" => 1 ] ] )',
			'wp_remote_get( site_url( "wp-cron.php/../wp-login.php" ) )'
		);
	}

	/** @dataProvider requests */
	public function test_the_request_is_refused( string $request ): void {
		$from = AuditTrail::size();
		self::assertWithoutEffect( 'write_refused', "\$answer = $request; return is_wp_error( \$answer ) ? \$answer->get_error_code() : 'sent';" );
		self::assertRecordedLater( [ 'intent fixture_php', 'refusal call.write denied write_refused', 'outcome fixture_php ok' ], $from );
		self::assertSame( 'http', AuditTrail::since( $from )[1]['target'] );
	}

	public function test_a_redirect_to_the_site_is_refused(): void {
		self::assertWithoutEffect( 'refused', 'try { $hooks = new WP_HTTP_Requests_Hooks( "https://example.test/", [] ); $location = home_url( "/" ); $hooks->dispatch( "requests.before_redirect", [ &$location ] ); return "sent"; } catch ( WpOrg\Requests\Exception ) { return "refused"; }' );
	}

	public function test_cron_can_be_started_and_other_hosts_are_reached(): void {
		self::assertSame( array_fill( 0, 5, 'passed' ), self::value( 'add_filter( "pre_http_request", fn() => [ "response" => "passed" ], 1 ); return array_map( fn( $url ) => wp_remote_post( $url )["response"] ?? "refused", [ site_url( "wp-cron.php" ) . "?doing_wp_cron=123.4560000000000000000000", "https://example.test/", "https://192.0.2.1/", "https://[2001:db8::1]/", "https://0x.example/" ] );' ) );
	}
}
