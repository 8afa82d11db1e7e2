<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Asks;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * Tells those who manage connections which agents were connected since they looked, and who asks for one. Each of them sees it
 * until they say that they have seen it, for a week at most.
 */
final class NewConnections {

	/** User option, of this site: until when, in Unix seconds, the user has seen the new connections. */
	public const SEEN = 'countersign_connections_seen';

	private const ACTION_SEEN = 'countersign_seen_connections';

	private const ACTION_ANSWERED = 'countersign_answered_ask';

	/** Screens of WordPress that show the notices. */
	private const SCREENS = [ 'dashboard', 'plugins' ];

	/** Connections that a notice names. */
	private const MAX = 5;

	public function __construct(
		private readonly Repository $connections,
		private readonly Asks $asks,
	) {}

	/** Registers the actions. They need no extension: they take nothing back and allow nothing. */
	public function register(): void {
		AdminPost::register( self::ACTION_SEEN, Capabilities::MANAGE, $this->seen( ... ), false );
		AdminPost::register( self::ACTION_ANSWERED, Capabilities::MANAGE, $this->answered( ... ), false );
	}

	/** Callback of the action `admin_notices`. */
	public function notice(): void {
		$screen = get_current_screen()->id ?? '';
		if ( ( ! str_contains( $screen, 'countersign' ) && ! in_array( $screen, self::SCREENS, true ) ) || ! current_user_can( Capabilities::MANAGE ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			return;
		}
		try {
			$this->connected();
			$this->asked();
		} catch ( Failure ) {
			return;
		}
	}

	private function connected(): void {
		$now  = time();
		$seen = max( (int) get_user_option( self::SEEN ), $now - WEEK_IN_SECONDS );
		$new  = $this->connections->made_since( $seen, self::MAX + 1 );
		if ( ! $new ) {
			return;
		}
		?>
		<div class="notice notice-info countersign-new">
			<p><strong><?php echo esc_html( _n( 'An agent was connected to this site.', 'Agents were connected to this site.', count( $new ), 'countersign' ) ); ?></strong>
			<?php esc_html_e( 'If you do not know a connection, revoke it on the Connections page.', 'countersign' ); ?></p>
			<ul class="ul-disc">
				<?php foreach ( array_slice( $new, 0, self::MAX ) as $connection ) : ?>
					<li>
						<?php
						echo wp_kses(
							sprintf(
								/* translators: 1: name of a connection, 2: name of a set of permissions, 3: name and role of the user who allowed it, 4: time, such as "5 minutes ago", 5: name and role of the user that the agent acts as. */
								__( '%1$s: %2$s, allowed by %3$s %4$s. It acts as %5$s.', 'countersign' ),
								Names::html( $connection->name ),
								esc_html( Labels::preset( $connection->preset ) ),
								Names::html( Format::user( $connection->created_by ) ),
								Format::ago( $connection->created_at ),
								Names::html( Format::user( $connection->user ) )
							),
							self::html()
						);
						?>
					</li>
				<?php endforeach; ?>
				<?php if ( count( $new ) > self::MAX ) : ?>
					<li><?php esc_html_e( 'The Connections page lists more.', 'countersign' ); ?></li>
				<?php endif; ?>
			</ul>
			<?php self::button( self::ACTION_SEEN, [ 'until' => (string) $now ], __( 'I know these connections', 'countersign' ) ); ?>
		</div>
		<?php
	}

	private function asked(): void {
		foreach ( $this->asks->open() as $ask ) {
			?>
			<div class="notice notice-info countersign-asked">
				<p>
					<?php
					$hosts = '' === $ask['document']
						? '<code>' . esc_html( $ask['redirect'] ) . '</code>'
						: '<code>' . esc_html( $ask['redirect'] ) . '</code>, <code>' . esc_html( $ask['document'] ) . '</code>';
					echo '<strong>' . wp_kses(
						/* translators: %s: name and role of a user. */
						sprintf( __( '%s asks you to connect an agent.', 'countersign' ), Names::html( Format::user( $ask['user'] ) ) ),
						self::html()
					) . '</strong> ';
					echo wp_kses(
						sprintf(
							/* translators: 1: name that an agent gave itself, 2: host names, 3: name of a set of permissions, 4: time, such as "5 minutes ago". */
							__( 'It calls itself %1$s (not verified). Hosts: %2$s. Wished permissions: %3$s. Asked %4$s.', 'countersign' ),
							Names::html( '' === $ask['name'] ? __( 'An agent without a name', 'countersign' ) : $ask['name'] ),
							$hosts,
							esc_html( Labels::preset( $ask['preset'] ) ),
							Format::ago( $ask['time'] )
						),
						self::html()
					);
					?>
				</p>
				<p><?php esc_html_e( 'To allow it, start the connection again in that person\'s program, choose "Use another account" on the page that opens, log in as yourself, and select the person\'s account there. Log out afterwards.', 'countersign' ); ?></p>
				<?php self::button( self::ACTION_ANSWERED, [ 'ask' => $ask['id'] ], __( 'Remove this request', 'countersign' ) ); ?>
			</div>
			<?php
		}
	}

	private function seen(): string {
		update_user_option( get_current_user_id(), self::SEEN, min( time(), (int) AdminPost::text( 'until' ) ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	private function answered(): string {
		$this->asks->remove( AdminPost::text( 'ask' ) );
		Flash::add( 'success', __( 'The request was removed. Nothing was connected.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}

	/** @param array<string, string> $fields */
	private static function button( string $action, array $fields, string $text ): void {
		?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php
			AdminPost::fields( $action );
			foreach ( $fields as $name => $value ) {
				printf( '<input type="hidden" name="%s" value="%s">', esc_attr( $name ), esc_attr( $value ) );
			}
			?>
			<p><button type="submit" class="button"><?php echo esc_html( $text ); ?></button></p>
		</form>
		<?php
	}

	/** @return array<string, array<string, bool>> The markup of names and times. */
	private static function html(): array {
		return [
			'bdi'  => [],
			'code' => [],
			'time' => [
				'datetime' => true,
				'title'    => true,
			],
		];
	}
}
