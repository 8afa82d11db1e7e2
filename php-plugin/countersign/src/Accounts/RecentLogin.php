<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

defined( 'ABSPATH' ) || exit;

/**
 * Tells whether the person of this request has logged in recently. A consent lasts for months, so a browser that was left
 * open, or a session that was stolen, must not be enough for it.
 *
 * Only a session that WordPress began at a login counts. A request that was authenticated otherwise, for example by a
 * plugin without a session, has no time of login and is refused.
 */
final class RecentLogin {

	/** The age of a login that is recent, in seconds. */
	private const LONGEST = 15 * MINUTE_IN_SECONDS;

	/** Seconds by which the clocks of two web servers may differ. */
	private const SKEW = 60;

	/** Tells whether the session of this request began recently. */
	public static function is_recent(): bool {
		$session = self::session();
		$begun   = is_numeric( $session['login'] ?? null ) ? (int) $session['login'] : 0;
		$age     = time() - $begun;
		return $begun > 0 && $age <= self::longest() && $age >= -self::SKEW;
	}

	/** Tells whether this request has a session of WordPress. Without one, another login would not help. */
	public static function has_session(): bool {
		return null !== self::session();
	}

	/** Returns the age of the oldest login that is recent, in seconds. */
	private static function longest(): int {
		/**
		 * Filters for how many seconds after a login a person may connect a client. A site can shorten the time but not extend it.
		 *
		 * @param int $seconds 900, which is 15 minutes.
		 */
		$seconds = (int) apply_filters( 'countersign_recent_login', self::LONGEST );
		return min( self::LONGEST, max( 1, $seconds ) );
	}

	/** @return array<array-key, mixed>|null */
	private static function session(): ?array {
		$token = wp_get_session_token();
		$user  = get_current_user_id();
		return '' === $token || 0 === $user ? null : \WP_Session_Tokens::get_instance( $user )->get( $token );
	}
}
