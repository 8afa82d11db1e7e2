<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** What the attacks on posts have in common: posts as the database has them, and what an attack must leave behind. */
abstract class PostAttack extends TestCase {

	/** Markup that an administrator may write, and that WordPress strips from what an agent saves. */
	protected const MARKUP = "<!-- wp:html {\"a\":\"b\"} -->\n<iframe src=\"https://maps.example/?a=1&b=2\"></iframe>\n<form action=\"/go\"><input name=\"q\"></form>\n<script>if (1 < 2 && 3) { x = 'a\\\\b'; }</script>\n<style>p > a { color: red }</style>\n<p data-x=\"1\" onclick=\"y()\">T &amp; J 🦔</p>\n<!-- /wp:html -->";

	private const OPTIONS = [ 'fixture_race', 'fixture_relates_to', 'fixture_saves_again', 'fixture_revisions', 'fixture_writes_before' ];

	protected function tearDown(): void {
		array_map( delete_option( ... ), self::OPTIONS );
		parent::tearDown();
	}

	/** Creates a post with these bytes in the database. @param array<string, mixed> $fields */
	protected static function plant( array $fields ): int {
		global $wpdb;
		$id = Site::post( array_intersect_key( $fields, array_flip( [ 'post_status', 'post_type', 'post_date' ] ) ), 'admin' );
		foreach ( wp_get_post_revisions( $id, [ 'check_enabled' => false ] ) as $revision ) {
			wp_delete_post_revision( $revision->ID );
		}
		$wpdb->update( $wpdb->posts, $fields, [ 'ID' => $id ] );
		clean_post_cache( $id );
		return $id;
	}

	/** Writes to a post as another process does. @param array<string, mixed> $fields */
	protected static function overwrite( int $id, array $fields ): void {
		global $wpdb;
		$wpdb->update( $wpdb->posts, $fields, [ 'ID' => $id ] );
		clean_post_cache( $id );
	}

	/** Puts ids into code. @param array<string, int> $ids Name of a variable => id. */
	protected static function filled( string $code, array $ids ): string {
		return strtr( $code, array_map( strval( ... ), $ids ) );
	}

	/** Returns a data provider of code, each with itself as its name. @return array<string, array{string}> */
	protected static function each( string ...$ways ): array {
		return array_combine( $ways, array_map( static fn( string $way ): array => [ $way ], $ways ) );
	}

	/** Returns the columns of a post as they are stored, without the time of modification. @return array<string, string> */
	protected static function row( int $id ): array {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $wpdb->posts WHERE ID = %d", $id ), ARRAY_A );
		return array_diff_key( $row, [ 'post_modified' => 1, 'post_modified_gmt' => 1 ] );
	}

	/** Asserts that only these columns differ. @param list<string> $columns @param array<string, string> $before */
	protected static function assertOnlyChanged( array $columns, array $before, int $id ): void {
		$changed = array_keys( array_diff_assoc( self::row( $id ), $before ) );
		sort( $changed );
		sort( $columns );
		self::assertSame( $columns, $changed );
	}

	/** Asserts that code which names no post is refused in the calls of agents that may not publish, and in calls without a confirmation. */
	protected static function assertCodeDenied( string $code ): void {
		self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), 'fixture_php', [ 'code' => "try { $code } catch ( \\Throwable ) {} return 1;" ] );
		self::assertDenied( 'confirmation_missing', Site::connect( 'admin', 'full_access' ), 'fixture_php', [ 'code' => "$code return 1;" ] );
		self::assertDenied( 'confirmation_missing', Site::connect( 'admin', 'seo_specialist' ), 'fixture_php_seo', [ 'code' => "$code return 1;" ] );
	}

	/** Asserts that code which names no post returns true in the call of an agent. */
	protected static function assertCodePasses( string $code, string $preset = 'draft_only', string $tool = 'fixture_php' ): void {
		$answer = Site::connect( 'admin', $preset )->call( $tool, [ 'code' => $code ] );
		self::assertNull( $answer->reason(), "$code $answer->body" );
		self::assertTrue( $answer->content()['returned'], "$code $answer->body" );
		wp_cache_flush();
	}

	/** Asserts that a call is refused with a reason and an entry, and that the site is unchanged. @param array<string, mixed> $arguments */
	protected static function assertDenied( string $reason, Agent $agent, string $tool, array $arguments ): Answer {
		[ $from, $before ] = [ AuditTrail::size(), Fingerprint::of_site() ];
		$answer            = $agent->call( $tool, $arguments );
		// A client does not learn that a tool outside its groups exists.
		self::assertSame( 'tool_outside_groups' === $reason ? 'tool_unknown' : $reason, $answer->reason(), $answer->body );
		self::assertSame( [], $before->difference( Fingerprint::of_site() ) );
		$entries = AuditTrail::since( $from );
		$last    = end( $entries );
		self::assertSame( [ $reason, 'denied', $tool ], [ $last['reason'] ?? null, $last['outcome'] ?? null, $last['action'] ?? null ] );
		return $answer;
	}
}
