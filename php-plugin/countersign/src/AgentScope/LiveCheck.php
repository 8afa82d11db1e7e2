<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\McpCall;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\UploadSession;

defined( 'ABSPATH' ) || exit;

/** Checks during a call whether the connection may still act. Runs before each write. */
final class LiveCheck {

	/** How long what was read is trusted, in seconds. */
	private const TRUSTED = 1.0;

	/** The sealed text of the connection that was read last; null if there is none. */
	private ?string $text = null;

	/** When it was read, in seconds of a clock that is never set. */
	private float $read_at = -INF;

	private ?bool $has_witness = null;

	/** Whether a write of the call was refused. */
	private bool $has_refused = false;

	/**
	 * @param McpCall|UploadSession $call   The call, which has begun, or the session by which a file is uploaded.
	 * @param Connection    $connection  The connection as it was when the call was admitted.
	 * @param Repository    $connections The connections as they are now.
	 * @param KillSwitch    $kill_switch The kill switch.
	 * @param SealedOptions $options     The options that are read again at each check.
	 */
	public function __construct(
		private readonly McpCall|UploadSession $call,
		private readonly Connection $connection,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
		private readonly SealedOptions $options,
	) {}

	/**
	 * Ends the call if all agents were stopped, the connection was paused or revoked, or the permission for this call was taken
	 * away. Reads the database, not a cache.
	 *
	 * @throws Denied The reason for which {@see McpCall::mayGoOn()} refuses.
	 */
	public function ensure_live(): void {
		$this->text    = $this->connections->text_now( $this->connection->id, $this->options );
		$this->read_at = self::seconds();
		$this->decide();
	}

	/**
	 * As {@see ensure_live()}, for each statement of a change that has begun. What was read in the last second is not read again
	 * if the witness, which every decision of a person raises, knows nothing newer.
	 *
	 * @throws Denied As above.
	 */
	public function ensure_still_live(): void {
		$this->has_witness ??= $this->connections->has_witness();
		if ( ! $this->has_witness || self::seconds() - $this->read_at > self::TRUSTED ) {
			$this->ensure_live();
			return;
		}
		$this->decide();
	}

	private static function seconds(): float {
		return hrtime( true ) / 1e9;
	}

	private function decide(): void {
		$now      = null === $this->text ? null : $this->connections->open( $this->connection->id, $this->text );
		$decision = $this->call->mayGoOn( $now, $this->kill_switch->is_on( again: false ) );
		if ( ! $decision->isAllowed() ) {
			throw new Denied( (string) $decision->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/** Tells whether the connection may write every field of every item. */
	public function may_write_every_field(): bool {
		return $this->call->mayWriteEveryField();
	}

	/** Returns the rule that forbids the connection to write a field, such as `meta:_price`, or null if it may. */
	public function forbids( string $field ): ?string {
		return $this->call->forbids( $field );
	}

	/** Notes that a write of the call was refused, which ends the call. */
	public function note_refusal(): void {
		$this->has_refused = true;
	}

	/** Tells whether a write of the call was refused, whatever the handler made of that. */
	public function has_refused(): bool {
		return $this->has_refused;
	}

	/**
	 * Ends the call if it would change what visitors see and may not: its target was decided before it began, and code can
	 * change another item.
	 *
	 * @param \Closure(): list<string> $reports Returns the items before and after the change, for {@see McpCall::mayChange()}. Not
	 *                                          called if the call may change all of them.
	 *
	 * @throws Denied `needs_publish` or `confirmation_missing`.
	 */
	public function ensure_may_change( \Closure $reports ): void {
		if ( $this->call->mayChange( '"unknown"' )->isAllowed() ) {
			return;
		}
		foreach ( $reports() as $report ) {
			$decision = $this->call->mayChange( $report );
			if ( ! $decision->isAllowed() ) {
				throw new Denied( (string) $decision->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		}
	}
}
