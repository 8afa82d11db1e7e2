<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** The edit lock of a post, by which WordPress's editor shows people that somebody else is editing it. */
final class EditLock {

	private const KEY = '_edit_lock';

	/**
	 * Runs a function while the current user holds the lock of a post. Releases it afterwards, unless a person took it over. A
	 * process that is killed leaves a lock, which WordPress ignores after 150 seconds and a person can take over at once.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T
	 *
	 * @throws Denied `target_locked` if somebody is editing the post. The account of the agent counts too, because the person
	 *                to whom it belongs can have the editor open.
	 */
	public static function hold( int $post, callable $act ): mixed {
		$before = self::stored( $post );
		self::refuse_if_held( $post, $before );
		$own = time() . ':' . get_current_user_id();
		update_post_meta( $post, self::KEY, $own );
		// A handler that ends the request leaves this function without `finally`.
		$release = static fn() => self::release( $post, $own, $before );
		add_action( 'shutdown', $release, 0 );
		try {
			return $act();
		} finally {
			remove_action( 'shutdown', $release, 0 );
			$release();
		}
	}

	private static function refuse_if_held( int $post, ?string $lock ): void {
		[ $time, $user ] = explode( ':', ( $lock ?? '' ) . '::' );
		/** This filter is documented in wp-admin/includes/ajax-actions.php */
		$window = (int) apply_filters( 'wp_check_post_lock_window', 150 ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- A filter of WordPress.
		if ( (int) $time <= time() - $window ) {
			return;
		}
		$name = get_userdata( (int) $user )->display_name ?? 'Somebody';
		$when = wp_date( DATE_RFC3339, (int) $time );
		throw new Denied( 'target_locked', "$name is editing it, and was last seen in the editor at $when.", "post:$post" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	/** Puts back what was stored before. A failure must not hide how the call ended. */
	private static function release( int $post, string $own, ?string $before ): void {
		try {
			if ( self::stored( $post ) !== $own ) {
				return;
			}
			if ( null === $before ) {
				delete_post_meta( $post, self::KEY );
			} else {
				update_post_meta( $post, self::KEY, wp_slash( $before ) );
			}
		} catch ( Denied ) {
			return;
		}
	}

	private static function stored( int $post ): ?string {
		global $wpdb;
		return $wpdb->get_var( $wpdb->prepare( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = %s ORDER BY meta_id LIMIT 1", $post, self::KEY ) ); // phpcs:ignore WordPress.DB -- A cache could be older than the lock of a person.
	}
}
