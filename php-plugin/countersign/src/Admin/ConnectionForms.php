<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * The actions of the Connections page: the kill switch, and pausing, resuming, changing and revoking a connection.
 *
 * Whoever manages connections may pause and revoke each of them. Resuming and changing one also needs the right to edit the
 * account that it acts as.
 */
final class ConnectionForms {

	public function __construct(
		private readonly Repository $connections,
		private readonly Manager $manager,
		private readonly KillSwitch $kill_switch,
		private readonly Log $log,
	) {}

	/** Registers the actions. */
	public function register(): void {
		AdminPost::register( 'countersign_kill_switch', Capabilities::MANAGE, $this->kill_switch( ... ), needs_extension: false );
		AdminPost::register( 'countersign_pause', Capabilities::MANAGE, $this->pause( ... ) );
		AdminPost::register( 'countersign_resume', Capabilities::MANAGE, $this->resume( ... ) );
		AdminPost::register( RestoredView::ACTION, Capabilities::MANAGE, $this->take_back( ... ) );
		AdminPost::register( 'countersign_revoke', Capabilities::MANAGE, $this->revoke( ... ) );
		AdminPost::register( 'countersign_save', Capabilities::MANAGE, $this->save( ... ) );
	}

	private function kill_switch(): string {
		// A request that does not say what it wants stops all agents.
		$on = '0' !== AdminPost::text( 'on' );
		$this->kill_switch->set( $on );
		Flash::add( 'success', $on ? __( 'All agents are stopped.', 'countersign' ) : __( 'Agents can act again.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function pause(): string {
		$connection = $this->connection();
		if ( ! $this->manager->pause( $connection ) ) {
			return self::nothing_changed( $connection );
		}
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is paused. It keeps its permissions, and you can resume it.', 'countersign' ), Names::text( $connection->name ) ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function resume(): string {
		$connection = $this->changeable( 'connection.resumed' );
		$obstacle   = Standing::obstacle( $connection );
		if ( null !== $obstacle ) {
			Flash::add( 'error', $obstacle );
			return Menu::url( Menu::CONNECTIONS );
		}
		if ( ! $this->manager->resume( $connection ) ) {
			return self::nothing_changed( $connection );
		}
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is active again.', 'countersign' ), Names::text( $connection->name ) ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function take_back(): string {
		$connection = $this->connection();
		$restored   = $this->connections->restored( $connection );
		if ( is_string( $restored ) ) {
			$this->log->append( EntryDraft::admin( 'refusal', 'connection.restored', $connection->target(), [], $restored ) );
			Flash::add( 'error', RestoredView::refusal( $restored ) );
			return Menu::url( Menu::CONNECTIONS );
		}
		$this->must_be_changeable( $restored, 'connection.restored' );
		$is_active = 'active' === AdminPost::text( 'state' );
		$obstacle  = Standing::obstacle( $restored );
		if ( null !== $obstacle ) {
			Flash::add( 'error', $obstacle );
		} elseif ( ! hash_equals( RestoredView::digest( $restored ), AdminPost::text( 'seen' ) ) || ! $this->manager->take_back( $restored, $is_active ) ) {
			Flash::add( 'error', __( 'The connection has changed since you looked at it, so it was not resumed. Look at it again.', 'countersign' ) );
		} else {
			Flash::add(
				'success',
				$is_active
					/* translators: %s: name of a connection. */
					? sprintf( __( '“%s” is active again, as the backup shows it.', 'countersign' ), Names::text( $restored->name ) )
					/* translators: %s: name of a connection. */
					: sprintf( __( '“%s” is paused, with the permissions that the backup shows. Check them, then resume it.', 'countersign' ), Names::text( $restored->name ) )
			);
		}
		return Menu::url( Menu::CONNECTIONS );
	}

	private function revoke(): string {
		$connection = $this->connection();
		$this->manager->revoke( $connection );
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is permanently revoked.', 'countersign' ), Names::text( $connection->name ) ) );
		$ended = $this->connections->find( $connection->id );
		return null !== $ended && AccountView::applies( $ended ) && AccountView::is_permitted( $ended )
			? Menu::url(
				Menu::CONNECTIONS,
				[
					'view'       => AccountView::VIEW,
					'connection' => $connection->id,
				]
			)
			: Menu::url( Menu::CONNECTIONS );
	}

	private function save(): string {
		$connection = $this->changeable( 'connection.changed' );
		$back       = Menu::url(
			Menu::CONNECTIONS,
			[
				'view'       => 'edit',
				'connection' => $connection->id,
			]
		);
		$late       = null;
		$decision   = null;
		// A form without them removes none.
		$fields = AdminPost::has( 'denied_fields' ) ? FieldRules::parse( AdminPost::text( 'denied_fields' ) ) : $connection->denied_fields;
		if ( is_string( $fields ) ) {
			Flash::add( 'error', $fields );
			return $back;
		}
		try {
			$decision = $this->manager->set_groups( $connection, array_values( array_intersect( Access::groups(), AdminPost::keys( 'groups' ) ) ) );
		} catch ( Unprotected $error ) {
			// It is stored, so the other changes are made too.
			$late = $error;
		}
		if ( null === $decision || $decision->isAllowed() ) {
			try {
				$decision = $this->manager->set_denied_fields( $connection, $fields );
			} catch ( Unprotected $error ) {
				$late ??= $error;
			}
		}
		if ( null !== $decision && ! $decision->isAllowed() ) {
			Flash::add( 'error', (string) $decision->message() );
			return $back;
		}
		$name  = Names::clean( sanitize_text_field( AdminPost::text( 'name' ) ) );
		$limit = [
			'max'    => min( 256, max( 1, (int) AdminPost::text( 'limit_max' ) ) ),
			'window' => min( DAY_IN_SECONDS, max( 1, (int) AdminPost::text( 'limit_window' ) ) ),
		];
		$is_there = true;
		foreach ( [ fn() => '' === $name || $this->manager->rename( $connection, $name ), fn() => $this->manager->set_limit( $connection, $limit ), fn() => $this->manager->set_drops( $connection, '1' === AdminPost::text( 'drops' ) ), fn() => $this->manager->set_authors( $connection, EditAuthors::sent() ), fn() => $this->manager->set_budget( $connection, EditBudget::sent() ) ] as $step ) {
			try {
				$is_there = $step() && $is_there;
			} catch ( Unprotected $error ) {
				$late ??= $error;
			}
		}
		if ( ! $is_there ) {
			return self::nothing_changed( $connection );
		}
		if ( null !== $late ) {
			throw $late;
		}
		Flash::add( 'success', __( 'Changes saved. They apply from the agent\'s next request.', 'countersign' ) );
		return $back;
	}

	/** Says that another request has changed the connection since it was read. */
	private static function nothing_changed( Connection $connection ): string {
		/* translators: %s: name of a connection. */
		Flash::add( 'warning', sprintf( __( '“%s” was changed meanwhile, so this had no effect. The list shows its state.', 'countersign' ), Names::text( $connection->name ) ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	/** Returns the connection that the request names. Ends the request if there is none, or it is revoked. */
	private function connection(): Connection {
		$connection = $this->connections->find( AdminPost::connection_id() );
		if ( ! $connection || $connection->is_revoked() ) {
			wp_die( esc_html__( 'This connection does not exist or was revoked.', 'countersign' ), 404 );
		}
		return $connection;
	}

	/**
	 * Returns the connection that the request names, if the person may change it. Otherwise records the refusal and ends the
	 * request.
	 *
	 * @param string $action What the person wanted to do, as the audit log names it.
	 */
	private function changeable( string $action ): Connection {
		$connection = $this->connection();
		if ( null !== $connection->fault ) {
			wp_die( esc_html( Labels::fault( $connection->fault ) ), 409 );
		}
		$this->must_be_changeable( $connection, $action );
		return $connection;
	}

	/** Records the refusal and ends the request, unless the person may change the connection. */
	private function must_be_changeable( Connection $connection, string $action ): void {
		if ( ! Capabilities::may_change( $connection->principal() ) ) {
			$this->log->append( EntryDraft::admin( 'refusal', $action, $connection->target(), [ 'acts_as' => $connection->user ], 'capability_denied' ) );
			wp_die( esc_html__( 'This connection acts as an account that you may not edit. You can pause or revoke it. Ask an administrator to change or resume it.', 'countersign' ), 403 );
		}
	}
}
