<?php

declare(strict_types=1);

namespace Countersign\Plugin\Abilities;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Calls\DirectAnswer;
use Countersign\Plugin\Calls\DirectCalls;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Current;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * Asks the extension about every ability that runs in an agent's request, and about every ability that a program runs while all
 * agents are stopped. It never permits what the ability itself refuses.
 *
 * A person in the dashboard, and code of plugins outside of agents' requests, run the abilities of others as always. The
 * abilities of this plugin run for a connection only.
 */
final class Governor {

	/** Refusals of this request, so that one that is asked for twice is recorded once. @var array<string, \WP_Error> */
	private array $refused = [];

	/**
	 * @param \Closure(string): bool $may_record Tells whether a refusal is recorded now. Receives what is refused to whom.
	 */
	public function __construct(
		private readonly Current $current,
		private readonly DirectCalls $calls,
		private readonly KillSwitch $kill_switch,
		private readonly OfferedAbilities $offered,
		private readonly Running $running,
		private readonly Log $log,
		private readonly \Closure $may_record,
	) {}

	/** Returns the ability of a tool of this plugin. */
	public static function own( string $tool ): string {
		return OfferedAbilities::OWN . str_replace( '_', '-', $tool );
	}

	/**
	 * Returns why an ability may not run now; null if nothing speaks against it, in which case the ability itself decides.
	 *
	 * @param string $name  Name of the ability.
	 * @param mixed  $input The input, of which only a digest is kept.
	 */
	public function refusal( string $name, mixed $input ): ?\WP_Error {
		if ( $this->running->is_pending( $name ) ) {
			return null;
		}
		$key = $name . ' ' . hash( 'sha256', (string) wp_json_encode( $input ) );
		if ( isset( $this->refused[ $key ] ) ) {
			return $this->refused[ $key ];
		}
		$refusal = $this->decide( $name, $input );
		if ( null !== $refusal ) {
			$this->refused[ $key ] = $refusal;
		}
		return $refusal;
	}

	/**
	 * Runs an ability for the connection that governs the request.
	 *
	 * @param string $name  Name of the ability.
	 * @param mixed  $input The input as it was passed.
	 *
	 * @return array{mixed}|null The result or the error. Null if no connection governs this: the caller executes the ability.
	 */
	public function run( string $name, mixed $input ): ?array {
		if ( $this->running->is_pending( $name ) ) {
			return null;
		}
		$refusal = $this->refusal( $name, $input );
		if ( null !== $refusal ) {
			return [ $refusal ];
		}
		if ( in_array( $name, OfferedAbilities::WRAPPERS, true ) ) {
			return null;
		}
		$connection = $this->connection();
		if ( null === $connection ) {
			return null;
		}
		$this->offered->take_returned();
		$answer = $this->call( $connection, $name, $input );
		return [ null === $answer->reason && ! self::is_own( $name ) ? $this->offered->take_returned() : $answer->value() ];
	}

	/** Notes that the callback of a decided ability begins. */
	public function begin( string $name ): void {
		if ( $this->running->is_pending( $name ) ) {
			$this->running->begin();
		}
	}

	private function decide( string $name, mixed $input ): ?\WP_Error {
		if ( ! class_exists( \Countersign\McpServer::class, false ) ) {
			// Without its extension, this plugin restricts nobody but agents.
			return $this->current->is_agent() ? DirectAnswer::refused( 'store_unavailable' )->error() : null;
		}
		if ( ! $this->current->is_agent() ) {
			return match ( true ) {
				self::is_own( $name ) => $this->record( $name, 'connection_missing' ),
				Entrance::is_program() && $this->kill_switch->is_on( again: false ) => $this->record( $name, 'kill_switch' ),
				default => null,
			};
		}
		$connection = $this->connection();
		if ( null === $connection ) {
			return $this->record( $name, 'connection_unknown' );
		}
		// Every connection has this tool, so only the connection and the site are decided.
		$tool = in_array( $name, OfferedAbilities::WRAPPERS, true ) ? 'whoami' : $this->tool( $name );
		if ( null === $tool ) {
			return $this->record( $name, 'ability_not_offered', $connection );
		}
		if ( $this->calls->permits( $connection->id, $this->current->account(), Entrance::door(), $tool ) ) {
			return null;
		}
		// The call itself is refused, and this is recorded as the refusal of a call.
		$answer = $this->call( $connection, $name, $input );
		return null === $answer->reason ? DirectAnswer::refused( 'store_unavailable' )->error() : $answer->error();
	}

	private function call( Connection $connection, string $name, mixed $input ): DirectAnswer {
		$ability   = wp_get_ability( $name );
		$arguments = null === $ability ? '{}' : OfferedAbilities::arguments( $ability, $input );
		$tool      = in_array( $name, OfferedAbilities::WRAPPERS, true ) ? 'whoami' : (string) $this->tool( $name );
		return $this->calls->call( $connection->id, $this->current->account(), Entrance::door(), $tool, $arguments, $this->current->is_running() );
	}

	/** Returns the tool of an ability; null if agents are not offered it. */
	private function tool( string $name ): ?string {
		if ( self::is_own( $name ) ) {
			return str_replace( '-', '_', substr( $name, strlen( OfferedAbilities::OWN ) ) );
		}
		return null === $this->offered->group( $name ) ? null : OfferedAbilities::tool( $name );
	}

	private static function is_own( string $name ): bool {
		return str_starts_with( $name, OfferedAbilities::OWN );
	}

	private function connection(): ?Connection {
		try {
			return $this->current->connection();
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'the connection of a request could not be found', $error );
			return null;
		}
	}

	/** Records a refusal that is not one of a call, at most once a minute for each connection or account and ability. */
	private function record( string $name, string $reason, ?Connection $connection = null ): \WP_Error {
		$target = 'ability:' . $name;
		$change = [ 'door' => Entrance::door() ];
		try {
			if ( ( $this->may_record )( ( $connection?->target() ?? 'user:' . get_current_user_id() ) . ':' . $name . ':' . $reason ) ) {
				$this->log->append(
					null === $connection
						? EntryDraft::admin( 'refusal', 'ability.run', $target, $change, $reason )
						: EntryDraft::agent( 'refusal', 'ability.run', $connection->id, $connection->user, $target, $change, $reason )
				);
			}
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a refusal could not be recorded', $error );
		}
		return DirectAnswer::refused( $reason )->error();
	}
}
