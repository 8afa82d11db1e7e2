<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

/** How moments and people are written on the pages. */
final class Format {

	/** Date and time as the site writes them. */
	public static function moment( int $time ): string {
		return wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time ) ?: '';
	}

	/** "5 minutes ago", with the moment as a title; HTML. */
	public static function ago( int $time ): string {
		return sprintf(
			'<time datetime="%s" title="%s">%s</time>',
			esc_attr( gmdate( 'c', $time ) ),
			esc_attr( self::moment( $time ) ),
			/* translators: %s: a span of time. */
			esc_html( sprintf( __( '%s ago', 'countersign' ), human_time_diff( $time ) ) )
		);
	}

	/** A user's name and role; one that is gone is called so. */
	public static function user( int $id ): string {
		$user = get_userdata( $id );
		if ( ! $user ) {
			/* translators: %d: number of a user. */
			return sprintf( __( 'Account %d (deleted)', 'countersign' ), $id );
		}
		$roles = array_map( static fn( string $role ): string => translate_user_role( wp_roles()->role_names[ $role ] ?? $role ), $user->roles );
		return $roles ? sprintf( '%1$s (%2$s)', $user->display_name, implode( ', ', $roles ) ) : $user->display_name;
	}
}
