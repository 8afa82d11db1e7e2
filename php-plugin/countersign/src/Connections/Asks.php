<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\OAuthRequest;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * The requests of people who may not connect an agent themselves and have asked an administrator. A request grants nothing, and
 * nothing is approved with it: it only tells administrators who would like to connect what.
 *
 * Kept are the id of the person, the time, the name that the agent gave itself, the host to which it wanted the browser to
 * return, the host of its identity document, and the preset that the person wishes. After a week a request is forgotten.
 */
final class Asks {

	/** Option: the requests, and when an e-mail was sent about them. */
	public const OPTION = 'countersign_asks';

	/** Requests that are kept, of all people. */
	private const MAX = 20;

	/** Requests that are kept of one person. */
	private const MAX_OF_PERSON = 3;

	/** Seconds for which a request is kept. */
	private const KEEP = WEEK_IN_SECONDS;

	/** Seconds between two e-mails about requests. */
	private const MAIL_EVERY = HOUR_IN_SECONDS;

	/**
	 * Returns the requests that wait for an answer, the oldest first. Those of people who are gone or may not write any more are
	 * left out.
	 *
	 * @return list<array{id: string, user: int, time: int, name: string, redirect: string, document: string, preset: string}>
	 */
	public function open(): array {
		return array_values( array_filter( self::stored()['asks'], static fn( array $ask ): bool => $ask['time'] > time() - self::KEEP && user_can( $ask['user'], 'edit_posts' ) ) );
	}

	/** Tells whether the current person has asked for this client and waits for an answer. */
	public function has( OAuthRequest $request ): bool {
		return in_array( self::id( get_current_user_id(), $request->clientName(), $request->redirectHost() ), array_column( $this->open(), 'id' ), true );
	}

	/** Tells whether one more request of the current person can be kept. */
	public function has_room(): bool {
		$open = $this->open();
		return count( $open ) < self::MAX && count( array_keys( array_column( $open, 'user' ), get_current_user_id(), true ) ) < self::MAX_OF_PERSON;
	}

	/**
	 * Keeps a request of the current person.
	 *
	 * @param OAuthRequest $request The request of the client.
	 * @param string       $preset  The preset that the person wishes.
	 *
	 * @return bool Whether administrators should be told by e-mail now.
	 */
	public function add( OAuthRequest $request, string $preset ): bool {
		$stored = self::stored();
		$mail   = $stored['mailed_at'] <= time() - self::MAIL_EVERY;
		$ask    = [
			'id'       => self::id( get_current_user_id(), $request->clientName(), $request->redirectHost() ),
			'user'     => get_current_user_id(),
			'time'     => time(),
			'name'     => mb_substr( $request->clientName(), 0, 190 ),
			'redirect' => $request->redirectHost(),
			'document' => (string) $request->documentHost(),
			'preset'   => $preset,
		];
		$this->store( [ ...$this->open(), $ask ], $mail ? time() : $stored['mailed_at'] );
		return $mail;
	}

	/**
	 * Forgets a request, because an administrator has answered it.
	 *
	 * @param string $id Its id.
	 */
	public function remove( string $id ): void {
		$this->store( array_filter( $this->open(), static fn( array $ask ): bool => $id !== $ask['id'] ), self::stored()['mailed_at'] );
	}

	/**
	 * Forgets the request that a new connection answers.
	 *
	 * @param int          $user    Id of the account that the connection acts as.
	 * @param OAuthRequest $request The request that was approved.
	 */
	public function answer( int $user, OAuthRequest $request ): void {
		$id = self::id( $user, $request->clientName(), $request->redirectHost() );
		if ( in_array( $id, array_column( self::stored()['asks'], 'id' ), true ) ) {
			$this->remove( $id );
		}
	}

	/** Removes the requests from the database that are not shown any more. Called once a day. */
	public function prune(): void {
		$stored = self::stored();
		$open   = $this->open();
		if ( count( $open ) !== count( $stored['asks'] ) ) {
			$this->store( $open, $stored['mailed_at'] );
		}
	}

	/** A program on the own computer has another port each time, so the port does not count. */
	private static function id( int $user, string $name, string $redirect ): string {
		return substr( hash( 'sha256', $user . "\0" . $name . "\0" . preg_replace( '/:\d+$/D', '', $redirect ) ), 0, 16 );
	}

	/** @param array<array-key, mixed> $asks */
	private function store( array $asks, int $mailed_at ): void {
		update_option(
			self::OPTION,
			[
				'asks'      => array_values( $asks ),
				'mailed_at' => $mailed_at,
			],
			false
		);
	}

	/** @return array{asks: list<array{id: string, user: int, time: int, name: string, redirect: string, document: string, preset: string}>, mailed_at: int} */
	private static function stored(): array {
		$stored = get_option( self::OPTION, [] );
		$stored = is_array( $stored ) ? $stored : [];
		$asks   = [];
		foreach ( is_array( $stored['asks'] ?? null ) ? $stored['asks'] : [] as $ask ) {
			if ( is_array( $ask ) ) {
				$asks[] = [
					'id'       => (string) ( $ask['id'] ?? '' ),
					'user'     => (int) ( $ask['user'] ?? 0 ),
					'time'     => (int) ( $ask['time'] ?? 0 ),
					'name'     => Names::clean( (string) ( $ask['name'] ?? '' ) ),
					'redirect' => (string) ( $ask['redirect'] ?? '' ),
					'document' => (string) ( $ask['document'] ?? '' ),
					'preset'   => (string) ( $ask['preset'] ?? '' ),
				];
			}
		}
		return [
			'asks'      => $asks,
			'mailed_at' => (int) ( $stored['mailed_at'] ?? 0 ),
		];
	}
}
