<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

defined( 'ABSPATH' ) || exit;

/** Notices for the current user that are shown once, on the next page of the plugin. */
final class Flash {

	/**
	 * Adds a notice.
	 *
	 * @param string $type    `success`, `error`, `warning` or `info`.
	 * @param string $message Plain text.
	 */
	public static function add( string $type, string $message ): void {
		$notices   = get_transient( self::key() );
		$notices   = is_array( $notices ) ? $notices : [];
		$notices[] = [ $type, $message ];
		set_transient( self::key(), $notices, MINUTE_IN_SECONDS );
	}

	/** Prints the notices and deletes them. */
	public static function show(): void {
		/** @var list<array{string, string}>|false $notices As {@see add()} stored them. */
		$notices = get_transient( self::key() );
		if ( is_array( $notices ) ) {
			delete_transient( self::key() );
			foreach ( $notices as [ $type, $message ] ) {
				wp_admin_notice(
					esc_html( $message ),
					[
						'type'        => $type,
						'dismissible' => true,
					]
				);
			}
		}
	}

	private static function key(): string {
		return 'countersign_flash_' . get_current_user_id();
	}
}
