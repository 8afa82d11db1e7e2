<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\Told;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

require_once ABSPATH . 'wp-admin/includes/class-wp-list-table.php';

/** The list of audit entries, newest first. Pages by sequence number, so that the last page is as fast as the first. */
final class AuditTable extends \WP_List_Table {

	/** Entries on a page. */
	private const PER_PAGE = 50;

	/** Seconds after which a call without an outcome is shown as interrupted. */
	private const LONG = 5 * MINUTE_IN_SECONDS;

	/** @var array<string, string> */
	private array $filters = [];

	private bool $has_older = false;

	/** @var array<int, string> Names of connections that were already read. */
	private array $names = [];

	public function __construct( private readonly Repository $connections ) {
		parent::__construct(
			[
				'singular' => 'entry',
				'plural'   => 'entries',
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
			'time'    => __( 'Time', 'countersign' ),
			'who'     => __( 'Who', 'countersign' ),
			'action'  => __( 'Action', 'countersign' ),
			'target'  => __( 'Target', 'countersign' ),
			'outcome' => __( 'Outcome', 'countersign' ),
		];
	}

	/** {@inheritDoc} */
	public function prepare_items() {
		foreach ( [ 'outcome', 'connection', 'correlation' ] as $filter ) {
			$this->filters[ $filter ] = Query::key( $filter );
		}
		$this->filters['search'] = sanitize_text_field( Query::text( 's' ) );
		// A call has two entries, intent and outcome. The intent is shown only if the outcome is missing, or on request.
		$wants_all              = 'all' === Query::key( 'steps' ) || '' !== $this->filters['correlation'];
		$this->filters['steps'] = $wants_all ? 'all' : 'ended';
		$rows                   = Entries::page( $this->filters, $this->before(), self::PER_PAGE + 1 );
		$this->has_older        = count( $rows ) > self::PER_PAGE;
		$this->items            = array_slice( $rows, 0, self::PER_PAGE );
		$this->_column_headers  = [ $this->get_columns(), [], [], 'time' ];
	}

	/** {@inheritDoc} */
	public function no_items() {
		array_filter( array_diff_key( $this->filters, [ 'steps' => '' ] ) )
			? esc_html_e( 'No entries found.', 'countersign' )
			: esc_html_e( 'There are no entries yet. This list will show everything that agents do, and every change of a connection.', 'countersign' );
	}

	/** @param string $which */
	protected function extra_tablenav( $which ) {
		if ( 'top' !== $which ) {
			return;
		}
		?>
		<div class="alignleft actions">
			<label class="screen-reader-text" for="countersign-outcome"><?php esc_html_e( 'Filter by outcome', 'countersign' ); ?></label>
			<select name="outcome" id="countersign-outcome">
				<option value=""><?php esc_html_e( 'All outcomes', 'countersign' ); ?></option>
				<?php foreach ( [ 'ok', 'denied', 'failed' ] as $outcome ) : ?>
					<option value="<?php echo esc_attr( $outcome ); ?>" <?php selected( $this->filters['outcome'], $outcome ); ?>><?php echo esc_html( Labels::outcome( $outcome ) ); ?></option>
				<?php endforeach; ?>
			</select>
			<label class="screen-reader-text" for="countersign-connection"><?php esc_html_e( 'Filter by connection', 'countersign' ); ?></label>
			<select name="connection" id="countersign-connection">
				<option value=""><?php esc_html_e( 'All connections', 'countersign' ); ?></option>
				<?php foreach ( $this->connections->page( '', '', 200, 0 ) as $connection ) : ?>
					<option value="<?php echo esc_attr( (string) $connection->id ); ?>" <?php selected( $this->filters['connection'], (string) $connection->id ); ?>><?php echo esc_html( Names::text( $connection->name ) . " (#$connection->id)" ); ?></option>
				<?php endforeach; ?>
			</select>
			<label class="screen-reader-text" for="countersign-steps"><?php esc_html_e( 'Filter by step', 'countersign' ); ?></label>
			<select name="steps" id="countersign-steps">
				<option value=""><?php esc_html_e( 'Outcomes only', 'countersign' ); ?></option>
				<option value="all" <?php selected( $this->filters['steps'], 'all' ); ?>><?php esc_html_e( 'Outcomes and intents', 'countersign' ); ?></option>
			</select>
			<?php
			submit_button( __( 'Filter', 'countersign' ), '', 'filter_action', false );
			if ( '' !== $this->filters['correlation'] ) {
				printf( ' <a href="%s">%s</a>', esc_url( Menu::url( Menu::AUDIT ) ), esc_html__( 'Show all entries', 'countersign' ) );
			}
			?>
		</div>
		<?php
	}

	/** @param string $which */
	protected function pagination( $which ) {
		$first    = $this->items ? (int) $this->items[0]['seq'] : null;
		$newer    = null !== $this->before() && null !== $first ? [ 'before' => Entries::before_of_previous_page( $this->filters, $first, self::PER_PAGE ) ] : null;
		$older    = $this->has_older ? [ 'before' => (int) end( $this->items )['seq'] ] : null;
		$position = '<div class="tablenav-pages"><span class="pagination-links">';
		foreach ( [ [ $newer, '‹', __( 'Newer entries', 'countersign' ) ], [ $older, '›', __( 'Older entries', 'countersign' ) ] ] as [ $args, $sign, $label ] ) {
			$position .= null === $args
				? sprintf( '<span class="tablenav-pages-navspan button disabled" aria-hidden="true">%s</span> ', esc_html( $sign ) )
				: sprintf( '<a class="button" href="%s"><span class="screen-reader-text">%s</span><span aria-hidden="true">%s</span></a> ', esc_url( $this->url( $args ) ), esc_html( $label ), esc_html( $sign ) );
		}
		echo $position . '</span></div>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
	}

	/** @param array<string, mixed> $item */
	protected function column_time( $item ): string {
		$seconds = intdiv( (int) $item['time'], 1000 );
		// Small screens show only this column until a person expands the row.
		return sprintf( '<time datetime="%s">%s</time>', esc_attr( gmdate( 'c', $seconds ) ), esc_html( wp_date( 'Y-m-d H:i:s', $seconds ) ?: '' ) )
			. '<div class="countersign-phone"><code>' . esc_html( (string) $item['action'] ) . '</code> ' . $this->column_outcome( $item ) . '</div>';
	}

	/** @param array<string, mixed> $item */
	protected function column_who( $item ): string {
		if ( null !== $item['connection'] ) {
			$id = (int) $item['connection'];
			return sprintf( '<a href="%s">%s</a>', esc_url( $this->url( [ 'connection' => $id ] ) ), Names::html( $this->connection_name( $id ) ) )
				. ( null === $item['user'] ? '' : '<br><span class="countersign-muted">' . esc_html( self::account( (int) $item['user'] ) ) . '</span>' );
		}
		return esc_html(
			match ( true ) {
				null !== $item['user']       => Format::user( (int) $item['user'] ),
				'anonymous' === $item['actor'] => __( 'Not identified', 'countersign' ),
				default                      => __( 'The site', 'countersign' ),
			}
		);
	}

	/** Returns the account of a connection in words. One of its own has the name of the connection, which stands above. */
	private static function account( int $user ): string {
		return AgentAccounts::is_one( $user ) ? __( 'Account of its own', 'countersign' ) : Format::user( $user );
	}

	/** @param array<string, mixed> $item */
	protected function column_action( $item ): string {
		return '<code>' . esc_html( (string) $item['action'] ) . '</code>' . $this->details( $item );
	}

	/** @param array<string, mixed> $item */
	protected function column_target( $item ): string {
		$target = (string) $item['target'];
		if ( preg_match( '/^(?:post|media):(\d+)$/D', $target, $found ) ) {
			$post = get_post( (int) $found[1] );
			$url  = $post instanceof \WP_Post ? get_edit_post_link( $post, 'raw' ) : null;
			if ( $post instanceof \WP_Post && $url ) {
				return sprintf( '<a href="%s">%s</a><br><span class="countersign-muted">%s</span>', esc_url( $url ), esc_html( get_the_title( $post ) ?: $target ), esc_html( $target ) );
			}
		}
		return esc_html( $target );
	}

	/** @param array<string, mixed> $item */
	protected function column_outcome( $item ): string {
		$outcome = (string) ( $item['outcome'] ?? '' );
		if ( '' === $outcome ) {
			return 'intent' === $item['kind'] ? $this->intent( $item ) : '';
		}
		$html = sprintf( '<span class="countersign-state is-%s">%s</span>', esc_attr( $outcome ), esc_html( Labels::outcome( $outcome ) ) );
		return null === $item['reason'] ? $html : $html . '<br><code class="countersign-muted">' . esc_html( (string) $item['reason'] ) . '</code>';
	}

	/** @param array<string, mixed> $item */
	private function intent( array $item ): string {
		return match ( true ) {
			'all' === $this->filters['steps']                    => '<span class="countersign-muted">' . esc_html__( 'Intent', 'countersign' ) . '</span>',
			(int) $item['time'] > 1000 * ( time() - self::LONG ) => '<span class="countersign-state">' . esc_html__( 'Running', 'countersign' ) . '</span>',
			default                                              => '<span class="countersign-state is-interrupted">' . esc_html( Labels::outcome( 'interrupted' ) ) . '</span>',
		};
	}

	/**
	 * Returns all facts of an entry, collapsed.
	 *
	 * @param array<string, mixed> $item
	 */
	private function details( array $item ): string {
		$body   = Json::decode( (string) $item['body'] );
		$told   = new Told( $item );
		$reason = Labels::reason( (string) $item['reason'] );
		$facts  = [
			__( 'Entry', 'countersign' )      => (string) $item['seq'],
			__( 'Kind', 'countersign' )       => (string) $item['kind'],
			__( 'Agent', 'countersign' )      => isset( $body['actor']['client'] ) ? Names::clean( (string) $body['actor']['client'] ) : null,
			__( 'IP address', 'countersign' ) => $told->address,
			__( 'Explanation', 'countersign' ) => $item['reason'] === $reason ? null : $reason,
			__( 'Approval', 'countersign' )   => $body['approval'] ?? null,
		];
		$html   = self::facts( $facts );
		$html  .= self::words( __( 'Sent by the agent', 'countersign' ), $told->arguments ) . self::words( __( 'Changed', 'countersign' ), $told->fields );
		$html  .= self::facts( array_map( Told::line( ... ), $told->others ) );
		if ( null !== $item['correlation'] ) {
			$url   = Menu::url( Menu::AUDIT, [ 'correlation' => (string) $item['correlation'] ] );
			$html .= '<dt>' . esc_html__( 'Entries of this call', 'countersign' ) . '</dt><dd>' . sprintf( '<a href="%s">%s</a>', esc_url( $url ), esc_html( (string) $item['correlation'] ) ) . '</dd>';
		}
		return '<details class="countersign-details"><summary>' . esc_html__( 'Details', 'countersign' ) . '</summary><dl>' . $html . '</dl></details>';
	}

	/** @param array<array-key, string|null> $facts Values by their labels. Those that are empty are left out. */
	private static function facts( array $facts ): string {
		$html = '';
		foreach ( $facts as $label => $value ) {
			$html .= null === $value || '' === $value ? '' : '<dt>' . esc_html( (string) $label ) . '</dt><dd>' . Names::html( $value ) . '</dd>';
		}
		return $html;
	}

	/**
	 * Returns texts of the entry under a heading: what an agent wrote, or what it changed from what to what.
	 *
	 * @param array<array-key, mixed> $values Values by their names.
	 */
	private static function words( string $heading, array $values ): string {
		$html = '';
		foreach ( $values as $name => $value ) {
			$line = Told::is_change( $value )
				? sprintf( '<del>%s</del> → <ins>%s</ins>', self::text( Told::part( $value['from'] ) ), self::text( Told::part( $value['to'] ) ) )
				: self::text( $value );
			$html .= '<li><code>' . esc_html( (string) $name ) . '</code> ' . $line . '</li>';
		}
		return '' === $html ? '' : '<dt>' . esc_html( $heading ) . '</dt><dd><ul class="countersign-told">' . $html . '</ul></dd>';
	}

	/** Returns a value as HTML. Its text is isolated, and nothing in it can change the order of the text around it. */
	private static function text( mixed $value ): string {
		return null === $value
			? '<span class="countersign-muted">' . esc_html( Told::line( null ) ) . '</span>'
			: Names::html( Told::line( $value ) );
	}

	private function connection_name( int $id ): string {
		/* translators: %d: id of a connection. */
		return $this->names[ $id ] ??= $this->connections->shown( $id )?->name ?? sprintf( __( 'Connection %d', 'countersign' ), $id );
	}

	private function before(): ?int {
		return '' === Query::text( 'before' ) ? null : Query::number( 'before' );
	}

	/** @param array<string, string|int|null> $args */
	private function url( array $args ): string {
		$filters = array_filter( $this->filters, static fn( string $value ): bool => '' !== $value && 'ended' !== $value );
		if ( isset( $filters['search'] ) ) {
			$filters['s'] = rawurlencode( $filters['search'] );
			unset( $filters['search'] );
		}
		return Menu::url( Menu::AUDIT, $args + $filters );
	}
}
