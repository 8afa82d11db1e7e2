<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpCall;
use Countersign\Plugin\AgentScope\LiveCheck;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;

/**
 * A call under way, as its handler sees it.
 */
final class Call {

	/** @internal Made by the {@see Runner}. */
	public function __construct(
		private readonly McpCall $call,
		private readonly Connection $connection,
		private readonly LiveCheck $checkpoint,
		private readonly OutputGuard $output,
	) {}

	/** The tool's or prompt's name, the resource's URI, or what is being completed. */
	public function name(): string {
		return $this->call->name();
	}

	/** For a resource that a template matched: the template. */
	public function template(): ?string {
		return $this->call->template();
	}

	/** The validated arguments as JSON, where `{}` and `[]` must be told apart. */
	public function raw_arguments(): string {
		return $this->call->arguments();
	}

	/** The connection that calls. */
	public function connection(): Connection {
		return $this->connection;
	}

	/**
	 * To be called before every write: goes on, or ends the call because an administrator has stopped it meanwhile.
	 *
	 * @throws Denied Let it pass through.
	 */
	public function ensure_live(): void {
		$this->checkpoint->pass();
	}

	/** Whether the client takes progress and log messages before the answer. */
	public function is_streaming(): bool {
		return $this->call->isStreaming();
	}

	/** Tells the client how far the work is, if it asked to know. The number must grow from call to call. */
	public function progress( float $progress, ?float $total = null, ?string $message = null ): void {
		$this->emit( $this->call->progress( $progress, $total, $message ) );
	}

	/**
	 * Sends the client a log message, if it asked for this level.
	 *
	 * @param string $level `debug`, `info`, `notice`, `warning`, `error`, `critical`, `alert`, `emergency`.
	 * @param mixed  $data  What to say; anything that can be JSON.
	 */
	public function log( string $level, mixed $data, ?string $logger = null ): void {
		$this->emit( $this->call->log( $level, Json::encode( $data ), $logger ) );
	}

	/**
	 * What the client answered to an input request of an earlier round.
	 *
	 * @param string $key The request's key.
	 *
	 * @return array<array-key, mixed>|null The result of the client's method, or null when it did not answer.
	 */
	public function input( string $key ): ?array {
		$answer = $this->call->inputResponse( $key );
		return null === $answer ? null : Json::decode( $answer );
	}

	/** What an earlier round put aside with {@see require_input()}; null on the first round. */
	public function state(): ?string {
		return $this->call->state();
	}

	/**
	 * Ends this round and asks the client for input; the same call comes again with the answers.
	 *
	 * @param array<string, array<string, mixed>>|string $requests Key => request of the protocol (`method` and `params`), or the
	 *                                                             same as JSON.
	 * @param string|null                                $state    To be given back by {@see state()}; sealed by the extension.
	 */
	public function require_input( array|string $requests, ?string $state = null ): never {
		throw new InputRequired( is_string( $requests ) ? $requests : Json::encode( (object) $requests ), $state );
	}

	/** For the review tool: the confirmation token for the act that was asked about. */
	public function confirmation(): string {
		return $this->call->confirmation();
	}

	/** Seconds for which {@see confirmation()} is good. */
	public function confirmation_lifetime(): int {
		return $this->call->confirmationLifetime();
	}

	private function emit( string $event ): void {
		if ( '' !== $event ) {
			$this->output->event( $event, $this->call->streamHeaders() );
		}
	}
}
