<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\Site\Failure;

defined( 'ABSPATH' ) || exit;

/** The posts, media and revisions whose author is the account of an agent. */
final class AgentContent {

	/** The largest number of items that one step gives to another account. */
	public const STEP = 500;

	/** Returns the number of all items of an account, with revisions. */
	public static function count( int $user ): int {
		global $wpdb;
		$count = (int) $wpdb->get_var( $wpdb->prepare( 'SELECT COUNT(*) FROM %i WHERE post_author = %d', $wpdb->posts, $user ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- No function of WordPress counts all types; past any cache.
		Failure::if_refused( 'The content of an account could not be counted.' );
		return $count;
	}

	/**
	 * Returns the number of items of each type, without revisions and drafts that WordPress made by itself.
	 *
	 * @return array<string, int> Name of a post type => number; the most first.
	 */
	public static function counts( int $user ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- No function of WordPress counts all types; past any cache.
			$wpdb->prepare( "SELECT post_type, COUNT(*) AS items FROM %i WHERE post_author = %d AND post_type <> 'revision' AND post_status <> 'auto-draft' GROUP BY post_type ORDER BY items DESC", $wpdb->posts, $user ),
			ARRAY_A
		);
		Failure::if_refused( 'The content of an account could not be counted.' );
		return array_map( intval( ... ), array_column( $rows ?: [], 'items', 'post_type' ) );
	}

	/**
	 * Gives some of the items of an account to another one, as WordPress does when it deletes an account and attributes its content.
	 *
	 * @return int The number of items; less than {@see STEP} if none is left.
	 *
	 * @throws Failure If the database did not store it.
	 */
	public static function give( int $from, int $to ): int {
		global $wpdb;
		$ids = array_map( intval( ... ), $wpdb->get_col( $wpdb->prepare( 'SELECT ID FROM %i WHERE post_author = %d ORDER BY ID LIMIT %d', $wpdb->posts, $from, self::STEP ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- As wp_delete_user().
		Failure::if_refused( 'The content of an account could not be read.' );
		if ( [] !== $ids ) {
			$list = implode( ',', $ids );
			$wpdb->query( $wpdb->prepare( "UPDATE %i SET post_author = %d WHERE post_author = %d AND ID IN ($list)", $wpdb->posts, $to, $from ) ); // phpcs:ignore WordPress.DB -- Numbers; as wp_delete_user().
			Failure::if_refused( 'The content of an account could not be given to another one.' );
			array_map( clean_post_cache( ... ), $ids );
		}
		return count( $ids );
	}
}
