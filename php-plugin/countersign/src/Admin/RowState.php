<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Site\Labels;

defined( 'ABSPATH' ) || exit;

/** The state of one connection as pages show it: a connection that is active cannot act while the whole site is stopped. */
final class RowState {

	/**
	 * Returns the state as HTML.
	 *
	 * @param Connection $connection The connection.
	 * @param AgentState $site       The state of the site.
	 * @param string     $detail     What else there is to say about the connection, as escaped HTML.
	 */
	public static function html( Connection $connection, AgentState $site, string $detail = '' ): string {
		$is_held = ! $site->can_act() && ! $connection->is_revoked();
		$state   = $is_held && Connection::ACTIVE === $connection->state
			? [ 'stopped', $site->label() ]
			: [ $connection->state, Labels::state( $connection->state ) ];
		if ( $is_held ) {
			$detail .= ( '' === $detail ? '' : ' ' ) . esc_html( $site->headline() . '.' );
		}
		return sprintf( '<span class="countersign-state is-%s">%s</span>', esc_attr( $state[0] ), esc_html( $state[1] ) )
			. ( '' === $detail ? '' : '<br><span class="countersign-muted">' . $detail . '</span>' );
	}

	/** Returns who paused a connection and when, as HTML; '' unless a person did. */
	public static function pause( Connection $connection ): string {
		if ( Connection::PAUSED !== $connection->state || 'admin' !== $connection->state_reason ) {
			return '';
		}
		return 0 === $connection->state_by
			? Format::ago( $connection->state_at ) . '.'
			/* translators: 1: time, such as "5 minutes ago", 2: name and role of a user. */
			: sprintf( esc_html__( '%1$s by %2$s.', 'countersign' ), Format::ago( $connection->state_at ), esc_html( Format::user( $connection->state_by ) ) );
	}
}
