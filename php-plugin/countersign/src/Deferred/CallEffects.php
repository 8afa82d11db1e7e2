<?php

declare(strict_types=1);

namespace Countersign\Plugin\Deferred;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * Finds what a call leaves behind for later, whichever tool does it: posts that it schedules, and cron events that it adds.
 * The posts get the connection as their owner. The cron events are recorded in one entry.
 *
 * Posts are found by WordPress's hooks, and by comparing the scheduled posts in the database before the first write to the
 * table of posts with those after the call, because a plugin can write there with SQL. What code does at the end of the
 * request counts too.
 */
final class CallEffects {

	/** Largest number of scheduled posts that are compared. */
	private const MAX_POSTS = 5000;

	/** Largest number of hooks that an entry names. */
	private const MAX_HOOKS = 20;

	/** Events that WordPress itself adds for a scheduled or published post. The entries about the post say more. */
	private const OF_POSTS = [ 'publish_future_post', 'do_pings' ];

	private static bool $is_running = false;

	/** @var array<int, string>|null Id of a scheduled post => its date, before the first write; null before that. */
	private ?array $before = null;

	/** @var array<int, string> Id of a post that this call owns => its date when it was recorded. */
	private array $owned = [];

	/** @var array<string, int> Name of a hook => number of events that the call has added. */
	private array $events = [];

	public function __construct(
		private readonly Schedules $schedules,
		private readonly Log $log,
		private readonly Connection $connection,
		private readonly ?string $correlation,
	) {}

	/** Tells whether this request has run a call of an agent. Whatever it saves is then not saved by a person. */
	public static function is_running(): bool {
		return self::$is_running;
	}

	/**
	 * Runs a function and records what it leaves behind for later. The hooks remain until the end of the request.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T What the function returned.
	 *
	 * @throws Denied `audit_unavailable` if what the call has scheduled cannot be recorded. It is not scheduled then.
	 */
	public function watch( callable $act ): mixed {
		self::$is_running = true;
		add_filter( 'query', $this->before_query( ... ), PHP_INT_MIN );
		add_action( 'transition_post_status', $this->after_transition( ... ), PHP_INT_MIN, 3 );
		add_action( 'post_updated', $this->after_update( ... ), PHP_INT_MIN, 3 );
		add_action( 'update_option_cron', $this->after_events( ... ), PHP_INT_MIN, 2 );
		add_action( 'add_option_cron', fn( string $name, mixed $events ) => $this->after_events( [], $events ), PHP_INT_MIN, 2 );
		add_action( 'shutdown', $this->settle_late( ... ), PHP_INT_MAX );
		try {
			return $act();
		} finally {
			$this->settle();
		}
	}

	/** Records what was not recorded yet: posts that were scheduled past WordPress's functions, and cron events. */
	private function settle(): void {
		try {
			foreach ( null === $this->before ? [] : self::scheduled() as $id => $date ) {
				if ( ( $this->before[ $id ] ?? null ) !== $date && ( $this->owned[ $id ] ?? null ) !== $date ) {
					clean_post_cache( $id );
					$post = get_post( $id );
					if ( $post ) {
						$this->own( $post );
					}
				}
			}
		} finally {
			$this->record_events();
		}
	}

	/** Callback of the action `shutdown`, after what other code does there. */
	private function settle_late(): void {
		try {
			$this->settle();
		} catch ( Denied ) {
			// The call was answered before. The error log says why, and the post is not scheduled.
			return;
		}
	}

	/** Callback of the filter `query`. Looks at the scheduled posts before the first write to the table of posts. */
	private function before_query( string $sql ): string {
		global $wpdb;
		if ( null === $this->before && str_contains( $sql, $wpdb->posts ) && ! preg_match( '/^\s*SELECT\b/i', $sql ) ) {
			$this->before = [];
			// A query within a query: wpdb remembers how the outer one is to be checked.
			$check        = $wpdb->check_current_query ?? true;
			$this->before = self::scheduled();

			$wpdb->check_current_query = $check;
		}
		return $sql;
	}

	/** Callback of the action `transition_post_status`, which fires after the post was stored. */
	private function after_transition( string $status, string $old, \WP_Post $post ): void {
		if ( 'future' === $status && ( 'future' !== $old || $this->is_of_an_agent( $post->ID ) ) ) {
			$this->own( $post, $old );
		} elseif ( 'future' !== $status && $status !== $old && in_array( $old, [ 'future', 'pending' ], true ) ) {
			$schedule = $this->schedules->find( $post->ID );
			if ( null !== $schedule ) {
				$this->schedules->end( $schedule, 'publish' === $status ? 'schedule.published' : 'schedule.dropped', $this->connection, $this->correlation );
			}
		}
	}

	/** Callback of the action `post_updated`. A call that moves the date of a scheduled post becomes its owner. */
	private function after_update( int $id, \WP_Post $after, \WP_Post $before ): void {
		if ( 'future' === $after->post_status && 'future' === $before->post_status && $after->post_date_gmt !== $before->post_date_gmt ) {
			$this->own( $after, 'pending' );
		}
	}

	/**
	 * Callback of the action `update_option_cron`, which fires after the events were stored. Counts those that are new.
	 *
	 * @param mixed $before The events before: time => hook => key => event.
	 * @param mixed $after  The events that were stored.
	 */
	private function after_events( mixed $before, mixed $after ): void {
		foreach ( array_filter( (array) $after, is_array( ... ) ) as $time => $hooks ) {
			foreach ( $hooks as $hook => $events ) {
				$new = count( array_diff_key( (array) $events, (array) ( ( (array) $before )[ $time ][ $hook ] ?? [] ) ) );
				if ( $new > 0 && ! in_array( $hook, self::OF_POSTS, true ) ) {
					$hook                  = isset( $this->events[ $hook ] ) || count( $this->events ) < self::MAX_HOOKS ? $hook : 'others';
					$this->events[ $hook ] = ( $this->events[ $hook ] ?? 0 ) + $new;
				}
			}
		}
	}

	private function is_of_an_agent( int $post ): bool {
		return isset( $this->owned[ $post ] ) || null !== $this->schedules->find( $post );
	}

	/**
	 * Makes the connection the owner of a post. If that cannot be recorded, the post does not remain scheduled.
	 *
	 * @param string $old The status that the post returns to then.
	 */
	private function own( \WP_Post $post, string $old = 'pending' ): void {
		try {
			$this->schedules->own( $post, $this->connection, $this->correlation );
			$this->owned[ $post->ID ] = $post->post_date_gmt;
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a scheduled post has no owner, because this cannot be recorded', $error );
			global $wpdb;
			$wpdb->update( $wpdb->posts, [ 'post_status' => 'draft' === $old ? 'draft' : 'pending' ], [ 'ID' => $post->ID ] ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The status only: wp_update_post() would filter the content.
			clean_post_cache( $post->ID );
			throw new Denied( 'audit_unavailable', null, 'post:' . $post->ID ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	private function record_events(): void {
		if ( [] === $this->events ) {
			return;
		}
		$events       = $this->events;
		$this->events = [];
		try {
			$this->log->append( EntryDraft::agent( 'system', 'cron.scheduled', $this->connection->id, $this->connection->user, null, [ 'hooks' => $events ], null, $this->correlation ) );
		} catch ( \Throwable $error ) {
			// The outcome of the call is recorded next, and its failure is reported.
			ErrorLog::failure( 'the cron events of a call cannot be recorded', $error );
		}
	}

	/** @return array<int, string> Id of a scheduled post => its date in UTC. */
	private static function scheduled(): array {
		global $wpdb;
		$types = array_values( get_post_types() );
		$marks = implode( ', ', array_fill( 0, count( $types ), '%s' ) );
		// With the type, the database can use its index.
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The stored posts, past any cache.
			$wpdb->prepare( "SELECT ID, post_date_gmt FROM %i WHERE post_type IN ($marks) AND post_status = 'future' ORDER BY ID DESC LIMIT %d", [ $wpdb->posts, ...$types, self::MAX_POSTS ] ), // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Placeholders for the list.
			ARRAY_A
		);
		return array_map( strval( ... ), array_column( $rows ?: [], 'post_date_gmt', 'ID' ) );
	}
}
