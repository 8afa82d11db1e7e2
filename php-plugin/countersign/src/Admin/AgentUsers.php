<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * What WordPress's own pages about users say of the accounts that were made for connections: the list, and the profile, in which
 * nobody can set a password or an e-mail address.
 */
final class AgentUsers {

	/** @param \Closure(): AgentAccounts $accounts */
	public function __construct( private readonly \Closure $accounts ) {}

	/** Registers the hooks of the dashboard. */
	public function register(): void {
		add_filter( 'get_role_list', $this->label( ... ), 10, 2 );
		foreach ( [ 'user_row_actions', 'ms_user_row_actions' ] as $filter ) {
			add_filter( $filter, $this->row_actions( ... ), 10, 2 );
		}
		add_filter( 'show_password_fields', static fn( mixed $show, mixed $user = null ): bool => (bool) $show && ! ( $user instanceof \WP_User && AgentAccounts::is_one( $user->ID ) ), 10, 2 );
		add_action( 'user_profile_update_errors', self::check_profile( ... ), 10, 3 );
		add_action( 'admin_notices', $this->notice( ... ) );
		// The script of the profile fails without the fields of a password, which it is for.
		add_action( 'admin_enqueue_scripts', static fn() => 0 === self::profile() || wp_dequeue_script( 'user-profile' ) );
	}

	/**
	 * Callback of the filter `editable_roles`: a person cannot have the role of agents. It is offered only for an account that has it, so
	 * that saving its profile does not take it away.
	 *
	 * @param array<string, mixed> $roles
	 *
	 * @return array<string, mixed>
	 */
	public static function roles( array $roles ): array {
		if ( 0 === self::profile() ) {
			unset( $roles[ Capabilities::AGENT_ROLE ] );
		}
		return $roles;
	}

	/** Returns the id of the account of an agent whose profile this page shows or saves; 0 if it is another page. */
	private static function profile(): int {
		$user = 'user-edit.php' === ( $GLOBALS['pagenow'] ?? '' ) && is_string( $_REQUEST['user_id'] ?? null ) ? (int) $_REQUEST['user_id'] : 0; // phpcs:ignore WordPress.Security -- Only selects what is shown.
		return AgentAccounts::is_one( $user ) ? $user : 0;
	}

	/**
	 * Callback of the filter `get_role_list`, which gives the texts of a column of the list of users.
	 *
	 * @param array<string, string> $roles
	 *
	 * @return array<string, string>
	 */
	private function label( array $roles, \WP_User $user ): array {
		if ( ! AgentAccounts::is_one( $user->ID ) ) {
			return $roles;
		}
		$connection = $this->connection( $user->ID );
		unset( $roles[ Capabilities::AGENT_ROLE ] );
		return [
			Capabilities::AGENT_ROLE => match ( true ) {
				null === $connection => __( 'Agent without a connection', 'countersign' ),
				/* translators: 1: name of a connection, 2: its state, such as "Revoked". */
				Connection::ACTIVE !== $connection->state => sprintf( __( 'Agent of the connection “%1$s” (%2$s)', 'countersign' ), Names::text( $connection->name ), Labels::state( $connection->state ) ),
				/* translators: %s: name of a connection. */
				default              => sprintf( __( 'Agent of the connection “%s”', 'countersign' ), Names::text( $connection->name ) ),
			},
		] + $roles;
	}

	/**
	 * Callback of the filter `user_row_actions`.
	 *
	 * @param array<string, string> $actions
	 *
	 * @return array<string, string>
	 */
	private function row_actions( array $actions, \WP_User $user ): array {
		$url = AgentAccounts::is_one( $user->ID ) ? $this->url( $this->connection( $user->ID ) ) : null;
		return null === $url ? $actions : $actions + [ 'countersign' => sprintf( '<a href="%s">%s</a>', esc_url( $url ), esc_html__( 'Connection', 'countersign' ) ) ];
	}

	/**
	 * Callback of the action `user_profile_update_errors`. WordPress wants an address for every account.
	 *
	 * @param \WP_Error $errors    The errors so far.
	 * @param bool      $is_update Whether the account exists.
	 * @param object    $user      What was sent.
	 */
	private static function check_profile( \WP_Error $errors, bool $is_update, object $user ): void {
		if ( ! $is_update || ! AgentAccounts::is_one( (int) ( $user->ID ?? 0 ) ) ) {
			return;
		}
		array_map( $errors->remove( ... ), [ 'empty_email', 'invalid_email' ] );
		if ( ! empty( $user->user_pass ) || ! empty( $user->user_email ) ) {
			$errors->add( 'countersign_agent_account', __( 'This account belongs to an AI agent: it has neither a password nor an e-mail address, and none was stored. Leave these fields empty.', 'countersign' ) );
		}
	}

	/** Callback of the action `admin_notices`: says on the profile what the account is. */
	private function notice(): void {
		$user = self::profile();
		if ( 0 === $user ) {
			return;
		}
		$connection = $this->connection( $user );
		$url        = $this->url( $connection );
		wp_admin_notice(
			esc_html(
				null === $connection
					? __( 'This account was made for an AI agent. No connection uses it any more. Nobody can log in to it.', 'countersign' )
					/* translators: %s: name of a connection. */
					: sprintf( __( 'This account was made for the connection “%s” of an AI agent. Nobody can log in to it: it has no password and no e-mail address, and you cannot set one. Its name and its rights follow the connection, so change them there. A role that you give it here does not reach the agent.', 'countersign' ), Names::text( $connection->name ) )
			) . ( null === $url ? '' : sprintf( ' <a href="%s">%s</a>', esc_url( $url ), esc_html__( 'Open the connection', 'countersign' ) ) ),
			[ 'type' => 'info' ]
		);
	}

	private function connection( int $user ): ?Connection {
		try {
			return ( $this->accounts )()->shown( $user );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'the connection of an account could not be shown', $error );
			return null;
		}
	}

	/** Returns the page of a connection, if the person may see it. */
	private function url( ?Connection $connection ): ?string {
		if ( null === $connection || null !== $connection->fault || ! Capabilities::may_change( $connection->principal() ) ) {
			return null;
		}
		return Menu::url(
			Menu::CONNECTIONS,
			[
				'view'       => $connection->is_revoked() ? AccountView::VIEW : 'edit',
				'connection' => $connection->id,
			]
		);
	}
}
