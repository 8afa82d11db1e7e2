<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

defined( 'ABSPATH' ) || exit;

/** Formats times and users for the pages. */
final class Format {

	/**
	 * Returns a date and time in the site's format and time zone.
	 *
	 * @param int $time Unix seconds.
	 */
	public static function moment( int $time ): string {
		return wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time ) ?: '';
	}

	/**
	 * Returns a time relative to now, such as "5 minutes ago", as HTML with the exact time in its title.
	 *
	 * @param int $time Unix seconds.
	 */
	public static function ago( int $time ): string {
		return sprintf(
			'<time datetime="%s" title="%s">%s</time>',
			esc_attr( gmdate( 'c', $time ) ),
			esc_attr( self::moment( $time ) ),
			/* translators: %s: time span, such as "5 minutes". */
			esc_html( sprintf( __( '%s ago', 'countersign' ), human_time_diff( $time ) ) )
		);
	}

	/** Returns a user's name and role, or a text that says that the account was deleted. */
	public static function user( int $id ): string {
		$user = get_userdata( $id );
		if ( ! $user ) {
			/* translators: %d: id of a user. */
			return sprintf( __( 'Account %d (deleted)', 'countersign' ), $id );
		}
		$roles = array_map( static fn( string $role ): string => translate_user_role( wp_roles()->role_names[ $role ] ?? $role ), $user->roles );
		return $roles ? sprintf( '%1$s (%2$s)', $user->display_name, implode( ', ', $roles ) ) : $user->display_name;
	}
}
