<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** The other MCP server on the site, and the REST route of abilities, as a program reaches them. */
final class OtherServer {

	/** @param array<string, string> $headers The credentials of the program. */
	private function __construct( private readonly array $headers ) {}

	/** A program that acts as an account, with a key that another plugin has given it. */
	public static function with_key( int $user ): self {
		return new self( [ 'X-Fixture-Key' => (string) $user ] );
	}

	/** A program with the application password of a person. */
	public static function with_password( string $login ): self {
		$password = \WP_Application_Passwords::create_new_application_password( Site::user( $login ), [ 'name' => 'Of a program ' . uniqid() ] )[0];
		return new self( [ 'Authorization' => Agent::basic( $login, $password ) ] );
	}

	/** Calls a tool of the server. @param array<string, mixed> $arguments */
	public function tool( string $name, array $arguments = [] ): Answer {
		return Http::send(
			'POST',
			rest_url( 'mcp/mcp-adapter-default-server' ),
			$this->headers + [ 'Content-Type' => 'application/json' ],
			json_encode( [ 'jsonrpc' => '2.0', 'id' => 'a7', 'method' => 'tools/call', 'params' => [ 'name' => $name, 'arguments' => (object) $arguments ] ] )
		);
	}

	/** Runs an ability through the tool `execute-ability`, and returns what the model reads. @param array<string, mixed> $input */
	public function execute( string $ability, array $input = [] ): string {
		$answer = $this->tool( 'mcp-adapter-execute-ability', [ 'ability_name' => $ability, 'parameters' => (object) $input ] );
		return (string) ( $answer->json()['result']['content'][0]['text'] ?? $answer->body );
	}

	/** Runs an ability through the REST route of WordPress. @param array<string, mixed> $input */
	public function run( string $ability, array $input = [], string $method = 'POST' ): Answer {
		$url = rest_url( "wp-abilities/v1/abilities/$ability/run" );
		return 'POST' === $method
			? Http::send( 'POST', $url, $this->headers + [ 'Content-Type' => 'application/json' ], json_encode( [ 'input' => (object) $input ] ) )
			: Http::send( $method, add_query_arg( [ 'input' => $input ], $url ), $this->headers );
	}
}
