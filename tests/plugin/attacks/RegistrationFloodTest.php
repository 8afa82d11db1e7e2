<?php
/**
 * Who: anybody.
 * Has: the address of the registration endpoint.
 * Does: registers clients as fast as possible, valid and invalid ones, from one machine.
 * Gets: client ids, as anybody does, and soon 429 with the time to wait. No row is stored, and one entry a minute is
 * recorded for each reason. A client that registers from another address goes on.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Registrations take no room on the site. */
final class RegistrationFloodTest extends TestCase {

	/** @return list<Answer> */
	private static function flood( string $from ): array {
		$good    = '{"redirect_uris":["https://client.example/back"],"token_endpoint_auth_method":"none"}';
		$bodies  = [ $good, $good, $good, '{', '{"redirect_uris":["javascript:alert(1)"]}' ];
		$prepare = static fn( string $body ): Pending => ( new Pending( 'POST', Urls::register(), [ 'Content-Type' => 'application/json' ], $body ) )->from( $from );
		return array_merge( ...array_map( static fn(): array => Http::all( array_map( $prepare, $bodies ) ), range( 1, 30 ) ) );
	}

	public function test_a_flood_of_registrations_makes_no_rows_and_few_entries(): void {
		Site::settings( [ 'registration_limit' => [ 'max' => 20, 'window' => 3600 ] ] + Site::ROOMY );
		[ $size, $rows, $before ] = [ AuditTrail::size(), Site::rows(), Site::digest() ];
		$count = array_count_values( array_map( static fn( Answer $answer ): int => $answer->status, self::flood( Http::stranger() ) ) );
		self::assertSame( [ 12, 8, 130 ], [ $count[201], $count[400], $count[429] ] );
		self::assertSame( [ $rows, $before ], [ Site::rows(), Site::digest() ] );
		$lines = AuditTrail::lines( $size );
		sort( $lines );
		self::assertSame(
			[ 'refusal oauth.register denied body_not_json', 'refusal oauth.register denied rate_limited', 'refusal oauth.register denied redirect_invalid' ],
			$lines
		);
		$body   = '{"redirect_uris":["' . OAuthClient::REDIRECT . '"],"token_endpoint_auth_method":"none"}';
		$honest = Http::all( [ ( new Pending( 'POST', Urls::register(), [ 'Content-Type' => 'application/json' ], $body ) )->from( Http::stranger() ) ] )[0];
		self::assertArrayHasKey( 'access_token', OAuthClient::with_id( $honest->json()['client_id'] )->tokens() );
	}

	public function test_registrations_that_are_not_limited_make_no_rows_either(): void {
		Site::settings( [ 'registration_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
		[ $rows, $before ] = [ Site::rows(), Site::digest() ];
		self::flood( Http::stranger() );
		self::assertSame( [ $rows, $before ], [ Site::rows(), Site::digest() ] );
	}
}
