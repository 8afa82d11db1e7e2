<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * Whether agents can act on this site, and otherwise why, since when and because of whom. Every page, notice, row, the admin bar,
 * Site Health and the command line show this one state; its reason is the one that an agent reads. Immutable.
 */
final class AgentState {

	/** Reason code of the kill switch. */
	private const STOPPED = 'kill_switch';

	/** Reason code of a site without HTTPS, which the extension checks before everything else. */
	private const INSECURE = 'https_required';

	/** Beginning of the reason codes of the audit log, which is written after everything else is checked. */
	private const LOG = 'audit_';

	/**
	 * @param array<string, string> $problems    Reason code => what is wrong and what to do, for an administrator. An agent reads the
	 *                                           first one.
	 * @param bool                  $is_unsealed Whether agents are stopped in a way that somebody who can write to the database could
	 *                                           undo.
	 */
	private function __construct(
		public readonly array $problems,
		public readonly bool $is_unsealed,
	) {}

	/** Returns the state of this site now. Reads the database and no cache. */
	public static function of( KillSwitch $kill_switch, Condition $condition ): self {
		if ( ! Requirements::are_met() ) {
			return new self( [ Requirements::state() => Instructions::headline() ], false );
		}
		$found  = $condition->problems();
		$switch = $kill_switch->state();
		$is_log = static fn( string $reason ): bool => str_starts_with( $reason, self::LOG );
		$log    = array_filter( $found, $is_log, ARRAY_FILTER_USE_KEY );
		$others = array_diff_key( $found, $log, [ self::INSECURE => true ] );
		$stop   = match ( true ) {
			KillSwitch::ON === $switch                        => self::who_stopped( $kill_switch->stopped_by() ),
			// While the site has another problem, that is why the record cannot be read.
			KillSwitch::UNKNOWN === $switch && [] === $others => __( 'The record of the switch that stops all agents is missing or was changed by something else, which counts as stopped. Find out who changed the database, then let agents continue on the Connections page.', 'countersign' ),
			default                                           => null,
		};
		return new self(
			array_intersect_key( $found, [ self::INSECURE => true ] ) + $others + ( null === $stop ? [] : [ self::STOPPED => $stop ] ) + $log,
			KillSwitch::ON === $switch && $kill_switch->is_unsealed()
		);
	}

	/** Tells whether agents can act within the permissions of their connections. */
	public function can_act(): bool {
		return [] === $this->problems;
	}

	/** Returns the reason code that an agent reads, or null if agents can act. */
	public function reason(): ?string {
		return array_key_first( $this->problems );
	}

	/** Tells whether a person has stopped all agents, or the record of the switch cannot be believed. */
	public function is_stopped(): bool {
		return isset( $this->problems[ self::STOPPED ] );
	}

	/** Tells whether nothing but the kill switch keeps agents from acting. */
	public function is_only_stopped(): bool {
		return [ self::STOPPED ] === array_keys( $this->problems );
	}

	/** Returns the state in a few words. */
	public function headline(): string {
		return match ( $this->reason() ) {
			null          => __( 'Agents can act within the permissions of their connections', 'countersign' ),
			self::STOPPED => __( 'All agents are stopped', 'countersign' ),
			default       => __( 'No agent can act now', 'countersign' ),
		};
	}

	/** Returns the state in one or two words, for the rows of lists. */
	public function label(): string {
		return self::STOPPED === $this->reason() ? __( 'Stopped', 'countersign' ) : __( 'Cannot act', 'countersign' );
	}

	/** Returns what a person reads about it: who, when, why, and what to do. One text for all problems; '' if agents can act. */
	public function text(): string {
		return implode( ' ', $this->problems );
	}

	/** @param array{by: int, at: int, because: string} $stop As {@see KillSwitch::stopped_by()} returned it. */
	private static function who_stopped( array $stop ): string {
		$user = $stop['by'] ? get_userdata( $stop['by'] ) : false;
		$when = $stop['at'] ? wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $stop['at'] ) : '';
		return match ( true ) {
			'new_beginning' === $stop['because'] && $when
				/* translators: %s: date and time. */
				=> sprintf( __( 'Agents have been stopped since %s, because the site began anew. Look at its connections, then let agents continue on the Connections page.', 'countersign' ), $when ),
			$user && $when
				/* translators: 1: name of a user, 2: date and time. */
				=> sprintf( __( '%1$s stopped all agents on %2$s. They can continue when somebody lets them on the Connections page.', 'countersign' ), Names::clean( $user->display_name ), $when ),
			(bool) $when
				/* translators: %s: date and time. */
				=> sprintf( __( 'All agents were stopped on %s without a login, such as on the command line. They can continue when somebody lets them on the Connections page.', 'countersign' ), $when ),
			default
				=> __( 'All agents were stopped. The audit log shows by whom and when, if it could be written. They can continue when somebody lets them on the Connections page.', 'countersign' ),
		};
	}
}
