<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Deferred\Gate;
use Countersign\Plugin\Deferred\Schedule;
use Countersign\Plugin\Deferred\Schedules;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

use const Countersign\Plugin\FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Shows people the posts that agents have scheduled, and lets them publish those that are held: in the lists of posts, in a
 * notice, on the Connections page, and beside the plugin before it is deactivated.
 */
final class HeldPosts {

	/** Largest number of posts that the Connections page lists. */
	private const MAX_LISTED = 50;

	/** Screens that show the notice, besides the lists of posts. */
	private const SCREENS = [ 'dashboard', 'edit-post', 'edit-page' ];

	public function __construct(
		private readonly Schedules $schedules,
		private readonly Gate $gate,
		private readonly Repository $connections,
	) {}

	/** Registers the action that publishes a held post. */
	public function register(): void {
		AdminPost::register( 'countersign_publish_held', 'edit_posts', $this->publish( ... ) );
	}

	/**
	 * Callback of the filter `display_post_states`.
	 *
	 * @param array<string, string> $states
	 * @param \WP_Post              $post
	 *
	 * @return array<string, string>
	 */
	public function add_state( array $states, \WP_Post $post ): array {
		$schedule = in_array( $post->post_status, [ 'future', 'pending' ], true ) ? $this->schedules->find( $post->ID ) : null;
		if ( null !== $schedule ) {
			$states['countersign'] = $schedule->is_held()
				? esc_html__( 'Held: scheduled by an agent', 'countersign' )
				: esc_html__( 'Scheduled by an agent', 'countersign' );
		}
		return $states;
	}

	/** Callback of the action `admin_notices`. */
	public function notice(): void {
		$screen = get_current_screen();
		if ( ! $screen || ! current_user_can( 'edit_others_posts' ) || ! ( 'edit' === $screen->base || in_array( $screen->id, self::SCREENS, true ) ) ) {
			return;
		}
		$count = $this->schedules->count( Schedule::HELD );
		if ( 0 === $count ) {
			return;
		}
		$titles = [];
		foreach ( $this->schedules->all( Schedule::HELD, 3 ) as $schedule ) {
			if ( current_user_can( 'edit_post', $schedule->post ) ) {
				$titles[] = '<a href="' . esc_url( (string) get_edit_post_link( $schedule->post ) ) . '">' . Names::html( get_the_title( $schedule->post ) ) . '</a>';
			}
		}
		wp_admin_notice(
			esc_html(
				sprintf(
					/* translators: %d: number of posts. */
					_n( '%d item that an agent scheduled was not published at its time, and waits for a person.', '%d items that agents scheduled were not published at their time, and wait for a person.', $count, 'countersign' ),
					$count
				)
			) . ' ' . implode( ', ', $titles ),
			[ 'type' => 'warning' ]
		);
	}

	/** Prints the section of the Connections page. Prints nothing if no post is held. */
	public function section(): void {
		$held = $this->schedules->all( Schedule::HELD, self::MAX_LISTED );
		if ( [] === $held ) {
			return;
		}
		?>
		<h2 id="countersign-held"><?php esc_html_e( 'Scheduled posts that are held', 'countersign' ); ?></h2>
		<p><?php esc_html_e( 'Agents scheduled these posts. When their time came, the connection was not allowed to act, or the post was not what the agent had scheduled. They are not published until a person does so. Look at a post before you publish it.', 'countersign' ); ?></p>
		<table class="widefat striped countersign-stack">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Title', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Connection', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Planned for', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Why it is held', 'countersign' ); ?></th>
					<th scope="col"><span class="screen-reader-text"><?php esc_html_e( 'Actions', 'countersign' ); ?></span></th>
				</tr>
			</thead>
			<tbody>
				<?php
				foreach ( $held as $schedule ) {
					$this->row( $schedule );
				}
				?>
			</tbody>
		</table>
		<?php
	}

	/**
	 * Callback of the action `after_plugin_row_…`: says before the plugin is deactivated what happens to scheduled posts.
	 */
	public function plugin_row(): void {
		$count = $this->schedules->count( Schedule::WAITING );
		if ( 0 === $count || ! is_plugin_active( plugin_basename( FILE ) ) ) {
			return;
		}
		printf(
			'<tr class="plugin-update-tr active"><td colspan="5" class="plugin-update colspanchange"><div class="notice inline notice-warning notice-alt"><p>%s</p></div></td></tr>',
			esc_html(
				sprintf(
					/* translators: %d: number of posts. */
					_n( '%d item is scheduled by an agent. If you deactivate Countersign, it gets the status “Pending review”, and is not published until a person does so.', '%d items are scheduled by agents. If you deactivate Countersign, they get the status “Pending review”, and are not published until a person does so.', $count, 'countersign' ),
					$count
				)
			)
		);
	}

	private function row( Schedule $schedule ): void {
		$post = get_post( $schedule->post );
		$name = $this->connections->shown( $schedule->connection )?->name;
		?>
		<tr>
			<td data-label="<?php esc_attr_e( 'Title', 'countersign' ); ?>"><?php echo Names::html( $post ? get_the_title( $post ) : '#' . $schedule->post ); // phpcs:ignore WordPress.Security.EscapeOutput -- html() escapes. ?></td>
			<td data-label="<?php esc_attr_e( 'Connection', 'countersign' ); ?>"><?php echo Names::html( $name ?? '#' . $schedule->connection ); // phpcs:ignore WordPress.Security.EscapeOutput -- html() escapes. ?></td>
			<td data-label="<?php esc_attr_e( 'Planned for', 'countersign' ); ?>"><?php echo esc_html( Format::moment( (int) strtotime( $schedule->date . ' UTC' ) ) ); ?></td>
			<td data-label="<?php esc_attr_e( 'Why it is held', 'countersign' ); ?>"><?php echo esc_html( self::reason( $schedule->reason ) ); ?></td>
			<td>
				<?php if ( $post && current_user_can( 'edit_post', $post->ID ) ) : ?>
					<a class="button" href="<?php echo esc_url( (string) get_edit_post_link( $post->ID ) ); ?>"><?php esc_html_e( 'Edit', 'countersign' ); ?></a>
				<?php endif; ?>
				<?php if ( $post && current_user_can( 'publish_post', $post->ID ) && current_user_can( 'edit_post', $post->ID ) ) : ?>
					<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" class="countersign-inline">
						<?php AdminPost::fields( 'countersign_publish_held' ); ?>
						<input type="hidden" name="post" value="<?php echo absint( $post->ID ); ?>">
						<input type="hidden" name="seen" value="<?php echo esc_attr( (string) Schedule::digest( $post->ID ) ); ?>">
						<button type="submit" class="button"><?php strtotime( $post->post_date_gmt . ' UTC' ) > time() ? esc_html_e( 'Schedule again', 'countersign' ) : esc_html_e( 'Publish', 'countersign' ); ?></button>
					</form>
				<?php endif; ?>
			</td>
		</tr>
		<?php
	}

	private function publish(): string {
		$post     = get_post( (int) AdminPost::text( 'post' ) );
		$schedule = $post ? $this->schedules->find( $post->ID ) : null;
		if ( ! $post || ! current_user_can( 'publish_post', $post->ID ) || ! current_user_can( 'edit_post', $post->ID ) ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to do that.', 'countersign' ), 403 );
		}
		if ( null === $schedule || ! $schedule->is_held() || 'pending' !== $post->post_status ) {
			wp_die( esc_html__( 'This post is not held any more.', 'countersign' ), 404 );
		}
		$title = Names::text( get_the_title( $post ) );
		// An agent can change a post that is not published.
		if ( ! hash_equals( (string) Schedule::digest( $post->ID ), AdminPost::text( 'seen' ) ) ) {
			/* translators: %s: title of a post. */
			Flash::add( 'error', sprintf( __( '“%s” has changed since this page was shown, so it was not published. Look at it again.', 'countersign' ), $title ) );
			return Menu::url( Menu::CONNECTIONS );
		}
		Flash::add(
			'success',
			'publish' === $this->gate->release( $post, $schedule )
				/* translators: %s: title of a post. */
				? sprintf( __( '“%s” is published.', 'countersign' ), $title )
				/* translators: %s: title of a post. */
				: sprintf( __( '“%s” is scheduled again, and is yours now.', 'countersign' ), $title )
		);
		return Menu::url( Menu::CONNECTIONS );
	}

	/** Returns why a post is held, for people. */
	private static function reason( string $reason ): string {
		return match ( $reason ) {
			'connection_paused'   => __( 'The connection was paused.', 'countersign' ),
			'connection_revoked'  => __( 'The connection was revoked.', 'countersign' ),
			'tool_outside_groups' => __( 'The connection may no longer publish.', 'countersign' ),
			'connection_unknown'  => __( 'The connection does not exist any more.', 'countersign' ),
			'kill_switch'         => __( 'All agents were stopped.', 'countersign' ),
			'account_changed'     => __( 'The connection was paused, because one of its accounts has changed.', 'countersign' ),
			'target_changed'      => __( 'The post was changed after the agent had scheduled it, and not by a person who saved it.', 'countersign' ),
			'deactivated'         => __( 'Countersign was deactivated.', 'countersign' ),
			default               => Labels::reason( $reason ),
		};
	}
}
