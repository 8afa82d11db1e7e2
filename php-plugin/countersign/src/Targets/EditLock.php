<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * The edit lock of a post, by which WordPress's editor shows people that somebody else is editing it.
 *
 * WordPress reads two parts of its text, the time and the user. The lock of a call has a third one, so that it differs from the lock
 * of the person who has the same account. All statements compare the stored text, so that no lock of a person is overwritten.
 */
final class EditLock {

	private const KEY = '_edit_lock';

	/** The beginning of the third part. */
	private const MARK = 'agent-';

	/** Seconds after which WordPress ignores the lock of a call whose process was killed. */
	private const LASTS = 30;

	/** How often a lock is tried if others take and release it meanwhile. */
	private const ATTEMPTS = 3;

	/**
	 * @param int         $post   Id of the post.
	 * @param string      $own    The text of this lock.
	 * @param string|null $before The text of a lock that was over, or null if there was none.
	 */
	private function __construct(
		private readonly int $post,
		private readonly string $own,
		private readonly ?string $before,
	) {}

	/**
	 * Runs a function while the current user holds the lock of a post, and releases it afterwards. A person can take it over.
	 *
	 * @template T
	 *
	 * @param callable(self): T $act
	 *
	 * @return T
	 *
	 * @throws Denied `target_locked` if somebody is editing the post. The account of the agent counts too, because the person
	 *                to whom it belongs can have the editor open.
	 */
	public static function hold( int $post, callable $act ): mixed {
		$lock = self::take( $post );
		// A handler that ends the request leaves this function without `finally`.
		$release = $lock->release( ... );
		add_action( 'shutdown', $release, 0 );
		try {
			return $act( $lock );
		} finally {
			remove_action( 'shutdown', $release, 0 );
			$release();
		}
	}

	/**
	 * Ends the call if a person has taken the lock over.
	 *
	 * @throws Denied `target_locked`.
	 */
	public function must_be_held(): void {
		if ( ! $this->is_held() ) {
			self::refuse_if_held( $this->post, self::stored( $this->post ) );
			throw new Denied( 'target_locked', 'Somebody has begun to edit it.', "post:$this->post" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/** Returns the condition of SQL that nobody has taken the lock over. */
	public function condition(): string {
		global $wpdb;
		return $wpdb->prepare( 'EXISTS (SELECT 1 FROM %i WHERE post_id = %d AND meta_key = %s AND meta_value = %s)', $wpdb->postmeta, $this->post, self::KEY, $this->own );
	}

	private static function take( int $post ): self {
		for ( $attempt = 1; $attempt <= self::ATTEMPTS; $attempt++ ) {
			$stored = self::stored( $post );
			self::refuse_if_held( $post, $stored );
			$lock = new self( $post, self::text(), $stored[0] ?? null );
			$lock->write();
			if ( $lock->is_held() ) {
				return $lock;
			}
			// Another process was faster.
			$lock->release();
		}
		throw new Denied( 'target_locked', 'Others keep changing it.', "post:$post" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	private static function text(): string {
		return time() - max( 0, self::window() - self::LASTS ) . ':' . get_current_user_id() . ':' . self::MARK . bin2hex( random_bytes( 6 ) );
	}

	/** Returns for how many seconds a lock holds. */
	private static function window(): int {
		/** This filter is documented in wp-admin/includes/ajax-actions.php */
		return (int) apply_filters( 'wp_check_post_lock_window', 150 ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- A filter of WordPress.
	}

	private function write(): void {
		global $wpdb;
		if ( null === $this->before ) {
			$row = [
				'post_id'    => $this->post,
				'meta_key'   => self::KEY, // phpcs:ignore WordPress.DB.SlowDBQuery -- A column to insert.
				'meta_value' => $this->own, // phpcs:ignore WordPress.DB.SlowDBQuery -- A column to insert.
			];
			$wpdb->insert( $wpdb->postmeta, $row ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A row of its own, whatever a cache says.
			wp_cache_delete( $this->post, 'post_meta' );
		} else {
			$this->replace( $this->before, $this->own );
		}
	}

	/** Tells whether the lock is stored, and no person has stored another one at the same time. */
	private function is_held(): bool {
		$stored = self::stored( $this->post );
		$people = array_filter( array_slice( $stored, 1 ), static fn( string $lock ): bool => self::is_live( $lock ) && ! self::is_of_call( $lock ) );
		return [] === $people && ( $stored[0] ?? null ) === $this->own;
	}

	/**
	 * Puts back what was stored before, unless somebody took the lock over. What a killed call has left is not put back. A failure
	 * must not hide how the call ended.
	 */
	private function release(): void {
		try {
			$this->replace( $this->own, null === $this->before || self::is_of_call( $this->before ) ? null : $this->before );
		} catch ( Denied ) {
			return;
		}
	}

	/** Replaces or deletes a stored text. Does nothing if it is not stored any more. */
	private function replace( string $from, ?string $to ): void {
		global $wpdb;
		$sql = null === $to
			? $wpdb->prepare( 'DELETE FROM %i WHERE post_id = %d AND meta_key = %s AND meta_value = %s', $wpdb->postmeta, $this->post, self::KEY, $from )
			: $wpdb->prepare( 'UPDATE %i SET meta_value = %s WHERE post_id = %d AND meta_key = %s AND meta_value = %s', $wpdb->postmeta, $to, $this->post, self::KEY, $from );
		$wpdb->query( $sql ); // phpcs:ignore WordPress.DB -- Prepared above. WordPress's functions look first and write then.
		wp_cache_delete( $this->post, 'post_meta' );
	}

	/**
	 * @param list<string> $stored
	 *
	 * @throws Denied `target_locked` if somebody holds a lock of the post.
	 */
	private static function refuse_if_held( int $post, array $stored ): void {
		foreach ( array_filter( $stored, self::is_live( ... ) ) as $lock ) {
			throw new Denied( 'target_locked', self::describe( $lock ), "post:$post" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	private static function describe( string $lock ): string {
		if ( self::is_of_call( $lock ) ) {
			return 'Another call is changing it. Wait a moment, then try again.';
		}
		[ $time, $user ] = explode( ':', $lock . ':' );
		$name            = get_userdata( (int) $user )->display_name ?? 'Somebody';
		return "$name is editing it, and was last seen in the editor at " . wp_date( DATE_RFC3339, (int) $time ) . '.';
	}

	private static function is_live( string $lock ): bool {
		return (int) $lock > time() - self::window();
	}

	private static function is_of_call( string $lock ): bool {
		return str_starts_with( explode( ':', $lock )[2] ?? '', self::MARK );
	}

	/** @return list<string> The stored locks. WordPress stores and reads one. */
	private static function stored( int $post ): array {
		global $wpdb;
		return array_map( strval( ... ), $wpdb->get_col( $wpdb->prepare( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = %s ORDER BY meta_id", $post, self::KEY ) ) ); // phpcs:ignore WordPress.DB -- A cache could be older than the lock of a person.
	}
}
