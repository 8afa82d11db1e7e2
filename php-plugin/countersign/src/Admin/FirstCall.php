<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * The part of the view "Connect an agent" that waits until a new connection is used for the first time.
 *
 * The script of the page asks the action `countersign_first_call` every few seconds, for ten minutes at most. Without the script,
 * a link loads the page again.
 */
final class FirstCall {

	/** Name of the action of admin-ajax.php, and of its nonce. */
	private const ACTION = 'countersign_first_call';

	/** Seconds for which a page counts connections as new. */
	private const MAX_AGE = DAY_IN_SECONDS;

	/** How often the script asks, and how many times. */
	private const EVERY = 4;
	private const TIMES = 150;

	public function __construct( private readonly Repository $connections ) {}

	/** Registers the action. */
	public function register(): void {
		add_action( 'wp_ajax_' . self::ACTION, $this->answer( ... ) );
	}

	/**
	 * Prints the section.
	 *
	 * @param string $agent Key of the program that is connected.
	 */
	public function section( string $agent ): void {
		$since                = self::since();
		[ $is_done, $content ] = $this->content( $since );
		$again                = ConnectView::url(
			[
				'agent' => $agent,
				'since' => $since,
			]
		);
		$ask                  = add_query_arg(
			[
				'action'   => self::ACTION,
				'since'    => $since,
				'_wpnonce' => wp_create_nonce( self::ACTION ),
			],
			admin_url( 'admin-ajax.php', 'relative' )
		);
		?>
		<div class="card countersign-waiting"<?php echo $is_done ? '' : sprintf( ' data-countersign-ask="%s" data-countersign-every="%d" data-countersign-times="%d"', esc_attr( $ask ), (int) self::EVERY, (int) self::TIMES ); ?>>
			<div role="status" data-countersign-answer><?php echo $content; // phpcs:ignore WordPress.Security.EscapeOutput -- content() escapes. ?></div>
			<?php if ( ! $is_done ) : ?>
				<p hidden data-countersign-ended><?php esc_html_e( 'No agent has used this site in the last ten minutes, so this page has stopped looking. Follow the steps above again, then press the button. If the program reports an error, the Audit page shows what this site has refused, and why.', 'countersign' ); ?></p>
				<p class="hide-if-js" data-countersign-again><a class="button" href="<?php echo esc_url( $again ); ?>"><?php esc_html_e( 'Look again', 'countersign' ); ?></a></p>
			<?php endif; ?>
		</div>
		<?php
	}

	/** Answers the script of the page. */
	private function answer(): never {
		if ( ! current_user_can( Capabilities::MANAGE ) || false === check_ajax_referer( self::ACTION, '_wpnonce', false ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			wp_send_json_error( null, 403 );
		}
		[ $is_done, $content ] = $this->content( self::since() );
		wp_send_json_success(
			[
				'done' => $is_done,
				'html' => $content,
			]
		);
	}

	/**
	 * Tells what became of the connections since a time.
	 *
	 * @return array{bool, string} Whether one of them was used, and the text about it as escaped HTML.
	 */
	private function content( int $since ): array {
		try {
			$connection = $this->connections->newest( $since );
		} catch ( Failure ) {
			$connection = null;
		}
		if ( null === $connection ) {
			return [ false, self::text( __( 'Waiting for the agent', 'countersign' ), esc_html__( 'This page shows when an agent that you allow uses this site for the first time. You can leave it open.', 'countersign' ) ) ];
		}
		$name = Names::html( $connection->name );
		if ( 0 === $connection->last_used_at ) {
			/* translators: %s: name of a connection. */
			return [ false, self::text( __( 'Allowed. Waiting for its first request', 'countersign' ), sprintf( esc_html__( '“%s” is allowed. Go back to the program: it now gets its access and asks for the tools of this site. If it does not, connect it again there.', 'countersign' ), $name ) ) ];
		}
		return [ true, self::connected( $connection, $name ) ];
	}

	private static function connected( Connection $connection, string $name ): string {
		$links = sprintf( '<a class="button button-primary" href="%s">%s</a>', esc_url( Menu::url( Menu::CONNECTIONS ) ), esc_html__( 'Show all connections', 'countersign' ) );
		if ( current_user_can( Capabilities::AUDIT ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			$links .= sprintf( ' <a class="button" href="%s">%s</a>', esc_url( Menu::url( Menu::AUDIT, [ 'connection' => $connection->id ] ) ), esc_html__( 'View its activity', 'countersign' ) );
		}
		return self::text(
			__( 'Connected ✓', 'countersign' ),
			/* translators: 1: name of a connection, 2: name and role of a user, 3: name of a set of permissions. */
			sprintf( esc_html__( '“%1$s” has used this site for the first time. It acts as %2$s, with the permissions “%3$s”.', 'countersign' ), $name, esc_html( Format::user( $connection->user ) ), esc_html( Labels::preset( $connection->preset ) ) )
		) . "<p>$links</p>";
	}

	/** @param string $text Escaped HTML. */
	private static function text( string $heading, string $text ): string {
		return '<h2>' . esc_html( $heading ) . "</h2><p>$text</p>";
	}

	/** Returns the time since which connections count as new: the one that the request names, or now. */
	private static function since(): int {
		$since = Query::number( 'since' );
		return $since > time() - self::MAX_AGE && $since <= time() ? $since : time();
	}
}
