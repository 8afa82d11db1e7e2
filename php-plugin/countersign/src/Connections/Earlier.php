<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Access;
use Countersign\OAuthRequest;
use Countersign\Plugin\Site\Json;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * The living connections that a person has approved before for the client that asks again. A program that forgets its tokens
 * asks again and again; each consent would leave one more connection that nobody uses.
 *
 * A client is the same if it has the same client id, or the same name and the same place to which the browser returns: programs
 * that register anew each time have another client id. The person sees what ends, and decides.
 */
final class Earlier {

	public function __construct( private readonly Grants $grants ) {}

	/**
	 * Returns the connections that the person may replace with a new one, by their presets. The newest come first.
	 *
	 * @return array<string, list<Connection>> Preset => connections.
	 *
	 * @throws \Countersign\Exception                If the extension's keys or store cannot be used.
	 * @throws \Countersign\Plugin\Site\Failure If the database cannot be read.
	 */
	public function replaceable( OAuthRequest $request ): array {
		$found = [];
		foreach ( $this->of( $request ) as $earlier ) {
			if ( ! $earlier['is_unfinished'] ) {
				$found[ $earlier['connection']->preset ][] = $earlier['connection'];
			}
		}
		return $found;
	}

	/**
	 * Returns the connections of exactly this client and preset whose code the client never redeemed. Nobody can use them, so the
	 * next consent continues one of them.
	 *
	 * @return list<Connection> The newest first.
	 *
	 * @throws \Countersign\Exception                If the extension's keys or store cannot be used.
	 * @throws \Countersign\Plugin\Site\Failure If the database cannot be read.
	 */
	public function unfinished( OAuthRequest $request, string $preset ): array {
		$found = [];
		foreach ( $this->of( $request ) as $earlier ) {
			if ( $earlier['is_unfinished'] && $preset === $earlier['connection']->preset ) {
				$found[] = $earlier['connection'];
			}
		}
		return $found;
	}

	/**
	 * Tells whether a consent to these terms can continue a connection: it is the same consent.
	 *
	 * @param Connection   $connection One of {@see unfinished()}.
	 * @param int          $user       Id of the account that the agent acts as, or {@see Connection::OWN_ACCOUNT}.
	 * @param list<string> $groups     Permission groups; used only for `custom`.
	 */
	public static function is_same( Connection $connection, int $user, array $groups ): bool {
		return Connection::ACTIVE === $connection->state && $user === ( $connection->own_account ? Connection::OWN_ACCOUNT : $connection->user ) && Access::resolve( $connection->preset, $groups ) === $connection->groups;
	}

	/**
	 * @return list<array{connection: Connection, is_unfinished: bool}>
	 *
	 * @throws \Countersign\Exception                If the extension's keys or store cannot be used.
	 * @throws \Countersign\Plugin\Site\Failure If the database cannot be read.
	 */
	private function of( OAuthRequest $request ): array {
		$asked = self::client( Json::decode( $request->toJson() ) );
		$found = [];
		foreach ( $this->grants->of_person( get_current_user_id() ) as $row ) {
			$known      = $row['grant'] instanceof Record ? self::client( (array) ( Json::decode( $row['grant']->data() )['request'] ?? [] ) ) : null;
			$connection = $row['connection'];
			$is_same_id = null !== $known && $known['id'] === $asked['id'];
			if ( null === $known || null !== $connection->fault || $connection->is_revoked() || get_current_user_id() !== $connection->created_by
				|| ( ! $is_same_id && ( '' === $known['name'] || $known['name'] !== $asked['name'] || $known['place'] !== $asked['place'] ) ) ) {
				continue;
			}
			$is_unfinished            = $is_same_id && ! $row['is_redeemed'];
			$found[ $connection->id ] = [
				'connection'    => $connection,
				'is_unfinished' => $is_unfinished && ( $found[ $connection->id ]['is_unfinished'] ?? true ),
			];
		}
		return array_values( $found );
	}

	/**
	 * @param array<array-key, mixed> $request The members of an authorization request.
	 *
	 * @return array{id: string, name: string, place: string}
	 */
	private static function client( array $request ): array {
		$url  = wp_parse_url( (string) ( $request['redirect_uri'] ?? '' ) ) ?: [];
		$host = strtolower( $url['host'] ?? '' );
		return [
			'id'    => (string) ( $request['client_id'] ?? '' ),
			'name'  => (string) ( $request['client_name'] ?? '' ),
			// A program on the own computer has another port each time.
			'place' => in_array( $host, [ 'localhost', '127.0.0.1', '[::1]' ], true ) ? 'loopback' : strtolower( $url['scheme'] ?? '' ) . '://' . $host,
		];
	}
}
