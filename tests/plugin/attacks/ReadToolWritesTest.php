<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of a tool in the group `read`, which every connection has.
 * Does: writes all the same: posts, terms, comments, options, also after its end, and in a prompt or resource.
 * Gets: `write_refused`. What WordPress only caches is not stored, and the tool goes on.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** What reads does not write. */
final class ReadToolWritesTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function writes(): array {
		return self::each(
			'wp_insert_post( [ "post_title" => "x" ] )',
			'wp_update_post( [ "ID" => get_posts( [ "numberposts" => 1, "post_status" => "any" ] )[0]->ID, "post_title" => "x" ] )',
			'wp_trash_post( get_posts( [ "numberposts" => 1, "post_status" => "any" ] )[0]->ID )',
			'wp_delete_post( get_posts( [ "numberposts" => 1, "post_status" => "any" ] )[0]->ID, true )',
			'add_post_meta( 1, "x", "y" )',
			'wp_insert_term( "x", "category" )',
			'wp_insert_comment( [ "comment_post_ID" => 1, "comment_content" => "x" ] )',
			'update_option( "blogname", "x" )',
			'update_option( "fixture_read", uniqid() )',
			'_set_cron_array( [ 1 => [] ] )',
			'wp_schedule_single_event( time() + 900, "fixture_read" )',
			'$wpdb->query( "UPDATE $wpdb->posts SET post_status = \'publish\'" )',
			'set_theme_mod( "x", 1 )'
		);
	}

	/** @dataProvider writes */
	public function test_the_write_is_refused( string $write ): void {
		self::assertStopped( "return $write;", 'write_refused', 'fixture_php_read' );
	}

	public function test_caches_are_not_stored_and_end_nothing(): void {
		self::assertWithoutEffect( [ false, false, 'fresh' ], 'return [ set_transient( "fixture_read", 1, 60 ), update_option( "fixture_genre_children", [] ), get_transient( "fixture_read" ) ?: "fresh" ];', 'fixture_php_read' );
	}

	public function test_nothing_is_written_after_the_end_either(): void {
		self::assertWithoutEffect( 1, 'add_action( "shutdown", fn() => wp_insert_post( [ "post_title" => "late" ] ) ); register_shutdown_function( fn() => update_option( "blogname", "late" ) ); return 1;', 'fixture_php_read' );
	}

	public function test_a_connection_that_only_reads_can_call_nothing_else(): void {
		self::assertSame( 'tool_unknown', self::run_code( 'return 1;', 'fixture_php', Site::connect( 'admin', 'read_only' ) )->reason() );
	}
}
