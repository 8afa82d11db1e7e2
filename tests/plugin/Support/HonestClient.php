<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\OAuthRequest;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;

/** A client that follows the rules, and what people were told about its connection. */
final class HonestClient {

	private const GROUPS = [ 'read', 'create_edit', 'publish' ];

	/** What a person was told last: one of the states of a connection. */
	public string $told = Connection::ACTIVE;

	/** @var list<string> The groups that it has at most, as a person was told. */
	public array $groups = self::GROUPS;

	/** Whether a restored backup cannot undo what was told. A person is told if it can. */
	public bool $is_protected = true;

	private function __construct(
		private readonly OAuthClient $client,
		public readonly int $id,
		public readonly string $resource,
		private string $access,
		private string $refresh,
	) {}

	/** Connects, as with a person's consent. */
	public static function connect( OAuthClient $client ): self {
		$composition = Plugin::composition();
		$query       = (string) parse_url( $client->authorize_url(), PHP_URL_QUERY );
		$query       = (string) preg_replace( '~^rest_route=[^&]*&~', '', $query );
		$request     = $composition->extension()->oauth()->authorize( $query, $composition->clients()->find( $client->id ), [] );
		if ( ! $request instanceof OAuthRequest ) {
			throw new \RuntimeException( 'the authorization request was refused: ' . $request->decision()->reason() );
		}
		$ids = $composition->creation()->create( 'Interleaved', 'A test client', Site::user( 'editor' ), 'custom', self::GROUPS, [], $request );
		parse_str( (string) parse_url( $request->approve( (int) $ids['grant'] ), PHP_URL_QUERY ), $parameters );
		$answer = OAuthClient::token( $client->redeeming( $parameters['code'] ) );
		if ( 200 !== $answer->status ) {
			throw new Violation( "a new connection gets no tokens: HTTP $answer->status $answer->body" );
		}
		return new self( $client, $ids['connection'], Urls::mcp(), $answer->json()['access_token'], $answer->json()['refresh_token'] );
	}

	/**
	 * Forgets what a restored backup may have undone.
	 *
	 * @param string|null $state State of the connection now: the backup can already have had what was told.
	 */
	public function undo_unprotected( ?string $state ): void {
		if ( ! $this->is_protected ) {
			$this->told   = Connection::REVOKED === $state ? $state : Connection::ACTIVE;
			$this->groups = self::GROUPS;
		}
	}

	/** Tells whether the site is at another address than when the client was connected. */
	public function is_elsewhere(): bool {
		return Urls::mcp() !== $this->resource;
	}

	/** Calls a tool. Gets a new access token once if the site asks for that. @param array<string, mixed> $arguments */
	public function call( string $tool, array $arguments = [] ): Answer {
		$answer = $this->agent()->call( $tool, $arguments );
		return 401 === $answer->status && 200 === $this->refresh()->status ? $this->agent()->call( $tool, $arguments ) : $answer;
	}

	/** Gets new tokens. */
	public function refresh(): Answer {
		$answer = OAuthClient::token( $this->client->refreshing( $this->refresh ) );
		if ( 200 === $answer->status ) {
			if ( Connection::REVOKED === $this->told ) {
				throw new Violation( 'a revoked connection gets new tokens' );
			}
			[ 'access_token' => $this->access, 'refresh_token' => $this->refresh ] = $answer->json();
		} elseif ( in_array( $answer->reason(), [ 'refresh_reused', 'code_reused' ], true ) ) {
			throw new Violation( "an honest client is told $answer->body" );
		}
		return $answer;
	}

	public function agent(): Agent {
		return new Agent( $this->id, $this->access );
	}

	/** Tells whether an answer to a call is a success. */
	public static function is_allowed( Answer $answer ): bool {
		$json = $answer->json();
		return 200 === $answer->status && isset( $json['result'] ) && empty( $json['result']['isError'] );
	}
}
