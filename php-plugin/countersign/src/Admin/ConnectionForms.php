<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
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
		AdminPost::register( 'countersign_revoke', Capabilities::MANAGE, $this->revoke( ... ) );
		AdminPost::register( 'countersign_save', Capabilities::MANAGE, $this->save( ... ) );
	}

	private function kill_switch(): string {
		$on = '1' === AdminPost::text( 'on' );
		$this->kill_switch->set( $on );
		Flash::add( 'success', $on ? __( 'All agents are stopped.', 'countersign' ) : __( 'Agents can act again.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function pause(): string {
		$connection = $this->connection();
		$this->manager->pause( $connection );
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
		$this->manager->resume( $connection );
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is active again.', 'countersign' ), Names::text( $connection->name ) ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function revoke(): string {
		$connection = $this->connection();
		$this->manager->revoke( $connection );
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is permanently revoked.', 'countersign' ), Names::text( $connection->name ) ) );
		return Menu::url( Menu::CONNECTIONS );
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
		$decision   = $this->manager->set_groups( $connection, array_values( array_intersect( Access::groups(), AdminPost::keys( 'groups' ) ) ) );
		if ( ! $decision->isAllowed() ) {
			Flash::add( 'error', (string) $decision->message() );
			return $back;
		}
		$name = Names::clean( sanitize_text_field( AdminPost::text( 'name' ) ) );
		if ( '' !== $name ) {
			$this->manager->rename( $connection, $name );
		}
		$this->manager->set_limit(
			$connection,
			[
				'max'    => min( 256, max( 1, (int) AdminPost::text( 'limit_max' ) ) ),
				'window' => min( DAY_IN_SECONDS, max( 1, (int) AdminPost::text( 'limit_window' ) ) ),
			]
		);
		Flash::add( 'success', __( 'Changes saved. They apply from the client\'s next request.', 'countersign' ) );
		return $back;
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
		if ( ! Capabilities::may_change( $connection->user ) ) {
			$this->log->append( EntryDraft::admin( 'refusal', $action, $connection->target(), [ 'acts_as' => $connection->user ], 'capability_denied' ) );
			wp_die( esc_html__( 'This connection acts as an account that you may not edit. You can pause or revoke it. Ask an administrator to change or resume it.', 'countersign' ), 403 );
		}
		return $connection;
	}
}
