<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

/** What a person is told once, on the page after what they did. */
final class Flash {

	/** @param string $type `success`, `error`, `warning` or `info`. */
	public static function add( string $type, string $message ): void {
		$notices   = get_transient( self::key() );
		$notices   = is_array( $notices ) ? $notices : [];
		$notices[] = [ $type, $message ];
		set_transient( self::key(), $notices, MINUTE_IN_SECONDS );
	}

	/** Shows what there is, and forgets it. */
	public static function show(): void {
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
