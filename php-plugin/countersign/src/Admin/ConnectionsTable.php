<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

require_once ABSPATH . 'wp-admin/includes/class-wp-list-table.php';

/** The list of connections. */
final class ConnectionsTable extends \WP_List_Table {

	/** Connections on a page. */
	private const PER_PAGE = 20;

	/** Seconds after which an agent that has not fetched its first token has given up. A code is valid for one minute. */
	private const WAITING = 10 * MINUTE_IN_SECONDS;

	/** @var array<int, int> Id of a connection whose agent has fetched no token yet => Unix seconds of the consent. */
	private array $waiting = [];

	/** @var array<int, Connection|string> Id of a connection that is behind its witness => what the database shows. */
	private array $restored = [];

	public function __construct(
		private readonly Repository $connections,
		private readonly AgentState $site,
	) {
		parent::__construct(
			[
				'singular' => 'connection',
				'plural'   => 'connections',
				'ajax'     => false,
			]
		);
	}

	/**
	 * Returns the columns.
	 *
	 * @return array<string, string>
	 */
	public function get_columns() {
		return [
			'name'        => __( 'Name', 'countersign' ),
			'acts_as'     => __( 'Acts as', 'countersign' ),
			'permissions' => __( 'Permissions', 'countersign' ),
			'state'       => __( 'State', 'countersign' ),
			'last_used'   => __( 'Last used', 'countersign' ),
		];
	}

	/** {@inheritDoc} */
	public function prepare_items() {
		$search      = sanitize_text_field( Query::text( 's' ) );
		$total       = $this->connections->count( $this->state(), $search );
		// First, because it bounds the number of the page.
		$this->set_pagination_args(
			[
				'total_items' => $total,
				'per_page'    => self::PER_PAGE,
			]
		);
		$this->items           = $this->connections->page( $this->state(), $search, self::PER_PAGE, ( $this->get_pagenum() - 1 ) * self::PER_PAGE );
		$this->waiting         = Grants::waiting( array_column( $this->items, 'id' ) );
		$this->_column_headers = [ $this->get_columns(), [], [], 'name' ];
	}

	/** {@inheritDoc} */
	public function no_items() {
		esc_html_e( 'No connections found.', 'countersign' );
	}

	/** @return array<string, string> */
	protected function get_views() {
		$links = [];
		foreach ( [ '', Connection::ACTIVE, Connection::PAUSED, Connection::REVOKED ] as $state ) {
			$count = $this->connections->count( $state );
			if ( $count || '' === $state ) {
				$links[ $state ?: 'all' ] = [
					'url'     => Menu::url( Menu::CONNECTIONS, [ 'state' => $state ?: null ] ),
					'label'   => ( '' === $state ? esc_html__( 'All', 'countersign' ) : esc_html( Labels::state( $state ) ) ) . ' <span class="count">(' . number_format_i18n( $count ) . ')</span>',
					'current' => $this->state() === $state,
				];
			}
		}
		return $this->get_views_links( $links );
	}

	/** @param Connection $item */
	protected function column_name( $item ): string {
		$name = $item->is_revoked() || null !== $item->fault || ! Capabilities::may_change( $item->principal() )
			? '<strong>' . Names::html( $item->name ) . '</strong>'
			: sprintf( '<strong><a class="row-title" href="%s">%s</a></strong>', esc_url( $this->edit_url( $item ) ), Names::html( $item->name ) );
		if ( '' !== $item->client && $item->client !== $item->name ) {
			$name .= '<br><span class="countersign-muted">' . Names::html( $item->client ) . '</span>';
		}
		// Small screens show only this column until a person expands the row.
		return $name . '<div class="countersign-phone">' . $this->column_state( $item ) . '</div>';
	}

	/** @param Connection $item */
	protected function column_acts_as( $item ): string {
		$shown = $this->shown( $item );
		// A record that could never be read names no account.
		if ( null === $shown || 0 === $shown->user ) {
			return '&#8212;';
		}
		return esc_html( Format::user( $shown->user ) ) . ( $shown->own_account ? '<br><span class="countersign-muted">' . esc_html__( 'An account of its own', 'countersign' ) . '</span>' : '' );
	}

	/** @param Connection $item */
	protected function column_permissions( $item ): string {
		$shown = $this->shown( $item );
		if ( null === $shown || [] === $shown->groups ) {
			return esc_html__( 'None', 'countersign' );
		}
		$preset = esc_html( Labels::preset( $shown->preset ) );
		return ( null === $item->fault
			? "<strong>$preset</strong>"
			/* translators: %s: name of a set of permissions. */
			: sprintf( esc_html__( 'None. In the backup: %s', 'countersign' ), $preset )
		) . '<br><span class="countersign-muted">' . esc_html( implode( ', ', array_map( Labels::group_short( ... ), $shown->groups ) ) ) . '</span>';
	}

	/** Returns what the list shows of a connection: also what a restored database says of it. Null if nothing can be believed. */
	private function shown( Connection $item ): ?Connection {
		$shown = null === $item->fault ? $item : $this->restored( $item );
		return $shown instanceof Connection ? $shown : null;
	}

	/** Returns a connection that is behind its witness as the database shows it, or the reason for which it cannot be resumed. */
	private function restored( Connection $item ): Connection|string {
		return $this->restored[ $item->id ] ??= $this->connections->restored( $item );
	}

	/** Says what a person can do about a connection whose record cannot be used. */
	private function fault( Connection $item ): string {
		if ( 'record_rolled_back' !== $item->fault ) {
			return Labels::fault( (string) $item->fault );
		}
		$restored = $this->restored( $item );
		return $restored instanceof Connection
			/* translators: %s: state of a connection, such as "Active". */
			? sprintf( __( 'It was changed after the backup from which the database was restored. State in the backup: %s. Resume or revoke it.', 'countersign' ), Labels::state( $restored->state ) )
			: RestoredView::refusal( $restored );
	}

	/** Returns the state of an active connection whose agent has not fetched its tokens yet, or null. */
	private function waiting( Connection $item ): ?string {
		$since = Connection::ACTIVE === $item->state ? $this->waiting[ $item->id ] ?? null : null;
		if ( null === $since ) {
			return null;
		}
		[ $name, $detail ] = $since > time() - self::WAITING
			? [ __( 'Waiting for the agent', 'countersign' ), __( 'The connection was allowed, and the agent has not fetched its access yet.', 'countersign' ) ]
			: [ __( 'Never finished', 'countersign' ), __( 'The agent did not fetch its access in time. Start the connection again in the agent\'s program.', 'countersign' ) ];
		return sprintf( '<span class="countersign-state is-waiting">%s</span><br><span class="countersign-muted">%s. %s</span>', esc_html( $name ), Format::ago( $since ), esc_html( $detail ) );
	}

	/** @param Connection $item */
	protected function column_state( $item ): string {
		$waiting = $this->site->can_act() ? $this->waiting( $item ) : null;
		if ( null !== $waiting ) {
			return $waiting;
		}
		$detail = match ( true ) {
			null !== $item->fault => esc_html( $this->fault( $item ) ),
			$item->is_revoked()   => Format::ago( $item->state_at ) . ' ' . esc_html( Labels::ended( $item->state_reason ) ),
			Connection::PAUSED === $item->state && Standing::REASON === $item->state_reason => Format::ago( $item->state_at ) . '. ' . esc_html( Standing::explain( $item ) ),
			Connection::PAUSED === $item->state && '' !== $item->state_reason && 'admin' !== $item->state_reason => Format::ago( $item->state_at ) . '. ' . esc_html( Labels::paused( $item->state_reason ) ),
			default               => RowState::pause( $item ),
		};
		if ( $item->has_old_password() ) {
			$detail .= ( '' === $detail ? '' : '<br>' ) . esc_html__( 'Its application password is older than 90 days. Make a new one for this agent, then revoke this connection.', 'countersign' );
		}
		return RowState::html( $item, $this->site, $detail );
	}

	/** @param Connection $item */
	protected function column_last_used( $item ): string {
		return $item->last_used_at
			? Format::ago( $item->last_used_at ) . '<br><span class="countersign-muted">' . esc_html( $item->last_used_ip ) . '</span>'
			: '<span class="countersign-muted">' . esc_html__( 'Never', 'countersign' ) . '</span>';
	}

	/**
	 * @param Connection $item
	 * @param string     $column_name
	 * @param string     $primary
	 */
	// @mago-ignore analysis:incompatible-parameter-type WordPress passes the items that prepare_items() sets.
	protected function handle_row_actions( $item, $column_name, $primary ) {
		if ( $column_name !== $primary ) {
			return '';
		}
		$id      = [ 'connection' => $item->id ];
		$actions = [];
		if ( ! $item->is_revoked() && null === $item->fault && Capabilities::may_change( $item->principal() ) ) {
			$actions['edit'] = self::link( $this->edit_url( $item ), __( 'Edit', 'countersign' ) );
			if ( Connection::PAUSED === $item->state ) {
				$actions['resume'] = self::link( AdminPost::url( 'countersign_resume', $id ), __( 'Resume', 'countersign' ) );
			}
		}
		if ( 'record_rolled_back' === $item->fault && $this->restored( $item ) instanceof Connection ) {
			$actions['resume'] = self::link( Menu::url( Menu::CONNECTIONS, [ 'view' => 'restored' ] + $id ), __( 'Resume', 'countersign' ) );
		}
		if ( Connection::ACTIVE === $item->state ) {
			$actions['pause'] = self::link( AdminPost::url( 'countersign_pause', $id ), __( 'Pause', 'countersign' ) );
		}
		if ( current_user_can( Capabilities::AUDIT ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			$actions['audit'] = self::link( Menu::url( Menu::AUDIT, $id ), __( 'View activity', 'countersign' ) );
		}
		if ( AccountView::applies( $item ) && AccountView::is_permitted( $item ) ) {
			$actions['account'] = self::link( Menu::url( Menu::CONNECTIONS, [ 'view' => AccountView::VIEW ] + $id ), __( 'Delete its account', 'countersign' ) );
		}
		if ( ! $item->is_revoked() ) {
			$actions['trash'] = self::link( Menu::url( Menu::CONNECTIONS, [ 'view' => 'revoke' ] + $id ), __( 'Revoke', 'countersign' ) );
		}
		return $this->row_actions( $actions );
	}

	private function edit_url( Connection $connection ): string {
		return Menu::url(
			Menu::CONNECTIONS,
			[
				'view'       => 'edit',
				'connection' => $connection->id,
			]
		);
	}

	private function state(): string {
		$state = Query::key( 'state' );
		return in_array( $state, [ Connection::ACTIVE, Connection::PAUSED, Connection::REVOKED ], true ) ? $state : '';
	}

	private static function link( string $url, string $text ): string {
		return sprintf( '<a href="%s">%s</a>', esc_url( $url ), esc_html( $text ) );
	}
}
