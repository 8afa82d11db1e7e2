<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** Something that this plugin needs did not work. */
final class Failure extends \RuntimeException implements Loggable {

	/**
	 * Throws if the database refused the last statement. To be called after a row was read: without this check, a row that
	 * cannot be read would look like one that does not exist.
	 *
	 * @param string $message One English sentence.
	 *
	 * @throws self If the database refused the last statement.
	 */
	public static function if_refused( string $message ): void {
		global $wpdb;
		if ( '' !== $wpdb->last_error ) {
			throw new self( $message ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
	}
}
