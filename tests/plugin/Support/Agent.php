<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\TokenKind;
use Countersign\Tokens;

/** A connected client that speaks MCP, revision 2026-07-28, over HTTP. */
final class Agent {

	public const VERSION = '2026-07-28';

	public const META = [
		'io.modelcontextprotocol/protocolVersion'    => self::VERSION,
		'io.modelcontextprotocol/clientInfo'         => [
			'name'    => 'countersign-plugin-tests',
			'version' => '1.0.0',
		],
		'io.modelcontextprotocol/clientCapabilities' => [],
	];

	private static int $last_id = 0;

	public readonly string $token;

	/** @param string|null $authorization The header that it sends; null for its token. */
	public function __construct( public readonly int $id, ?string $token = null, private readonly ?string $authorization = null ) {
		$this->token = $token ?? self::issue( $id );
	}

	/** Returns the agent of a new connection that has an application password; '' for an account of its own. @param list<string> $groups Only for `custom`. */
	public static function with_password( string $user = 'editor', string $preset = 'standard', array $groups = [], string $name = 'Agent without OAuth' ): self {
		$before = get_current_user_id();
		wp_set_current_user( Site::user( 'admin' ) );
		$made = Plugin::composition()->passwords()->create( $name, '' === $user ? Connection::OWN_ACCOUNT : Site::user( $user ), $preset, $groups );
		wp_set_current_user( $before );
		return new self( $made['connection'], '', self::basic( $made['username'], $made['password'] ) );
	}

	/** Returns a header of Basic credentials. */
	public static function basic( string $username, string $password ): string {
		return 'Basic ' . base64_encode( "$username:$password" );
	}

	/** Returns the header that the agent sends. */
	public function authorization(): string {
		return $this->authorization ?? 'Bearer ' . $this->token;
	}

	/** Issues an access token as the OAuth server does. */
	public static function issue( int $connection, int $epoch = 0, int $lifetime = 3600 ): string {
		return ( new Tokens( Plugin::composition()->extension()->keyring() ) )->issue( TokenKind::Access, $connection, $lifetime, Urls::mcp(), $epoch );
	}

	/** Returns the connection as it is in the database now. */
	public function connection(): Connection {
		return Plugin::composition()->connections()->find( $this->id ) ?? throw new \LogicException( "connection $this->id is gone" );
	}

	/**
	 * Prepares a request.
	 *
	 * @param array<string, mixed>       $params
	 * @param array<string, string|null> $headers Replace the usual headers; null omits one.
	 */
	public function request( string $method, array $params = [], array $headers = [], ?int $id = null ): Pending {
		$name          = $params['name'] ?? $params['uri'] ?? null;
		$meta          = self::META + ( $params['_meta'] ?? [] );
		$meta          = array_merge( $meta, $params['_meta'] ?? [] );
		$params['_meta'] = array_merge( $meta, [ 'io.modelcontextprotocol/clientCapabilities' => (object) $meta['io.modelcontextprotocol/clientCapabilities'] ] );
		if ( isset( $params['arguments'] ) ) {
			$params['arguments'] = (object) $params['arguments'];
		}
		$all = array_merge( $this->headers( $method, $name ), $headers );
		return new Pending(
			'POST',
			Urls::mcp(),
			array_filter( $all, is_string( ... ) ),
			json_encode(
				[
					'jsonrpc' => '2.0',
					'id'      => $id ?? ++self::$last_id,
					'method'  => $method,
					'params'  => $params,
				],
				JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR
			)
		);
	}

	/** @return array<string, string> */
	public function headers( string $method, ?string $name = null ): array {
		return [
			'Content-Type'         => 'application/json',
			'Accept'               => 'application/json, text/event-stream',
			'MCP-Protocol-Version' => self::VERSION,
			'Mcp-Method'           => $method,
			'Authorization'        => $this->authorization(),
		] + ( null === $name ? [] : [ 'Mcp-Name' => (string) $name ] );
	}

	/** @param array<string, mixed> $params */
	public function send( string $method, array $params = [], array $headers = [] ): Answer {
		return Http::all( [ $this->request( $method, $params, $headers ) ] )[0];
	}

	/** Prepares a tool call. @param array<string, mixed> $arguments */
	public function prepare( string $tool, array $arguments = [] ): Pending {
		return $this->request(
			'tools/call',
			[
				'name'      => $tool,
				'arguments' => $arguments,
			]
		);
	}

	/** @param array<string, mixed> $arguments */
	public function call( string $tool, array $arguments = [] ): Answer {
		return Http::all( [ $this->prepare( $tool, $arguments ) ] )[0];
	}

	/**
	 * Calls a tool, which must succeed, and returns its structured content.
	 *
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function do( string $tool, array $arguments = [] ): array {
		return $this->call( $tool, $arguments )->content();
	}

	/**
	 * Requests a review and returns its confirmation token.
	 *
	 * @param array<string, mixed> $arguments
	 */
	public function review( string $tool, array $arguments ): string {
		return $this->do(
			'request_review',
			[
				'tool'      => $tool,
				'arguments' => (object) $arguments,
			]
		)['confirmation_token'];
	}

	/** Returns the fingerprint of a post, as get_post tells it. */
	public function fingerprint( int $id ): string {
		return $this->do( 'get_post', [ 'id' => $id ] )['fingerprint'];
	}

	/**
	 * Prepares the arguments of update_content: adds the fingerprint.
	 *
	 * @param array<string, mixed> $fields
	 *
	 * @return array<string, mixed>
	 */
	public function edit( int $id, array $fields ): array {
		return [
			'id'          => $id,
			'fingerprint' => $this->fingerprint( $id ),
		] + $fields;
	}

	/** Requests a review, then makes the call. @param array<string, mixed> $arguments */
	public function act( string $tool, array $arguments ): Answer {
		return $this->call( $tool, $arguments + [ 'confirmation_token' => $this->review( $tool, $arguments ) ] );
	}

	/** @return list<string> */
	public function tools(): array {
		return array_column( $this->send( 'tools/list' )->json()['result']['tools'], 'name' );
	}
}
