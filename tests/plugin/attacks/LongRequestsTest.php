<?php
/**
 * Attacker: anybody on the internet.
 * Has: the address of the authorization endpoint, and a client that they registered.
 * Does: sends thousands of requests that are too long for an address and are therefore kept by the site; guesses what stands for
 *   the request of somebody else, and puts another request in its place.
 * Gets: a fixed number of kept requests, however many are sent. A person sees exactly the request that was sent with the link, or
 *   that it has to be started again.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Requests that the site keeps while a person logs in. */
final class LongRequestsTest extends TestCase {

	public function test_a_flood_does_not_fill_the_database(): void {
		global $wpdb;
		for ( $i = 0; $i < 600; $i++ ) {
			Urls::consent( "client_id=$i&state=" . str_repeat( 's', 4000 ) );
		}
		$rows = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE %s AND autoload NOT IN ('on','yes')", '_transient_' . $wpdb->esc_like( 'countersign_request_' ) . '%' ) );
		self::assertGreaterThan( 100, $rows );
		self::assertLessThanOrEqual( 256, $rows );
	}

	public function test_a_visitor_of_the_consent_page_has_nothing_kept(): void {
		$before = Site::digest();
		$query  = 'client_id=nobody&state=' . str_repeat( 's', 4000 );
		$answer = \Countersign\Tests\Http::get( Urls::consent_page() . '&request=' . rtrim( strtr( base64_encode( $query ), '+/', '-_' ), '=' ) );
		self::assertSame( [ 400, null ], [ $answer->status, $answer->header( 'Location' ) ] );
		self::assertSame( 400, \Countersign\Tests\Http::get( Urls::authorize() . "?$query" )->status );
		self::assertSame( $before, Site::digest() );
	}

	public function test_the_request_of_a_link_is_not_exchanged(): void {
		$more   = [ 'state' => str_repeat( 's', 3000 ) ];
		$honest = OAuthClient::registered( [ 'client_name' => 'Honest' ] );
		$link   = (string) Person::of( 'admin' )->get( $honest->authorize_url( $more ) )->header( 'Location' );
		self::assertStringContainsString( 'Honest', Person::of( 'admin' )->get( $link )->body );
		$hash = hash( 'sha256', (string) parse_url( $honest->authorize_url( $more ), PHP_URL_QUERY ), true );
		set_transient( 'countersign_request_' . ord( $hash[0] ), base64_encode( (string) parse_url( OAuthClient::registered( [ 'client_name' => 'Evil' ] )->authorize_url( $more ), PHP_URL_QUERY ) ), 60 );
		$page = Person::of( 'admin' )->get( $link );
		self::assertSame( 400, $page->status );
		self::assertStringNotContainsString( 'Evil', $page->body );
		self::assertStringContainsString( 'Start the connection', wp_strip_all_tags( $page->body ) );
	}
}
