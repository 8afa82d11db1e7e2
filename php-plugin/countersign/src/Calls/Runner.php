<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpCall;
use Countersign\McpReply;
use Countersign\Plugin\Accounts\AgentRights;
use Countersign\Plugin\AgentScope\AgentUser;
use Countersign\Plugin\AgentScope\LiveCheck;
use Countersign\Plugin\AgentScope\OwnHosts;
use Countersign\Plugin\AgentScope\RulingOptions;
use Countersign\Plugin\AgentScope\WriteGuard;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Current;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Deferred\CallEffects;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SealedOptions;

defined( 'ABSPATH' ) || exit;

/**
 * Runs a call's handler as the connection's WordPress user, with the capabilities of content that it has and under the
 * {@see WriteGuard}. Always returns an answer, whatever the handler does. The restrictions remain until the request ends.
 */
final class Runner {

	/**
	 * @param \Closure(): Registry                        $registry Returns what agents can use on this site.
	 * @param \Closure(Connection, string): CallEffects $effects  Returns the watch over what a call leaves behind for later.
	 */
	public function __construct(
		private readonly \Closure $registry,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
		private readonly SealedOptions $options,
		private readonly OutputGuard $output,
		private readonly Log $log,
		private readonly \Closure $effects,
		private readonly Current $current,
	) {}

	/** Returns what the site knows of the post that a call would change, as the user of the connection sees it. */
	public function target( McpCall $call, Connection $connection ): string {
		$guard = new WriteGuard( new LiveCheck( $call, $connection, $this->connections, $this->kill_switch, $this->options ), false, fn( Denied $refusal ) => $this->record( $refusal, $call, $connection ) );
		return ( new AgentUser( $guard->refuse( ... ), AgentRights::ceiling( $connection ) ) )->act_as( $connection->user, fn(): string => $guard->watch( fn(): string => ( new Targets( ( $this->registry )() ) )->of( $call ) ) );
	}

	/**
	 * Runs a call whose intent is recorded, and returns the answer for the client.
	 *
	 * @param \Closure(int): void $on_cost Receives what the call costs; see {@see Call::cost()}.
	 */
	public function run( McpCall $call, Connection $connection, \Closure $on_cost ): McpReply {
		$guard = null;
		try {
			if ( ! self::user_exists( $connection->user ) ) {
				throw new Denied( 'user_missing' );
			}
			$this->current->enter( $connection );
			$live_check = new LiveCheck( $call, $connection, $this->connections, $this->kill_switch, $this->options );
			$handle     = new Call( $call, $connection, $live_check, $this->output, $on_cost );
			$effects    = ( $this->effects )( $connection, $call->correlation() );
			$guard      = $this->restrict( $call, $connection, $live_check );
			$result     = $effects->watch( fn(): Result => $this->dispatch( $call, $handle ) );
			return null === $guard->refusal() ? $call->result( $result->to_json(), $result->target ) : $this->deny( $call, $guard->refusal() );
		} catch ( InputRequired $needed ) {
			return null === $guard?->refusal() ? $this->ask_for_input( $call, $needed ) : $this->deny( $call, $guard->refusal() );
		} catch ( Denied $denied ) {
			return $this->deny( $call, $guard?->refusal() ?? $denied );
		} catch ( \Throwable $error ) {
			return null === $guard?->refusal() ? $this->fail( $call, $error ) : $this->deny( $call, $guard->refusal() );
		} finally {
			$guard?->end_of_call();
		}
	}

	/** Restricts what the rest of the request can do. */
	private function restrict( McpCall $call, Connection $connection, LiveCheck $live_check ): WriteGuard {
		$guard = new WriteGuard( $live_check, $call->mayWrite(), fn( Denied $refusal ) => $this->record( $refusal, $call, $connection ) );
		// The plugin's own tools that only read are known to write nothing.
		if ( $call->mayWrite() || 'tool' !== $call->kind() || null === ( $this->registry )()->builtin( $call->name() ) ) {
			( new RulingOptions( $guard ) )->begin();
		}
		( new AgentUser( $guard->refuse( ... ), AgentRights::ceiling( $connection ) ) )->become( $connection->user );
		( new OwnHosts( $guard ) )->begin();
		$guard->begin();
		return $guard;
	}

	/** Records a refusal that no answer of the call tells. */
	private function record( Denied $refusal, McpCall $call, Connection $connection ): void {
		try {
			$this->log->append( EntryDraft::agent( 'refusal', 'call.write', $connection->id, $connection->user, $refusal->target, [], $refusal->reason, $call->correlation() ) );
		} catch ( Unavailable $error ) {
			ErrorLog::failure( 'the audit log cannot be written', $error );
		}
	}

	private function ask_for_input( McpCall $call, InputRequired $needed ): McpReply {
		try {
			return $call->inputRequired( $needed->requests, $needed->state );
		} catch ( \Throwable $error ) {
			return $this->fail( $call, $error );
		}
	}

	private function deny( McpCall $call, Denied $denied ): McpReply {
		try {
			return $call->deny( $denied->reason, $denied->detail, $denied->target );
		} catch ( \Throwable $error ) {
			return $this->fail( $call, $error );
		}
	}

	/** Returns how the error log names a call: its kind, and the name under which its handler was registered. */
	public static function subject( McpCall $call ): string {
		// The URI of a resource that matched a template is the agent's text.
		return sprintf( '%s "%s"', ErrorLog::name( $call->kind() ), ErrorLog::name( $call->template() ?? $call->name() ) );
	}

	/** Writes the place of the error to the site's error log. The client learns only that the call failed. */
	private function fail( McpCall $call, \Throwable $error ): McpReply {
		ErrorLog::failure( self::subject( $call ) . ' failed', $error );
		return $call->deny( 'tool_failed' );
	}

	private function dispatch( McpCall $call, Call $handle ): Result {
		$registry = ( $this->registry )();
		PageSetup::complete( 'tool' === $call->kind() && $registry->builtin( $call->name() ) ? $call->name() : '' );
		return match ( $call->kind() ) {
			'tool'       => $this->tool( $registry, $call, $handle ),
			'prompt'     => self::prompt( self::invoke( $registry->find( 'prompts', $call->name() ), $call, $handle ) ),
			'resource'   => self::resource( self::resource_entry( $registry, $call ), $call, $handle ),
			'completion' => $this->completion( $registry, $call, $handle ),
			default      => throw new Denied( 'tool_unknown' ),
		};
	}

	private function tool( Registry $registry, McpCall $call, Call $handle ): Result {
		$builtin = $registry->builtin( $call->name() );
		$value   = $builtin
			? $builtin( Json::decode( $call->arguments() ), $handle )
			: self::plugin_tool( $registry->find( 'tools', $call->name() ), $call, $handle );
		return match ( true ) {
			$value instanceof Result => $value,
			is_string( $value )      => Result::text( $value ),
			default                  => Result::structured( $value ),
		};
	}

	/** @param array{handler: callable, capability: string|null, target: callable|null, ...}|null $entry */
	private static function plugin_tool( ?array $entry, McpCall $call, Call $handle ): mixed {
		return Targets::bind( $entry, $call, $handle, static fn(): mixed => self::invoke( $entry, $call, $handle ) );
	}

	/**
	 * Calls a registered handler if the user has the capability that its entry asks for.
	 *
	 * @param array{handler: callable, capability: string, ...}|null $entry As {@see Registry::find()} returned it.
	 *
	 * @throws Denied `capability_denied`, or what the handler throws.
	 */
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
		return $value instanceof Result ? $value : Result::messages( array_values( (array) $value ) );
	}

	/** @return array{definition: string, handler: callable, capability: string, ...}|null */
	private static function resource_entry( Registry $registry, McpCall $call ): ?array {
		$template = $call->template();
		return null === $template ? $registry->find( 'resources', $call->name() ) : $registry->find( 'resourceTemplates', $template );
	}

	/** @param array{definition: string, handler: callable, capability: string, ...}|null $entry */
	private static function resource( ?array $entry, McpCall $call, Call $handle ): Result {
		$value = self::invoke( $entry, $call, $handle );
		if ( is_string( $value ) ) {
			$definition = Json::decode( $entry['definition'] ?? null );
			$value      = [
				[
					'uri'      => $call->name(),
					'mimeType' => (string) ( $definition['mimeType'] ?? 'text/plain' ),
					'text'     => $value,
				],
			];
		}
		return $value instanceof Result ? $value : Result::contents( array_values( (array) $value ) );
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
		return $value instanceof Result ? $value : Result::completion( array_map( strval( ... ), array_values( (array) $value ) ) );
	}

	private static function user_exists( int $user ): bool {
		return $user > 0 && false !== get_userdata( $user ) && ( ! is_multisite() || is_user_member_of_blog( $user ) );
	}
}
