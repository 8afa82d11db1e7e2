<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Budgets;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Spending;
use Countersign\StoreException;

defined( 'ABSPATH' ) || exit;

/**
 * The budgets of connections: how many calls they may make in a day and in a month, and what these may cost. The extension counts
 * and decides. The counts are also kept in an option, in case its store is reset.
 */
final class CallBudgets {

	/** Member of the record => the period and what is counted. */
	public const MEMBERS = [
		'calls_day'   => [ 'day', 'calls' ],
		'calls_month' => [ 'month', 'calls' ],
		'cost_day'    => [ 'day', 'cost' ],
		'cost_month'  => [ 'month', 'cost' ],
	];

	/** Largest cap of calls, and of the cost in millionths. */
	public const MAX = 1_000_000_000_000;

	/** Beginning of the options with the counts of a connection. */
	private const KEPT = 'countersign_budget_';

	/**
	 * @param \Closure(): Budgets $budgets Counts and decides.
	 * @param \Closure(): string  $site_id Returns the identity of the site: several sites can share a store.
	 * @param Log                 $log     Records that a budget is used up.
	 */
	public function __construct(
		private readonly \Closure $budgets,
		private readonly \Closure $site_id,
		private readonly Log $log,
	) {}

	/**
	 * Counts a call before it begins.
	 *
	 * @param int  $estimate  What it costs, in millionths.
	 * @param bool $is_nested Whether the restrictions of another call hold, so that options cannot be written.
	 *
	 * @return Spending|null What the budgets decide; null if the connection has none.
	 *
	 * @throws StoreException If the store does not answer. The call must not be made.
	 */
	public function spend( Connection $connection, int $estimate, bool $is_nested ): ?Spending {
		if ( [] === $connection->budget ) {
			return null;
		}
		$kept = self::kept( $connection->id );
		$rows = [];
		foreach ( $connection->budget as $member => $cap ) {
			[ $every, $of ] = self::MEMBERS[ $member ];
			$rows[]         = [
				'key'   => ( $this->site_id )() . '/' . $connection->target(),
				'every' => $every,
				'of'    => $of,
				'cap'   => $cap,
			] + ( $kept[ $member ] ?? [] );
		}
		$spending = ( $this->budgets )()->spend( $rows, $estimate, ( new \DateTimeImmutable( 'now', wp_timezone() ) )->getOffset() );
		$this->look_at( $connection, array_combine( array_keys( $connection->budget ), $spending->budgets() ), $kept, $is_nested );
		return $spending;
	}

	/**
	 * Replaces the estimate of a call by what it cost.
	 *
	 * @param int $cost In millionths.
	 */
	public function report( Spending $spending, int $cost ): void {
		try {
			( $this->budgets )()->report( $spending, $cost );
		} catch ( \Countersign\Exception $error ) {
			ErrorLog::failure( 'the cost of a call could not be counted', $error );
		}
	}

	/**
	 * Returns what a connection has used, as far as it is kept.
	 *
	 * @return array<string, array{period: string, used: int, told: bool}> Member => count.
	 */
	public static function kept( int $connection ): array {
		$stored = get_option( self::KEPT . $connection );
		$kept   = [];
		foreach ( is_array( $stored ) ? array_intersect_key( $stored, self::MEMBERS ) : [] as $member => $row ) {
			if ( is_array( $row ) && is_string( $row['period'] ?? null ) && preg_match( '/^\d{4}-\d\d(?:-\d\d)?$/D', $row['period'] ) && is_int( $row['used'] ?? null ) && $row['used'] >= 0 ) {
				$kept[ $member ] = [
					'period' => $row['period'],
					'used'   => $row['used'],
					'told'   => true === ( $row['told'] ?? null ),
				];
			}
		}
		return $kept;
	}

	/** Forgets the counts of a connection that has ended. */
	public static function forget( int $connection ): void {
		delete_option( self::KEPT . $connection );
	}

	/**
	 * Keeps the counts, and tells people once that a budget is used up.
	 *
	 * @param array<string, array{period: string, used: int, told: bool, announce: bool, ...}> $now  Member => count.
	 * @param array<string, array{period: string, used: int, told: bool}>                       $kept As {@see kept()} returned it.
	 */
	private function look_at( Connection $connection, array $now, array $kept, bool $is_nested ): void {
		$keep = array_map( static fn( array $row ): array => array_intersect_key( $row, array_flip( [ 'period', 'used', 'told' ] ) ), $now );
		if ( ! $is_nested && $keep !== $kept ) {
			update_option( self::KEPT . $connection->id, $keep + $kept, false );
		}
		foreach ( $now as $member => $row ) {
			if ( ! $row['announce'] ) {
				continue;
			}
			[ $every, $of ] = self::MEMBERS[ $member ];
			try {
				$this->log->append( EntryDraft::agent( 'system', 'budget.spent', $connection->id, $connection->user, $connection->target(), [ 'budget' => $member, 'period' => $row['period'], 'cap' => $connection->budget[ $member ] ] ) ); // phpcs:ignore Universal.Arrays,WordPress.Arrays -- One entry.
			} catch ( Unavailable $error ) {
				ErrorLog::failure( 'the audit log cannot be written', $error );
			}
			if ( ! $is_nested ) {
				/**
				 * Fires when a budget of a connection is used up, once in its period.
				 *
				 * @param int    $connection Id of the connection.
				 * @param string $every      `day` or `month`.
				 * @param string $of         `calls` or `cost`.
				 */
				do_action( 'countersign_budget_spent', $connection->id, $every, $of );
			}
		}
	}
}
