<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpCall;
use Countersign\McpReply;
use Countersign\Plugin\AgentScope\AgentUser;
use Countersign\Plugin\AgentScope\LiveCheck;
use Countersign\Plugin\AgentScope\WriteGuard;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;

/** Does what a call asks for: as the connection's user, stripped, under guard; and always comes to an answer. */
final class Runner {

	public function __construct(
		private readonly Services $services,
		private readonly OutputGuard $output,
	) {}

	/** The answer to a call whose intent has been recorded. */
	public function run( McpCall $call, Connection $connection ): McpReply {
		try {
			if ( ! self::has_user( $connection->user ) ) {
				throw new Denied( 'user_missing' );
			}
			$checkpoint = new LiveCheck( $connection, $this->services->connections(), $this->services->kill_switch() );
			$handle     = new Call( $call, $connection, $checkpoint, $this->output );
			$result     = ( new AgentUser() )->act_as(
				$connection->user,
				fn(): Result => ( new WriteGuard( $checkpoint ) )->watch( fn(): Result => $this->dispatch( $call, $handle ) )
			);
			return $call->result( $result->to_json(), $result->target );
		} catch ( InputRequired $needed ) {
			return $this->attempt( $call, static fn() => $call->inputRequired( $needed->requests, $needed->state ) );
		} catch ( Denied $denied ) {
			return $call->deny( $denied->reason, $denied->detail, $denied->target );
		} catch ( \Throwable $error ) {
			return $this->failed( $call, $error );
		}
	}

	/** @param callable(): McpReply $answer */
	private function attempt( McpCall $call, callable $answer ): McpReply {
		try {
			return $answer();
		} catch ( \Throwable $error ) {
			return $this->failed( $call, $error );
		}
	}

	/** What the client is told is that it failed; what went wrong stands in the site's error log, without arguments. */
	private function failed( McpCall $call, \Throwable $error ): McpReply {
		error_log( // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			sprintf( 'Countersign: %s "%s" failed: %s: %s in %s:%d', $call->kind(), $call->name(), get_class( $error ), $error->getMessage(), $error->getFile(), $error->getLine() )
		);
		return $call->deny( 'tool_failed' );
	}

	private function dispatch( McpCall $call, Call $handle ): Result {
		$registry = $this->services->registry();
		return match ( $call->kind() ) {
			'tool'       => $this->tool( $registry, $call, $handle ),
			'prompt'     => self::prompt( self::invoke( $registry->find( 'prompts', $call->name() ), $call, $handle ) ),
			'resource'   => self::resource( self::invoke( $this->resource_entry( $registry, $call ), $call, $handle ), $call, $registry ),
			'completion' => $this->completion( $registry, $call, $handle ),
			default      => throw new Denied( 'tool_unknown' ),
		};
	}

	private function tool( Registry $registry, McpCall $call, Call $handle ): Result {
		$builtin = $registry->builtin( $call->name() );
		$value   = $builtin
			? $builtin( Json::decode( $call->arguments() ), $handle )
			: self::invoke( $registry->find( 'tools', $call->name() ), $call, $handle );
		return match ( true ) {
			$value instanceof Result => $value,
			is_string( $value )      => Result::text( $value ),
			default                  => Result::structured( $value ),
		};
	}

	/** @param array{handler: callable, capability: string|null}|null $entry */
	private static function invoke( ?array $entry, McpCall $call, Call $handle ): mixed {
		if ( null === $entry ) {
			throw new Denied( 'tool_failed' );
		}
		Registry::require_capability( $entry );
		return ( $entry['handler'] )( Json::decode( $call->arguments() ), $handle );
	}

	private static function prompt( mixed $value ): Result {
		if ( is_string( $value ) ) {
			$value = [
				[
					'role'    => 'user',
					'content' => [
						'type' => 'text',
						'text' => $value,
					],
				],
			];
		}
		return $value instanceof Result ? $value : Result::messages( (array) $value );
	}

	/** @return array{definition: string, handler: callable, capability: string|null, complete: callable|null}|null */
	private function resource_entry( Registry $registry, McpCall $call ): ?array {
		$template = $call->template();
		return null === $template ? $registry->find( 'resources', $call->name() ) : $registry->find( 'resourceTemplates', $template );
	}

	private static function resource( mixed $value, McpCall $call, Registry $registry ): Result {
		if ( is_string( $value ) ) {
			$template   = $call->template();
			$entry      = null === $template ? $registry->find( 'resources', $call->name() ) : $registry->find( 'resourceTemplates', $template );
			$definition = Json::decode( $entry['definition'] ?? null );
			$value      = [
				[
					'uri'      => $call->name(),
					'mimeType' => (string) ( $definition['mimeType'] ?? 'text/plain' ),
					'text'     => $value,
				],
			];
		}
		return $value instanceof Result ? $value : Result::contents( (array) $value );
	}

	private function completion( Registry $registry, McpCall $call, Call $handle ): Result {
		$entry = $registry->find( 'prompts', $call->name() ) ?? $registry->find( 'resourceTemplates', $call->name() );
		if ( ! isset( $entry['complete'] ) ) {
			return Result::completion( [] );
		}
		Registry::require_capability( $entry );
		$asked = Json::decode( $call->arguments() );
		$value = ( $entry['complete'] )(
			(string) ( $asked['argument']['name'] ?? '' ),
			(string) ( $asked['argument']['value'] ?? '' ),
			(array) ( $asked['context']['arguments'] ?? $asked['context'] ?? [] ),
			$handle
		);
		return $value instanceof Result ? $value : Result::completion( array_map( strval( ... ), (array) $value ) );
	}

	private static function has_user( int $user ): bool {
		return $user > 0 && false !== get_userdata( $user ) && ( ! is_multisite() || is_user_member_of_blog( $user ) );
	}
}
