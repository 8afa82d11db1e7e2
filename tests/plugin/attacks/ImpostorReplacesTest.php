<?php
/**
 * Attacker: a program that registers under the name of an agent that a person uses, or a delegate who manages connections.
 * Has: the free choice of the name; or the form of the consent page.
 * Does: has the consent page offer to replace the connection of the real agent; names in the form the id of a connection of
 *   another person or of another agent.
 * Gets: an offer only if the browser also returns to the same place. Ids that the page did not offer for this preset end
 *   nothing.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\TestCase;

/** A new connection ends no connection of somebody else. */
final class ImpostorReplacesTest extends TestCase {

	private const PLACE = 'https://agent.example/back';

	/** Connects a client that redeems its code. @return int Id of the connection. */
	private static function connected( string $name ): int {
		OAuthClient::registered( [ 'client_name' => $name ] )->tokens();
		return OAuthClient::newest();
	}

	private static function state( int $id ): string {
		return Plugin::composition()->connections()->find( $id )->state;
	}

	public function test_the_name_alone_is_not_enough(): void {
		$name = 'Used agent ' . bin2hex( random_bytes( 4 ) );
		$real = self::connected( $name );
		$more = [ 'redirect_uri' => self::PLACE ];
		$fake = OAuthClient::registered( [ 'client_name' => $name, 'redirect_uris' => [ self::PLACE ] ] );
		self::assertArrayNotHasKey( 'replace', Person::forms( $fake->consent_page( Person::of( 'admin' ), $more )->body )[0] );
		$fake->decide( Person::of( 'admin' ), [ 'replace' => [ (string) $real ] ], $more );
		self::assertSame( Connection::ACTIVE, self::state( $real ) );
	}

	public function test_a_delegate_ends_no_connection_of_another_person(): void {
		$name = 'Shared agent ' . bin2hex( random_bytes( 4 ) );
		$real = self::connected( $name );
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$again = OAuthClient::registered( [ 'client_name' => $name ] );
			$again->decide( Person::of( 'editor' ), [ 'replace' => [ (string) $real ] ] );
			self::assertNotSame( $real, OAuthClient::newest() );
			self::assertSame( Connection::ACTIVE, self::state( $real ) );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}

	public function test_a_connection_of_another_agent_stays(): void {
		$other = self::connected( 'Other agent ' . bin2hex( random_bytes( 4 ) ) );
		OAuthClient::registered( [ 'client_name' => 'New agent' ] )->decide( Person::of( 'admin' ), [ 'replace' => [ (string) $other ] ] );
		self::assertSame( Connection::ACTIVE, self::state( $other ) );
	}
}
