<?php
/**
 * Who: a client, or whoever has a copy of its tokens.
 * Has: tokens that are in use.
 * Does: sends the same revocation, or the same used code, eight times at once.
 * Gets: one change and one entry.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** What happens once is recorded once, however many requests ask for it. */
final class RacingRevocationsTest extends TestCase {

	/** @return list<int> The statuses. */
	private static function eight_times( string $url, array $form ): array {
		$answers = Http::all( array_map( static fn(): Pending => Http::prepare_form( $url, $form ), range( 1, 8 ) ) );
		return array_values( array_unique( array_map( static fn( Answer $answer ): int => $answer->status, $answers ) ) );
	}

	public function test_eight_revocations_of_a_refresh_token_end_the_connection_once(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		$from   = AuditTrail::size();
		self::assertSame( [ 200 ], self::eight_times( Urls::revoke(), $client->revoking( $tokens['refresh_token'] ) ) );
		self::assertRecorded( [ 'revoke connection.revoked ok' ], $from );
		$connection = ( new Agent( OAuthClient::newest() ) )->connection();
		self::assertSame( [ Connection::REVOKED, 1, 'client' ], [ $connection->state, $connection->epoch, $connection->state_reason ] );
	}

	public function test_eight_revocations_of_an_access_token_raise_the_epoch_once(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		$from   = AuditTrail::size();
		self::assertSame( [ 200 ], self::eight_times( Urls::revoke(), $client->revoking( $tokens['access_token'] ) ) );
		self::assertRecorded( [ 'oauth oauth.access_revoked ok' ], $from );
		self::assertSame( 1, ( new Agent( OAuthClient::newest() ) )->connection()->epoch );
	}

	public function test_eight_uses_of_a_used_code_end_the_connection_once(): void {
		$client = OAuthClient::registered();
		$code   = $client->redeeming( $client->code() );
		OAuthClient::token( $code );
		$from = AuditTrail::size();
		self::assertSame( [ 400 ], self::eight_times( Urls::token(), $code ) );
		$lines = array_count_values( AuditTrail::lines( $from ) );
		self::assertSame( 1, $lines['refusal oauth.token denied code_reused'] );
		self::assertLessThanOrEqual( 1, $lines['refusal oauth.token denied token_revoked'] ?? 0 );
		$connection = ( new Agent( OAuthClient::newest() ) )->connection();
		self::assertSame( [ Connection::REVOKED, 1, 'code_reused' ], [ $connection->state, $connection->epoch, $connection->state_reason ] );
	}

	public function test_a_code_that_is_redeemed_eight_times_at_once_is_recorded_once(): void {
		$client = OAuthClient::registered();
		$code   = $client->redeeming( $client->code() );
		$from   = AuditTrail::size();
		self::eight_times( Urls::token(), $code );
		self::assertSame( 1, array_count_values( AuditTrail::lines( $from ) )['oauth oauth.code_redeemed ok'] );
	}

	/** Administrators who press the same button at once. */
	public function test_eight_pauses_are_recorded_once(): void {
		$agent = Site::connect();
		$from  = AuditTrail::size();
		$code  = "\$connection = Countersign\\Plugin\\Plugin::composition()->connections()->find( $agent->id ); Countersign\\Plugin\\Plugin::composition()->manager()->pause( \$connection );";
		Site::php( ...array_fill( 0, 8, $code ) );
		self::assertRecorded( [ 'connection connection.paused ok' ], $from );
	}
}
