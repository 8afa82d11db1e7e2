<?php

declare(strict_types=1);

namespace Countersign\Plugin\Deferred;

use Countersign\Access;
use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * Decides at its time whether a post that an agent scheduled is published. If its connection may not act then, or the post
 * is not what was scheduled, the post is held: it gets the status `pending` and waits for a person. It is never published
 * by itself afterwards, also not when the connection may act again.
 *
 * A person who saves the post takes it over, and WordPress then publishes it like any other.
 */
final class Gate {

	/** @var array<int, true> Posts that are being saved with WordPress's function for that, which people's forms use. */
	private array $saving = [];

	/** @var array<int, true> Posts that this request has decided to publish. */
	private array $cleared = [];

	/** @var array<int, array{Schedule, string}> Posts that are being saved as held, with the reason. */
	private array $holding = [];

	private bool $is_busy = false;

	public function __construct(
		private readonly Schedules $schedules,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
	) {}

	/**
	 * Holds every post that waits for its time, because the plugin is being deactivated and nobody would ask then.
	 *
	 * @return int The number of posts.
	 */
	public function hold_all(): int {
		$held = 0;
		do {
			$some = $this->schedules->all( Schedule::WAITING, 100 );
			foreach ( $some as $schedule ) {
				$this->hold( $schedule, 'deactivated' );
				++$held;
			}
		} while ( 100 === count( $some ) && $held < 100000 );
		return $held;
	}

	/**
	 * Publishes a held post for a person, or schedules it again if its time has not come. Changes nothing but its status.
	 *
	 * @return string The new status: `publish` or `future`.
	 */
	public function release( \WP_Post $post, Schedule $schedule ): string {
		$status = strtotime( $post->post_date_gmt . ' UTC' ) > time() ? 'future' : 'publish';
		$this->schedules->end( $schedule, 'schedule.taken_over' );
		self::set_status( $post->ID, $post->post_status, $status );
		return $status;
	}

	/**
	 * Callback of the action `publish_future_post`, before WordPress publishes the post.
	 *
	 * @param mixed $id Id of the post.
	 */
	public function before_publication( mixed $id ): void {
		// WordPress would publish what a cache says, also if a person has taken the post back since.
		clean_post_cache( (int) ( $id instanceof \WP_Post ? $id->ID : $id ) );
		$post = get_post( (int) ( $id instanceof \WP_Post ? $id->ID : $id ) );
		if ( ! $post || 'future' !== $post->post_status || strtotime( $post->post_date_gmt . ' UTC' ) > time() ) {
			return;
		}
		[ $schedule, $reason ] = $this->verdict( $post->ID );
		if ( null !== $schedule && null !== $reason ) {
			$this->hold( $schedule, $reason );
		} else {
			$this->cleared[ $post->ID ] = true;
		}
	}

	/**
	 * Callback of the filter `wp_insert_post_data`.
	 *
	 * @param array<string, mixed> $data    What is about to be stored.
	 * @param array<string, mixed> $postarr What the caller passed, with the id.
	 *
	 * @return array<string, mixed>
	 */
	public function before_save( array $data, array $postarr ): array {
		$id  = (int) ( $postarr['ID'] ?? 0 );
		$old = 0 === $id || $this->is_busy || CallEffects::is_running() ? null : get_post( $id );
		if ( ! $old ) {
			return $data;
		}
		$this->saving[ $id ] = true;
		$status = 'publish' === $data['post_status'] && 'publish' !== $old->post_status && ! $this->is_saved_by_a_person( $id ) ? self::stored_status( $id ) : null;
		if ( in_array( $status, [ 'future', 'pending' ], true ) ) {
			[ $schedule, $reason ] = $this->verdict( $id, 'future' === $status );
			if ( null !== $schedule && null !== $reason ) {
				$data['post_status']  = 'pending';
				$this->holding[ $id ] = [ $schedule, $reason ];
			} else {
				$this->cleared[ $id ] = true;
			}
		}
		return $data;
	}

	/**
	 * Callback of the action `transition_post_status`, before all others.
	 *
	 * @param string   $status The new status, which is stored already.
	 * @param string   $old    The status before.
	 * @param \WP_Post $post   The post.
	 */
	public function after_transition( string $status, string $old, \WP_Post $post ): void {
		$id        = $post->ID;
		$is_person = $this->is_saved_by_a_person( $id );
		$holding   = $this->holding[ $id ] ?? null;
		$cleared   = isset( $this->cleared[ $id ] );
		unset( $this->saving[ $id ], $this->holding[ $id ], $this->cleared[ $id ] );
		// What is published by code can have been held, although a cache says that it was a draft.
		$concerns = array_intersect( [ $status, $old ], [ 'future', 'pending' ] ) || ( 'publish' === $status && ! in_array( $old, [ 'publish', 'new' ], true ) && ! $is_person );
		if ( $this->is_busy || CallEffects::is_running() || ! $concerns ) {
			return;
		}
		if ( null !== $holding ) {
			$this->schedules->hold( ...$holding );
			return;
		}
		$is_published = 'publish' === $status && 'publish' !== $old;
		if ( $is_published && ! $is_person && ! $cleared ) {
			[ $schedule, $reason ] = $this->verdict( $id, 'future' === $old );
			if ( null !== $schedule && null !== $reason ) {
				$this->take_back( $schedule, $reason, $post );
				return;
			}
		}
		$schedule = $this->schedules->find( $id );
		if ( null === $schedule ) {
			return;
		}
		if ( $is_person ) {
			$this->schedules->end( $schedule, 'schedule.taken_over' );
		} elseif ( $is_published ) {
			$this->schedules->end( $schedule, 'schedule.published' );
		} elseif ( ! in_array( $status, [ 'future', 'pending' ], true ) ) {
			$this->schedules->end( $schedule, 'schedule.dropped' );
		}
	}

	/**
	 * Callback of the action `deleted_post`.
	 *
	 * @param int $id Id of the post.
	 */
	public function after_deletion( int $id ): void {
		$schedule = $this->schedules->find( $id );
		if ( null !== $schedule ) {
			$this->schedules->end( $schedule, 'schedule.dropped' );
		}
	}

	/**
	 * Returns the owner of a post and why the post may not be published now. The owner is null if no agent has scheduled it,
	 * and the reason is null if the post may be published.
	 *
	 * @param bool $search_log Whether to look for the owner in the audit log if the table has none.
	 *
	 * @return array{Schedule|null, string|null}
	 */
	private function verdict( int $post, bool $search_log = true ): array {
		$schedule = null;
		try {
			$schedule = $this->schedules->find( $post );
			if ( null === $schedule ) {
				$logged = $search_log ? $this->schedules->in_log( $post ) : null;
				return [ $logged, null === $logged ? null : 'record_missing' ];
			}
			if ( $schedule->is_held() ) {
				return [ $schedule, $schedule->reason ];
			}
			if ( ! $this->schedules->is_proved( $schedule ) ) {
				return [ $schedule, 'record_forged' ];
			}
			$connection = $this->connections->find( $schedule->connection ) ?? throw new Denied( 'connection_unknown' );
			$decision   = Access::mayAct( $connection->opened, null, $this->kill_switch->is_on() );
			if ( ! $decision->isAllowed() ) {
				return [ $schedule, $decision->reason() ];
			}
			// The connection can have lost this permission since it scheduled the post.
			if ( ! Access::change( $connection->groups, Access::resolve( 'custom', [ 'publish' ] ), false )->isAllowed() ) {
				return [ $schedule, 'tool_outside_groups' ];
			}
			if ( ! Standing::is_complete( $connection ) ) {
				return [ $schedule, Standing::REASON ];
			}
			return [ $schedule, Schedule::digest( $post ) === $schedule->digest ? null : 'target_changed' ];
		} catch ( Denied $denied ) {
			return [ $schedule, $denied->reason ];
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'it cannot be decided whether a scheduled post may be published', $error );
			return [ $schedule, 'audit_unavailable' ];
		}
	}

	/**
	 * Tells whether a person saves the post now: somebody who is logged in and may publish it, with a request that is meant to
	 * change something, or a person on the command line. Saving by code during a page view, by cron or automatically is not
	 * meant.
	 */
	private function is_saved_by_a_person( int $post ): bool {
		if ( ! isset( $this->saving[ $post ] ) || wp_doing_cron() || ( defined( 'DOING_AUTOSAVE' ) && DOING_AUTOSAVE ) ) {
			return false;
		}
		$method = (string) ( $_SERVER['REQUEST_METHOD'] ?? '' ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared with fixed texts.
		return ( defined( 'WP_CLI' ) && WP_CLI )
			|| ( is_user_logged_in() && ! in_array( $method, [ '', 'GET', 'HEAD' ], true ) && current_user_can( 'publish_post', $post ) );
	}

	/** Holds a post that has not been published. */
	private function hold( Schedule $schedule, string $reason ): void {
		$this->is_busy = true;
		try {
			self::set_status( $schedule->post, 'future', 'pending' );
		} finally {
			$this->is_busy = false;
		}
		$this->schedules->hold( $schedule, $reason );
	}

	/**
	 * Holds a post that other code has just published past WordPress's cron. Its status is taken back before anything else
	 * learns of it. What listens to the transition itself is told afterwards that it was taken back.
	 */
	private function take_back( Schedule $schedule, string $reason, \WP_Post $post ): void {
		global $wpdb;
		$wpdb->update( $wpdb->posts, [ 'post_status' => 'pending' ], [ 'ID' => $post->ID ] ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The status only: wp_update_post() would filter the content.
		clean_post_cache( $post->ID );
		$post->post_status = 'pending';
		$this->schedules->hold( $schedule, $reason );
		$again = function ( string $status, string $old, \WP_Post $other ) use ( &$again, $post ): void {
			if ( $other->ID === $post->ID ) {
				remove_action( 'transition_post_status', $again, PHP_INT_MAX );
				$this->is_busy = true;
				try {
					wp_transition_post_status( 'pending', 'publish', $post );
				} finally {
					$this->is_busy = false;
				}
			}
		};
		add_action( 'transition_post_status', $again, PHP_INT_MAX, 3 );
	}

	private static function stored_status( int $post ): ?string {
		global $wpdb;
		return $wpdb->get_var( $wpdb->prepare( 'SELECT post_status FROM %i WHERE ID = %d', $wpdb->posts, $post ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- Past the cache.
	}

	/** Changes the status of a post and nothing else, as `wp_publish_post()` does. */
	private static function set_status( int $id, string $from, string $to ): void {
		global $wpdb;
		$changed = $wpdb->update( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The status only: wp_update_post() would filter the content.
			$wpdb->posts,
			[ 'post_status' => $to ],
			[
				'ID'          => $id,
				'post_status' => $from,
			]
		);
		clean_post_cache( $id );
		$post = get_post( $id );
		if ( $changed && $post ) {
			wp_clear_scheduled_hook( 'publish_future_post', [ $id ] );
			wp_transition_post_status( $to, $from, $post );
		}
	}
}
