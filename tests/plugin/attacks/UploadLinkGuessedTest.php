<?php
/**
 * Who: anybody.
 * Has: the address of upload links, and a token of another kind.
 * Does: guesses tokens, changes one, sends one of another kind, and keeps trying.
 * Gets: 404 for each, soon 429 with the time to wait, and one entry a minute. Nothing changes. A guest with a genuine link goes on.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Guest;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A link cannot be guessed. */
final class UploadLinkGuessedTest extends TestCase {

	public function test_no_other_token_opens_a_session(): void {
		Site::settings( [ 'ip_limit' => [ 'max' => 10, 'window' => 3600 ] ] + Site::ROOMY );
		$agent  = Site::connect( 'author', 'draft_only' );
		$guest  = Guest::invited( $agent );
		$token  = $guest->token();
		$from   = Http::stranger();
		$at     = static fn( string $text ): Guest => new Guest( home_url( '/?countersign_upload=' . rawurlencode( $text ) ), '', $from );
		$size   = AuditTrail::size();
		$before = Fingerprint::of_site();
		$turned = substr( $token, 0, 60 ) . ( 'A' === $token[60] ? 'B' : 'A' ) . substr( $token, 61 );
		foreach ( [ '', 'csup_', $turned, substr( $token, 0, -1 ), $token . 'x', $agent->token, strtoupper( $token ) ] as $guess ) {
			self::assertSame( 404, $at( $guess )->page()->status, $guess );
			self::assertSame( 'upload_session_unknown', ( new Guest( $at( $guess )->link, '', Http::stranger() ) )->begin( 'a.png', 100 )->reason() );
		}
		$last = null;
		for ( $i = 0; $i < 8; $i++ ) {
			$last = $at( "csup_$i" )->page();
		}
		self::assertSame( 429, $last->status );
		self::assertGreaterThan( 0, (int) $last->header( 'Retry-After' ) );
		self::assertSiteUnchanged( $before );
		$lines = array_count_values( AuditTrail::lines( $size ) );
		self::assertSame( 1, $lines['refusal upload_session.opened denied rate_limited_ip'] );
		// One for each address.
		self::assertSame( 8, $lines['refusal upload_session.opened denied upload_session_unknown'] );
		self::assertSame( 200, ( new Guest( $guest->link, '', $from ) )->page()->status, 'a genuine link is not refused for what others at the address do' );
	}
}
