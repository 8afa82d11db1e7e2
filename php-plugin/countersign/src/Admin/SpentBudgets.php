<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/** Tells those who manage connections that a budget is used up: once by e-mail, and by a notice until its day or month is over. */
final class SpentBudgets {

	/** Option: the budgets that are used up. */
	private const OPTION = 'countersign_budgets_spent';

	/** Most budgets that are remembered. */
	private const MAX = 20;

	public function __construct( private readonly Repository $connections ) {}

	/** Callback of the action `countersign_budget_spent`. */
	public function told( int $connection, string $every, string $of ): void {
		$entry = [
			'connection' => $connection,
			'every'      => $every,
			'of'         => $of,
			'period'     => self::period( $every ),
		];
		update_option( self::OPTION, array_slice( [ $entry, ...self::current() ], 0, self::MAX ), false );
		Mails::budget_spent( $this->find( $connection ), $every, $of );
	}

	/** Callback of the action `admin_notices`. */
	public function notice(): void {
		if ( ! current_user_can( Capabilities::MANAGE ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			return;
		}
		foreach ( self::current() as $entry ) {
			$connection = $this->find( $entry['connection'] );
			if ( null !== $connection && isset( $connection->budget[ "{$entry['of']}_{$entry['every']}" ] ) ) {
				printf( '<div class="notice notice-warning countersign-budget"><p>%s</p></div>', wp_kses( self::sentence( Names::html( $connection->name ), $entry['every'], $entry['of'] ), [ 'bdi' => [ 'dir' => [] ] ] ) );
			}
		}
	}

	/**
	 * Returns what happened, for people.
	 *
	 * @param string $name Name of the connection, as the place needs it.
	 */
	public static function sentence( string $name, string $every, string $of ): string {
		$text = match ( "$of $every" ) {
			/* translators: %s: name of a connection. */
			'calls day'   => __( 'The agent “%s” has made all calls that its budget allows today. Its calls are refused until tomorrow, unless you raise the budget.', 'countersign' ),
			/* translators: %s: name of a connection. */
			'calls month' => __( 'The agent “%s” has made all calls that its budget allows this month. Its calls are refused until the next month, unless you raise the budget.', 'countersign' ),
			/* translators: %s: name of a connection. */
			'cost day'    => __( 'The cost budget of the agent “%s” for today is used up. Its calls are refused until tomorrow, unless you raise the budget.', 'countersign' ),
			/* translators: %s: name of a connection. */
			default       => __( 'The cost budget of the agent “%s” for this month is used up. Its calls are refused until the next month, unless you raise the budget.', 'countersign' ),
		};
		return sprintf( $text, $name );
	}

	private function find( int $id ): ?Connection {
		try {
			return $this->connections->find( $id );
		} catch ( \Countersign\Exception | Failure ) {
			return null;
		}
	}

	/** @return list<array{connection: int, every: string, of: string, period: string}> Those whose period is not over. */
	private static function current(): array {
		$stored = get_option( self::OPTION, [] );
		return array_values( array_filter( is_array( $stored ) ? $stored : [], static fn( mixed $entry ): bool => is_array( $entry ) && is_string( $entry['every'] ?? null ) && self::period( $entry['every'] ) === ( $entry['period'] ?? null ) ) );
	}

	private static function period( string $every ): string {
		return ( new \DateTimeImmutable( 'now', wp_timezone() ) )->format( 'day' === $every ? 'Y-m-d' : 'Y-m' );
	}
}
