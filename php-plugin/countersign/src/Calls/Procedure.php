<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Decision;
use Countersign\McpCall;
use Countersign\McpReply;
use Countersign\McpRequest;
use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\ReplyChanges;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Records\Sightings;
use Countersign\Plugin\Site\Failure;

defined( 'ABSPATH' ) || exit;

/**
 * The steps of one agent's request, whatever door it came through: its connection is looked up, the extension decides, the
 * call is recorded and run, and its outcome is recorded.
 */
final class Procedure {

	/** The call that is recorded but not answered yet. A fatal error leaves it behind. */
	private ?McpCall $open = null;

	/**
	 * @param \Closure(): Registry $registry Returns what agents can use on this site.
	 * @param \Closure(): Decision $state    Tells whether agents may act on this site at all.
	 */
	public function __construct(
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
		private readonly Sightings $sightings,
		private readonly ReplyChanges $changes,
		private readonly Log $log,
		private readonly \Closure $registry,
		private readonly \Closure $state,
		private readonly Runner $runner,
		private readonly Standing $standing,
		private readonly CallBudgets $budgets,
	) {}

	/**
	 * Tells whether the kill switch is on. It counts as on if the site itself is not in order. In that case, the extension refuses
	 * the connection for the reason that the site has, so that this reason is told and recorded.
	 */
	public function is_stopped(): bool {
		$state = ( $this->state )();
		if ( 'record_rolled_back' === $state->reason() ) {
			$this->sightings->note( 'site:0' );
		}
		return $state->isAllowed() && $this->kill_switch->is_on( again: false );
	}

	/**
	 * Decides a request and runs its call, if it is one.
	 *
	 * @param string $ip        Address of the client.
	 * @param bool   $is_nested Whether the request runs or has run a call already, whose restrictions also hold for this plugin.
	 *
	 * @return McpReply The answer, whose outcome {@see record()} records.
	 *
	 * @throws Unavailable If the intent cannot be recorded. The call was not made.
	 * @throws Failure     If the database cannot be read.
	 */
	public function authorize( McpRequest $request, string $ip, bool $is_nested = false ): McpReply {
		$connection = $this->connection( $request );
		$registry   = $request->needsRegistry() ? ( $this->registry )()->to_json() : null;
		$step       = $request->authorize( $connection?->opened, $registry );
		// Before the call, because of its restrictions.
		if ( $connection && ! $is_nested && ( $step instanceof McpCall || $step->decision()->isAllowed() ) ) {
			$this->connections->touch( $connection, $ip );
		}
		return $step instanceof McpCall
			? $this->call( $step, $connection ?? throw new \LogicException( 'a call was allowed without a connection' ), $is_nested )
			: $step;
	}

	/** Decides whether a request would be permitted, whatever its arguments are. Counts and records nothing. */
	public function permits( McpRequest $request ): Decision {
		return $request->permits( $this->connection( $request )?->opened, ( $this->registry )()->to_json() );
	}

	/**
	 * Records the outcome of an answer, and makes the change that it brings.
	 *
	 * @throws Unavailable If it cannot be recorded.
	 */
	public function record( McpReply $reply ): McpReply {
		$items = $reply->items();
		if ( [] !== $items ) {
			// A call that ran changes nothing of the connection.
			$this->log->append( ...[ ...$items, $reply->entry() ] );
		} elseif ( ! $this->changes->apply( $reply->change(), $reply->entry() ) ) {
			// Another request has made the change. The refusal is still recorded.
			$this->log->append( $reply->entry() );
		}
		return $reply;
	}

	/** Returns the call that a fatal error or `exit` has left without an answer, once; null if there is none. */
	public function take_open(): ?McpCall {
		$call       = $this->open;
		$this->open = null;
		return $call;
	}

	private function connection( McpRequest $request ): ?Connection {
		$connection = $this->connections->find( $request->connection() );
		$connection = null === $connection ? null : $this->standing->enforce( $connection );
		if ( 'record_rolled_back' === $connection?->fault ) {
			$this->sightings->note( $connection->target() );
		}
		return $connection;
	}

	/** Counts the call in the budgets of the connection, records the intent, then begins and runs the call. */
	private function call( McpCall $call, Connection $connection, bool $is_nested ): McpReply {
		$refused = $call->needsTarget() ? $call->consider( $this->runner->target( $call, $connection ) ) : null;
		if ( null !== $refused ) {
			return $refused;
		}
		$tool     = 'tool' === $call->kind() ? ( $this->registry )()->builtin( $call->name() ) : null;
		$estimate = $tool instanceof Priced ? $tool->estimate() : 0;
		$spending = $this->budgets->spend( $connection, $estimate, $is_nested );
		$refused  = null === $spending ? null : $call->afford( $spending );
		if ( null !== $refused ) {
			return $refused;
		}
		$this->log->append( $call->intent() );
		// Uses up the confirmation token. Comes after the append, so that the token remains valid if the append fails.
		$refused = $call->begin( $tool instanceof NeedsSecrets ? $tool->secrets() : [] );
		if ( null !== $refused ) {
			return $refused;
		}
		$this->open = $call;
		$cost       = 0;
		$reply      = $this->runner->run(
			$call,
			$connection,
			static function ( int $more ) use ( &$cost ): void {
				$cost += $more;
			}
		);
		$this->open = null;
		if ( null !== $spending && ( $estimate > 0 || $cost > 0 ) ) {
			$this->budgets->report( $spending, min( CallBudgets::MAX, $cost ) );
		}
		return $reply;
	}
}
