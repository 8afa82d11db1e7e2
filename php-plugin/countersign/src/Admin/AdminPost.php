<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Health\Instructions;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * The forms and links of the plugin's pages, which WordPress handles at admin-post.php. Each action needs a capability
 * and a nonce of its own. After it the browser returns to a page, which shows a notice.
 *
 * The names of the actions begin with `countersign_`. An action on a connection names it in the parameter `connection`,
 * and its nonce is bound to that connection.
 */
final class AdminPost {

	/**
	 * Registers an action. If it throws because the audit log or the database cannot be written, the person is told that
	 * nothing was changed.
	 *
	 * @param string             $action          Name of the action, such as `countersign_pause`.
	 * @param string             $capability      Capability that the user needs.
	 * @param callable(): string $perform         Performs the action and returns the address to go to.
	 * @param bool               $needs_extension Whether the action is refused if the PHP extension is missing.
	 */
	public static function register( string $action, string $capability, callable $perform, bool $needs_extension = true ): void {
		add_action( 'admin_post_' . $action, static fn() => self::handle( $action, $capability, $perform, $needs_extension ) );
	}

	/**
	 * Returns the address that performs an action, with its nonce. For links.
	 *
	 * @param string                    $action Name of the action.
	 * @param array<string, string|int> $args   Further parameters, such as `connection`.
	 */
	public static function url( string $action, array $args = [] ): string {
		return wp_nonce_url( add_query_arg( [ 'action' => $action ] + $args, admin_url( 'admin-post.php' ) ), self::nonce( $action, (int) ( $args['connection'] ?? 0 ) ) );
	}

	/**
	 * Prints the hidden fields of a form that performs an action.
	 *
	 * @param string $action     Name of the action.
	 * @param int    $connection Id of the connection, or 0 if the action is not about one.
	 */
	public static function fields( string $action, int $connection = 0 ): void {
		printf( '<input type="hidden" name="action" value="%s">', esc_attr( $action ) );
		if ( $connection ) {
			printf( '<input type="hidden" name="connection" value="%d">', absint( $connection ) );
		}
		wp_nonce_field( self::nonce( $action, $connection ), '_wpnonce', false );
	}

	/** Returns a submitted text without slashes and surrounding spaces; '' if it is missing. Call it only from an action. */
	public static function text( string $key ): string {
		$value = wp_unslash( $_POST[ $key ] ?? '' ); // phpcs:ignore WordPress.Security -- handle() has verified the nonce; callers sanitize.
		return is_string( $value ) ? trim( $value ) : '';
	}

	/** Tells whether the request has a parameter. Call it only from an action. */
	public static function has( string $key ): bool {
		return isset( $_POST[ $key ] ); // phpcs:ignore WordPress.Security.NonceVerification -- handle() has verified the nonce.
	}

	/**
	 * Returns a submitted list of keys, such as the names of permission groups. Call it only from an action.
	 *
	 * @return list<string>
	 */
	public static function keys( string $key ): array {
		return array_values( array_map( sanitize_key( ... ), array_filter( (array) wp_unslash( $_POST[ $key ] ?? [] ), is_string( ... ) ) ) ); // phpcs:ignore WordPress.Security -- handle() has verified the nonce.
	}

	/** Returns the id of the connection that the request names, or 0. */
	public static function connection_id(): int {
		$id = $_REQUEST['connection'] ?? ''; // phpcs:ignore WordPress.Security -- Part of the nonce that handle() verifies; a number.
		return is_string( $id ) ? max( 0, (int) $id ) : 0;
	}

	/** @param callable(): string $perform */
	private static function handle( string $action, string $capability, callable $perform, bool $needs_extension ): never {
		if ( ! current_user_can( $capability ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			wp_die( esc_html__( 'Sorry, you are not allowed to do that.', 'countersign' ), 403 );
		}
		check_admin_referer( self::nonce( $action, self::connection_id() ) );
		$back = Menu::url( Capabilities::AUDIT === $capability ? Menu::AUDIT : Menu::CONNECTIONS );
		if ( $needs_extension && ! Requirements::are_met() ) {
			Flash::add( 'error', Instructions::headline() );
		} else {
			try {
				$back = $perform();
			} catch ( Unprotected $error ) {
				self::log_error( $action, $error );
				Flash::add( 'warning', __( 'The change is stored and in effect. But the file that protects it against a restored backup could not be written. Site Health shows the reason.', 'countersign' ) );
			} catch ( Unavailable | \Countersign\Exception $error ) {
				self::log_error( $action, $error );
				Flash::add( 'error', self::is_question( $error ) ? __( 'Nothing was changed. First answer the question on this page.', 'countersign' ) : __( 'Nothing was changed, because the audit log could not record it. The site\'s error log shows the reason.', 'countersign' ) );
			} catch ( \RuntimeException $error ) {
				self::log_error( $action, $error );
				Flash::add( 'error', __( 'The database did not store the whole change. Check the values here, and try again. The site\'s error log shows the reason.', 'countersign' ) );
			}
		}
		// The dashboard can have another host than the site.
		add_filter( 'allowed_redirect_hosts', static fn( array $hosts ): array => [ ...$hosts, (string) wp_parse_url( admin_url(), PHP_URL_HOST ) ] );
		wp_safe_redirect( $back );
		exit;
	}

	/** Tells whether something was refused because of the state of the whole site, about which the page asks. */
	private static function is_question( Unavailable|\Countersign\Exception $error ): bool {
		return in_array( $error instanceof Unavailable ? $error->reason : $error->reason(), [ ...SiteState::LOST, ...SiteState::UNWITNESSED, 'site_moved', 'record_rolled_back' ], true );
	}

	private static function log_error( string $action, \Throwable $error ): void {
		ErrorLog::failure( $action . ' failed', $error );
	}

	private static function nonce( string $action, int $connection ): string {
		return $connection ? $action . '_' . $connection : $action;
	}
}
