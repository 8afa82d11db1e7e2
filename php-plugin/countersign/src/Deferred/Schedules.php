<?php

declare(strict_types=1);

namespace Countersign\Plugin\Deferred;

use Countersign\AuditAppend;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * The owners of the posts that agents have scheduled.
 *
 * The audit log is what counts: an entry `schedule.owned` names post, connection, date and digest, and a later entry about
 * the same post ends it. The table beside it is an index for lists. A row that does not agree with its entry is not
 * believed, and a post whose row is missing is found in the log. No agent can write either: a running call cannot change
 * the plugin's tables, and the log has a database connection of its own.
 */
final class Schedules {

	/** Actions of the entries about the owner of a post. */
	private const OWNED = 'schedule.owned';
	private const HELD  = 'schedule.held';

	public function __construct( private readonly Log $log ) {}

	/**
	 * Returns the owner of a post as the table has it, or null.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function find( int $post ): ?Schedule {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE post_id = %d', self::table(), $post ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The owner of a scheduled post could not be read.' );
		return $row ? Schedule::from_row( $row ) : null;
	}

	/**
	 * Returns the owners in a state, the oldest change first.
	 *
	 * @param string $state {@see Schedule::WAITING} or {@see Schedule::HELD}.
	 * @param int    $limit The largest number to return.
	 *
	 * @return list<Schedule>
	 */
	public function all( string $state, int $limit ): array {
		global $wpdb;
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM %i WHERE state = %s ORDER BY changed_at, post_id LIMIT %d', self::table(), $state, $limit ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		return array_map( Schedule::from_row( ... ), array_values( $rows ?: [] ) );
	}

	/** Returns the number of owners in a state. */
	public function count( string $state ): int {
		global $wpdb;
		return (int) $wpdb->get_var( $wpdb->prepare( 'SELECT COUNT(*) FROM %i WHERE state = %s', self::table(), $state ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	/**
	 * Returns the owner that the audit log names last for a post without a row, or null if no agent has scheduled it. Reads the
	 * log from its end, and the whole log if it does not mention the post.
	 */
	public function in_log( int $post ): ?Schedule {
		global $wpdb;
		$row = $wpdb->get_row( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( "SELECT seq, body FROM %i WHERE target = %s AND action LIKE 'schedule.%%' ORDER BY seq DESC LIMIT 1", Schema::table( 'audit_entry' ), "post:$post" ),
			ARRAY_A
		);
		Failure::if_refused( 'The audit log could not be searched.' );
		$entry = Json::decode( (string) ( $row['body'] ?? '' ) );
		if ( ! in_array( $entry['action'] ?? '', [ self::OWNED, self::HELD ], true ) ) {
			return null;
		}
		$change = (array) ( $entry['change'] ?? [] );
		return new Schedule( $post, (int) ( $entry['actor']['connection'] ?? 0 ), Schedule::WAITING, '', (string) ( $change['date'] ?? '' ), (string) ( $change['digest'] ?? '' ), (int) $row['seq'], 0 );
	}

	/**
	 * Tells whether the audit entry of a row names exactly the owner, the date and the digest of the row. So a changed row is
	 * found. If somebody wrote an entry for it into the log's table too, this does not find it, because a leaf hash has no key; the
	 * verification of the log does.
	 */
	public function is_proved( Schedule $schedule ): bool {
		global $wpdb;
		$row   = $wpdb->get_row( $wpdb->prepare( 'SELECT leaf, body FROM %i WHERE seq = %d', Schema::table( 'audit_entry' ), $schedule->entry ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		$body  = (string) ( $row['body'] ?? '' );
		$entry = Json::decode( $body );
		return hash_equals( hash( 'sha256', "\0" . $body, true ), (string) ( $row['leaf'] ?? '' ) )
			&& [ self::OWNED, "post:$schedule->post", $schedule->connection ] === [ $entry['action'] ?? null, $entry['target'] ?? null, $entry['actor']['connection'] ?? null ]
			&& [ $schedule->date, $schedule->digest ] === [ $entry['change']['date'] ?? null, $entry['change']['digest'] ?? null ];
	}

	/**
	 * Makes a connection the owner of a post that its call has scheduled.
	 *
	 * @throws Unavailable If this cannot be recorded. The post must not remain scheduled then.
	 */
	public function own( \WP_Post $post, Connection $connection, ?string $correlation ): void {
		$digest = Schedule::digest( $post->ID ) ?? '';
		$change = [
			'date'   => $post->post_date_gmt,
			'digest' => $digest,
		];
		$this->log->append_with(
			[
				$this->replacing(
					new Schedule( $post->ID, $connection->id, Schedule::WAITING, '', $post->post_date_gmt, $digest, -1, time() ),
					static fn( AuditAppend $append ): string => (string) $append->rows()[0]['seq']
				),
			],
			EntryDraft::agent( 'system', self::OWNED, $connection->id, $connection->user, "post:$post->ID", $change, null, $correlation )
		);
	}

	/**
	 * Ends the ownership of a post: it was published, a person took it over, or it is no longer scheduled. Does nothing if
	 * another request has ended it.
	 *
	 * @param string          $action      `schedule.published`, `schedule.taken_over` or `schedule.dropped`.
	 * @param Connection|null $agent       The connection whose call ends it, or null if no agent does.
	 * @param string|null     $correlation Correlation of the call.
	 *
	 * @throws Unavailable If this cannot be recorded. The owner remains then.
	 */
	public function end( Schedule $schedule, string $action, ?Connection $agent = null, ?string $correlation = null ): void {
		$change = [ 'connection' => $schedule->connection ];
		$this->log->append_with(
			[ new Change( 'DELETE FROM ' . self::table() . ' WHERE post_id = ?', [ $schedule->post ] ) ],
			null === $agent
				? EntryDraft::admin( 'system', $action, "post:$schedule->post", $change )
				: EntryDraft::agent( 'system', $action, $agent->id, $agent->user, "post:$schedule->post", $change, null, $correlation )
		);
	}

	/**
	 * Marks a post as held. Succeeds also if it cannot be recorded, since it takes away.
	 *
	 * @param string $reason Reason code, or `deactivated`.
	 */
	public function hold( Schedule $schedule, string $reason ): void {
		$change = $this->replacing( new Schedule( $schedule->post, $schedule->connection, Schedule::HELD, $reason, $schedule->date, $schedule->digest, $schedule->entry, time() ) );
		$detail = [ 'date' => $schedule->date ];
		try {
			$this->log->append_with(
				[ $change ],
				'deactivated' === $reason
					? EntryDraft::agent( 'system', self::HELD, $schedule->connection, null, "post:$schedule->post", $detail + [ 'why' => $reason ] )
					: EntryDraft::agent( 'refusal', self::HELD, $schedule->connection, null, "post:$schedule->post", $detail, $reason )
			);
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a scheduled post was held, but this could not be recorded in the audit log', $error );
			$change->make();
		}
	}

	/** @param (\Closure(AuditAppend): string)|null $entry Returns the sequence number of the entry, if it is new. */
	private function replacing( Schedule $schedule, ?\Closure $entry = null ): Change {
		return new Change(
			'REPLACE INTO ' . self::table() . ' (post_id, connection_id, state, reason, date_gmt, digest, entry, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
			[ $schedule->post, $schedule->connection, $schedule->state, $schedule->reason, $schedule->date, $schedule->digest, $entry ?? (string) $schedule->entry, $schedule->changed_at ]
		);
	}

	private static function table(): string {
		return Schema::table( 'schedules' );
	}
}
