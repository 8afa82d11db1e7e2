<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\Draft;
use Countersign\Plugin\Audit\Export;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Verification;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Health\Instructions;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Capabilities;

/**
 * What the forms of the pages do: all by way of admin-post.php, each with its capability and a nonce of its own, and
 * back to the page with a notice.
 */
final class Actions {

	/** Seconds of one step of a verification. */
	private const VERIFY_FOR = 15.0;

	private function __construct( private readonly Services $services ) {}

	public static function register( Services $services ): void {
		$actions = new self( $services );
		$all     = [
			'countersign_kill_switch' => [ Capabilities::MANAGE, $actions->kill_switch( ... ) ],
			'countersign_pause'       => [ Capabilities::MANAGE, $actions->pause( ... ) ],
			'countersign_resume'      => [ Capabilities::MANAGE, $actions->resume( ... ) ],
			'countersign_revoke'      => [ Capabilities::MANAGE, $actions->revoke( ... ) ],
			'countersign_save'        => [ Capabilities::MANAGE, $actions->save( ... ) ],
			'countersign_settings'    => [ Capabilities::MANAGE, $actions->settings( ... ) ],
			'countersign_verify'      => [ Capabilities::AUDIT, $actions->verify( ... ) ],
			'countersign_export'      => [ Capabilities::AUDIT, $actions->export( ... ) ],
			'countersign_acknowledge' => [ Capabilities::MANAGE, $actions->acknowledge( ... ) ],
		];
		foreach ( $all as $action => [ $capability, $act ] ) {
			add_action( 'admin_post_' . $action, static fn() => $actions->guarded( $action, $capability, $act ) );
		}
	}

	/**
	 * The address that does something, with its nonce; for links.
	 *
	 * @param array<string, string|int> $args
	 */
	public static function url( string $action, array $args = [] ): string {
		return wp_nonce_url( add_query_arg( [ 'action' => $action ] + $args, admin_url( 'admin-post.php' ) ), self::nonce( $action, (int) ( $args['connection'] ?? 0 ) ) );
	}

	/** The hidden fields of a form that does something. */
	public static function fields( string $action, int $connection = 0 ): void {
		printf( '<input type="hidden" name="action" value="%s">', esc_attr( $action ) );
		if ( $connection ) {
			printf( '<input type="hidden" name="connection" value="%d">', absint( $connection ) );
		}
		wp_nonce_field( self::nonce( $action, $connection ), '_wpnonce', false );
	}

	/** @param callable(): string $act Does it, and says where to go. */
	private function guarded( string $action, string $capability, callable $act ): never {
		if ( ! current_user_can( $capability ) ) { // phpcs:ignore WordPress.WP.Capabilities
			wp_die( esc_html__( 'Sorry, you are not allowed to do that.', 'countersign' ), 403 );
		}
		check_admin_referer( self::nonce( $action, absint( $_REQUEST['connection'] ?? 0 ) ) );
		$back = Menu::url( Capabilities::AUDIT === $capability ? Menu::AUDIT : Menu::CONNECTIONS );
		// The kill switch works without the extension; nothing else does.
		if ( ! Requirements::are_met() && 'countersign_kill_switch' !== $action ) {
			Flash::add( 'error', Instructions::headline() );
		} else {
			try {
				$back = $act();
			} catch ( Unavailable | \Countersign\Exception $error ) {
				error_log( 'Countersign: ' . $action . ': ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
				Flash::add( 'error', __( 'Nothing was changed, because it could not be recorded in the audit log. The site\'s error log says why.', 'countersign' ) );
			} catch ( \RuntimeException $error ) {
				error_log( 'Countersign: ' . $action . ': ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
				Flash::add( 'error', __( 'The database did not take the change, so it does not hold. The site\'s error log says why.', 'countersign' ) );
			}
		}
		wp_safe_redirect( $back );
		exit;
	}

	private function kill_switch(): string {
		$on = '1' === $this->text( 'on' );
		$this->services->kill_switch()->set( $on );
		Flash::add( 'success', $on ? __( 'All agents are stopped.', 'countersign' ) : __( 'Agents may act again.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function pause(): string {
		$connection = $this->connection();
		$this->services->manager()->pause( $connection );
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is paused. It keeps its permissions and can be resumed.', 'countersign' ), $connection->name ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function resume(): string {
		$connection = $this->connection();
		$this->services->manager()->resume( $connection );
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is active again.', 'countersign' ), $connection->name ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function revoke(): string {
		$connection = $this->connection();
		$this->services->manager()->revoke( $connection );
		/* translators: %s: name of a connection. */
		Flash::add( 'success', sprintf( __( '“%s” is revoked for good.', 'countersign' ), $connection->name ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function save(): string {
		$connection = $this->connection();
		$manager    = $this->services->manager();
		$back       = Menu::url(
			Menu::CONNECTIONS,
			[
				'view'       => 'edit',
				'connection' => $connection->id,
			]
		);
		$groups     = array_values( array_intersect( \Countersign\Access::groups(), array_map( sanitize_key( ... ), (array) wp_unslash( $_POST['groups'] ?? [] ) ) ) ); // phpcs:ignore WordPress.Security
		$decision   = $manager->set_groups( $connection, $groups );
		if ( ! $decision->isAllowed() ) {
			Flash::add( 'error', (string) $decision->message() );
			return $back;
		}
		$name = sanitize_text_field( $this->text( 'name' ) );
		if ( '' !== $name ) {
			$manager->rename( $connection, $name );
		}
		$manager->set_limit(
			$connection,
			[
				'max'    => min( 256, max( 1, (int) $this->text( 'limit_max' ) ) ),
				'window' => min( 86400, max( 1, (int) $this->text( 'limit_window' ) ) ),
			]
		);
		Flash::add( 'success', __( 'Saved. It holds from the next request on.', 'countersign' ) );
		return $back;
	}

	private function settings(): string {
		$settings = $this->services->settings();
		$changes  = $settings->changes(
			[
				'ip_limit'       => [
					'max'    => $this->text( 'ip_max' ),
					'window' => $this->text( 'ip_window' ),
				],
				'allow_widening' => '1' === $this->text( 'allow_widening' ),
			]
		);
		if ( $changes ) {
			$this->services->log()->append( Draft::admin( 'setting', 'settings.changed', 'settings', $changes ) );
			$settings->apply( $changes );
		}
		Flash::add( 'success', __( 'Settings saved.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function verify(): string {
		( new Verification( $this->services->audit_log() ) )->run( self::VERIFY_FOR );
		return Menu::url( Menu::AUDIT );
	}

	/** Sends the log as a file; that it left the site is an entry of the log itself, and the last one of the file. */
	private function export(): never {
		$format = 'csv' === $this->text( 'format' ) ? 'csv' : 'ndjson';
		$this->services->log()->append( Draft::admin( 'system', 'audit.exported', 'audit', [ 'format' => $format ] ) );
		set_time_limit( 0 );
		while ( ob_get_level() > 0 ) {
			ob_end_clean();
		}
		nocache_headers();
		header( 'Content-Type: ' . ( 'csv' === $format ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8' ) );
		header( 'X-Content-Type-Options: nosniff' );
		header( sprintf( 'Content-Disposition: attachment; filename="audit-%s-%s.%s"', sanitize_file_name( (string) wp_parse_url( home_url(), PHP_URL_HOST ) ), gmdate( 'Ymd-His' ), $format ) );
		( new Export( $this->services->audit_log() ) )->$format(
			static function ( string $piece ): void {
				echo $piece; // phpcs:ignore WordPress.Security.EscapeOutput -- a download, not a page.
				flush();
			}
		);
		exit;
	}

	private function acknowledge(): string {
		$this->services->log()->acknowledge_rollback();
		Flash::add( 'success', __( 'Noted in the audit log. Agents are served again.', 'countersign' ) );
		return Menu::url( Menu::AUDIT );
	}

	/** The connection that the request names; ends the request when there is none that could be changed. */
	private function connection(): Connection {
		$connection = $this->services->connections()->find( absint( $_REQUEST['connection'] ?? 0 ) ); // phpcs:ignore WordPress.Security.NonceVerification -- verified in guarded().
		if ( ! $connection || $connection->is_revoked() ) {
			wp_die( esc_html__( 'There is no such connection, or it was revoked.', 'countersign' ), 404 );
		}
		return $connection;
	}

	private function text( string $key ): string {
		$value = wp_unslash( $_POST[ $key ] ?? '' ); // phpcs:ignore WordPress.Security
		return is_string( $value ) ? trim( $value ) : '';
	}

	private static function nonce( string $action, int $connection ): string {
		return $connection ? $action . '_' . $connection : $action;
	}
}
