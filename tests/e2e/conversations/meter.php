<?php
/**
 * Plugin Name: Meter of the conversations
 * Description: A must-use plugin of the tests: writes for each request how many SQL statements WordPress and Countersign sent.
 */

declare(strict_types=1);

defined( 'SAVEQUERIES' ) || define( 'SAVEQUERIES', true );

register_shutdown_function(
	static function (): void {
		global $wpdb;
		if ( ! str_contains( (string) ( $_SERVER['REQUEST_URI'] ?? '' ), '/mcp' ) ) {
			return;
		}
		$by_plugin = 0;
		foreach ( (array) $wpdb->queries as $query ) {
			// The last function of the list sent the statement.
			$callers    = explode( ', ', $query[2] );
			$by_plugin += str_starts_with( (string) end( $callers ), 'Countersign\\' ) ? 1 : 0;
		}
		file_put_contents( dirname( ABSPATH ) . '/meter', json_encode( [ 'all' => $wpdb->num_queries, 'plugin' => $by_plugin ] ) . "\n", FILE_APPEND );
	}
);
