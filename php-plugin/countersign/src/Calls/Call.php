<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpCall;
use Countersign\Plugin\AgentScope\LiveCheck;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/** A running call of an agent, as the handler of a tool, prompt, resource or completion receives it. */
final class Call {

	/** @internal Created by the {@see Runner}. */
	public function __construct(
		private readonly McpCall $call,
		private readonly Connection $connection,
		private readonly LiveCheck $live_check,
		private readonly OutputGuard $output,
		private readonly \Closure $on_cost,
	) {}

	/**
	 * Returns the name of the tool or prompt, or the URI of the resource. For a completion, returns the name of the prompt
	 * or the URI template that is being completed.
	 */
	public function name(): string {
		return $this->call->name();
	}

	/** Returns the URI template that matched a resource's URI, or null for any other call. */
	public function template(): ?string {
		return $this->call->template();
	}

	/**
	 * Returns the validated arguments as JSON. Use it where `{}` and `[]` differ, which the handler's array cannot tell
	 * apart.
	 */
	public function raw_arguments(): string {
		return $this->call->arguments();
	}

	/** Returns the id that links the entries of this call in the audit log. */
	public function correlation(): string {
		return $this->call->correlation();
	}

	/** Returns the connection that makes the call. */
	public function connection(): Connection {
		return $this->connection;
	}

	/**
	 * Ends the call if an administrator has, since the call began, stopped all agents or paused or revoked this connection, or
	 * if the connection or its token is no longer valid. Call it before every write.
	 *
	 * @throws Denied Such as `kill_switch`, `connection_revoked`, `connection_paused` or `tool_outside_groups`. Do not catch it.
	 */
	public function ensure_live(): void {
		$this->live_check->ensure_live();
	}

	/**
	 * Ends the call if the post that it changes is no longer what it was when the call was reviewed, when the agent read it, or
	 * when the call began. Call it directly before the write.
	 *
	 * @param StoredPost   $now  The post as it is stored.
	 * @param list<string> $meta Further metadata that the call concerns.
	 *
	 * @throws Denied `target_changed`, `needs_publish` or `confirmation_missing`. Do not catch it.
	 */
	public function check_target( StoredPost $now, array $meta = [] ): void {
		$decision = $this->call->checkTarget( $now->to_json( $meta ) );
		if ( ! $decision->isAllowed() ) {
			throw new Denied( (string) $decision->reason(), null, "post:$now->id" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/**
	 * Records what the call made of the post that it changes.
	 *
	 * @param StoredPost   $now      The post as it is stored after the change.
	 * @param int|null     $revision Id of the revision with the state before.
	 * @param list<string> $meta     Further metadata that the call concerns.
	 */
	public function record_target( StoredPost $now, ?int $revision = null, array $meta = [] ): void {
		$this->call->changed( $now->to_json( $meta ), $revision );
	}

	/**
	 * Ends an item of a call on many items, so that it has an audit entry. {@see Items} calls it.
	 *
	 * @param string      $target Such as `post:12`.
	 * @param Denied|null $denied Why the item was refused, or null.
	 *
	 * @return string What the agent reads about a refusal.
	 *
	 * @internal
	 */
	public function end_item( string $target, ?Denied $denied = null ): string {
		return $this->call->item( $target, $denied?->reason, $denied?->detail );
	}

	/** Returns the fingerprint of a post, which an agent that changes it later must send back. */
	public function fingerprint( StoredPost $post ): string {
		return $this->call->fingerprint( $post->to_json() );
	}

	/**
	 * Reports what the call costs, so that it counts under the budget of the connection. Several reports are added up.
	 *
	 * @param int $millionths Millionths of a unit of the administrator's money; 40,000 is four cents. Negative numbers count as 0.
	 */
	public function cost( int $millionths ): void {
		( $this->on_cost )( max( 0, $millionths ) );
	}

	/** Tells whether the client accepts progress notifications and log messages before the result. */
	public function is_streaming(): bool {
		return $this->call->isStreaming();
	}

	/**
	 * Sends the client a progress notification, if the client asked for them.
	 *
	 * @param float       $progress How much is done. Must grow from one notification to the next.
	 * @param float|null  $total    How much there is to do, in the same unit, or null if unknown.
	 * @param string|null $message  What is being done, for a person.
	 */
	public function progress( float $progress, ?float $total = null, ?string $message = null ): void {
		$this->emit( $this->call->progress( $progress, $total, $message ) );
	}

	/**
	 * Sends the client a log message, if the client asked for messages of this level.
	 *
	 * @param string      $level  `debug`, `info`, `notice`, `warning`, `error`, `critical`, `alert` or `emergency`.
	 * @param mixed       $data   Any value that JSON can express.
	 * @param string|null $logger Name of the part that sends the message.
	 *
	 * @throws \JsonException If JSON cannot express `$data`.
	 */
	public function log( string $level, mixed $data, ?string $logger = null ): void {
		$this->emit( $this->call->log( $level, Json::encode( $data ), $logger ) );
	}

	/**
	 * Returns the client's answer to an input request of an earlier round; see {@see require_input()}.
	 *
	 * @param string $key Key of the request.
	 *
	 * @return array<array-key, mixed>|null Result of the client's method, or null if the client did not answer the request.
	 */
	public function input( string $key ): ?array {
		$answer = $this->call->inputResponse( $key );
		return null === $answer ? null : Json::decode( $answer );
	}

	/** Returns the state that an earlier round passed to {@see require_input()}, or null in the first round. */
	public function state(): ?string {
		return $this->call->state();
	}

	/**
	 * Ends this round and asks the client for input. The client then sends the same call again with its answers, and the
	 * handler runs again.
	 *
	 * @param array<string, array<string, mixed>>|string $requests Key => request of the protocol (`method` and `params`), or the
	 *                                                             same as JSON text.
	 * @param string|null                                $state    What {@see state()} returns in the next round, at most 16 KiB.
	 *                                                             The extension protects it against changes and binds it to this
	 *                                                             connection and these arguments.
	 *
	 * @throws InputRequired Always. Do not catch it.
	 */
	public function require_input( array|string $requests, ?string $state = null ): never {
		throw new InputRequired( is_string( $requests ) ? $requests : Json::encode( (object) $requests ), $state ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- JSON for the extension, never printed.
	}

	/** Returns the confirmation token for the reviewed call. Only for the tool `request_review`. */
	public function confirmation(): string {
		return $this->call->confirmation();
	}

	/** Returns for how many seconds {@see confirmation()} is valid. */
	public function confirmation_lifetime(): int {
		return $this->call->confirmationLifetime();
	}

	/**
	 * Tells whether the connection may write a field of items. A tool asks where no argument of it says which fields it writes; the
	 * guard of writes refuses the others, and ends the call.
	 *
	 * @param string $field Such as `title`, `terms:category` or `meta:_price`.
	 */
	public function may_write_field( string $field ): bool {
		return null === $this->live_check->forbids( $field );
	}

	/** Tells whether the guard of writes has refused one of this call. The call then ends with that refusal. */
	public function is_refused(): bool {
		return $this->live_check->has_refused();
	}

	private function emit( string $event ): void {
		if ( '' !== $event ) {
			$this->output->event( $event, $this->call->streamHeaders() );
		}
	}
}
