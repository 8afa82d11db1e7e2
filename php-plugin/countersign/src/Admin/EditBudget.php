<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Calls\CallBudgets;
use Countersign\Plugin\Connections\Connection;

defined( 'ABSPATH' ) || exit;

/** The part of the form of a connection that says how many calls the agent may make, and what they may cost. */
final class EditBudget {

	/** Millionths of a unit of money in one. */
	private const UNIT = 1_000_000;

	/** Prints the fields. */
	public static function show( Connection $connection ): void {
		$kept = CallBudgets::kept( $connection->id );
		?>
		<fieldset>
			<legend class="screen-reader-text"><?php esc_html_e( 'Budget', 'countersign' ); ?></legend>
			<?php
			foreach ( self::labels() as $member => $label ) :
				$is_cost = str_starts_with( $member, 'cost' );
				$cap     = $connection->budget[ $member ] ?? null;
				?>
				<label for="countersign-<?php echo esc_attr( $member ); ?>"><?php echo esc_html( $label ); ?></label>
				<input type="number" class="small-text" id="countersign-<?php echo esc_attr( $member ); ?>" name="budget_<?php echo esc_attr( $member ); ?>" min="0" step="<?php echo $is_cost ? '0.01' : '1'; ?>" value="<?php echo esc_attr( null === $cap ? '' : self::number( $cap, $is_cost ) ); ?>">
				<?php
				if ( null !== $cap && isset( $kept[ $member ] ) ) {
					/* translators: 1: a number of calls or a sum of money, 2: a day or month, such as 2026-11-24. */
					echo esc_html( sprintf( __( '%1$s used in %2$s', 'countersign' ), self::number( $kept[ $member ]['used'], $is_cost ), $kept[ $member ]['period'] ) );
				}
				?>
				<br>
			<?php endforeach; ?>
		</fieldset>
		<p class="description"><?php esc_html_e( 'Empty for no limit. Costs are what tools report, such as the price of a generated image, in the currency in which you have entered prices. When a budget is used up, calls of the agent are refused until the next day or month, and you are told once.', 'countersign' ); ?></p>
		<?php
	}

	/**
	 * Returns the caps that the form sent.
	 *
	 * @return array<string, int> By the names of {@see Connection::BUDGETS}.
	 */
	public static function sent(): array {
		$budget = [];
		foreach ( Connection::BUDGETS as $member ) {
			$text = trim( AdminPost::text( "budget_$member" ) );
			if ( is_numeric( $text ) && (float) $text >= 0 ) {
				$budget[ $member ] = (int) min( CallBudgets::MAX, round( (float) $text * ( str_starts_with( $member, 'cost' ) ? self::UNIT : 1 ) ) );
			}
		}
		return $budget;
	}

	/** @return array<string, string> */
	private static function labels(): array {
		return [
			'calls_day'   => __( 'Calls in a day', 'countersign' ),
			'calls_month' => __( 'Calls in a month', 'countersign' ),
			'cost_day'    => __( 'Cost in a day', 'countersign' ),
			'cost_month'  => __( 'Cost in a month', 'countersign' ),
		];
	}

	/** Returns a number as a field of a form has it. */
	private static function number( int $value, bool $is_cost ): string {
		return $is_cost ? rtrim( rtrim( number_format( $value / self::UNIT, 6, '.', '' ), '0' ), '.' ) : (string) $value;
	}
}
