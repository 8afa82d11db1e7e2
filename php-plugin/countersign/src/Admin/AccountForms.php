<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Accounts\AgentContent;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * Deletes the account of a connection that has ended, after its content was given to another account. Much content takes several
 * requests; each does a part, and a page in between says how far it is.
 */
final class AccountForms {

	/** The largest number of items that one request gives to another account. */
	private const PER_REQUEST = 5000;

	public function __construct(
		private readonly Repository $connections,
		private readonly AgentAccounts $accounts,
		private readonly Log $log,
	) {}

	/** Registers the action. */
	public function register(): void {
		AdminPost::register( AccountView::ACTION, Capabilities::MANAGE, $this->delete( ... ) );
	}

	private function delete(): string {
		$connection = $this->connections->find( AdminPost::connection_id() );
		if ( null === $connection || ! AccountView::applies( $connection ) || $this->accounts->connection_of( $connection->user )?->id !== $connection->id ) {
			wp_die( esc_html__( 'This connection has no account that could be deleted.', 'countersign' ), 404 );
		}
		$to = (int) AdminPost::text( 'to' );
		if ( ! AccountView::is_permitted( $connection ) || ! isset( AccountView::receivers( $connection )[ $to ] ) ) {
			$this->log->append( EntryDraft::admin( 'refusal', 'connection.account_deleted', $connection->target(), [ 'account' => $connection->user ], 'capability_denied' ) );
			wp_die( esc_html__( 'You may not delete this account, or not give its content to the account that you chose. Ask an administrator.', 'countersign' ), 403 );
		}
		$left = AgentContent::count( $connection->user );
		$args = [
			'view'       => AccountView::VIEW,
			'connection' => $connection->id,
			'to'         => $to,
			'total'      => max( $left, (int) AdminPost::text( 'total' ) ),
		];
		if ( 0 < $left ) {
			$this->log->append( EntryDraft::admin( 'connection', 'connection.content_given', $connection->target(), self::facts( $connection, $to ) + [ 'items' => min( $left, self::PER_REQUEST ) ] ) );
			for ( $done = 0; $done < self::PER_REQUEST; $done += AgentContent::STEP ) {
				if ( AgentContent::STEP > AgentContent::give( $connection->user, $to ) ) {
					break;
				}
			}
			if ( 0 < AgentContent::count( $connection->user ) ) {
				return Menu::url( Menu::CONNECTIONS, $args );
			}
		}
		$name = (string) get_userdata( $connection->user )?->display_name;
		$this->log->append( EntryDraft::admin( 'connection', 'connection.account_deleted', $connection->target(), self::facts( $connection, $to ) ) );
		if ( ! AgentAccounts::delete( $connection->user ) ) {
			throw new Failure( 'WordPress did not delete the account of a connection.' );
		}
		/* translators: 1: name of an account, 2: name and role of a user. */
		Flash::add( 'success', sprintf( __( 'The account “%1$s” is deleted. Its content has the author %2$s.', 'countersign' ), Names::text( $name ), Names::text( Format::user( $to ) ) ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	/** @return array<string, int> */
	private static function facts( Connection $connection, int $to ): array {
		return [
			'account'    => $connection->user,
			'content_to' => $to,
		];
	}
}
