<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Seo\AioseoPost;
use Countersign\Tests\Site;
use Countersign\Tests\StoredScripts;
use Countersign\Tests\TestCase;

/** Fields of SEO plugins, with what Yoast SEO, Rank Math and AIOSEO 4 store: `fixtures/countersign-test-seo.php`. */
final class SeoTest extends TestCase {

	/** All fields but the image, as an agent sends them. */
	private const FIELDS = [
		'title'          => 'Bücher & “mehr” %%category%% \\ {"a"}',
		'description'    => "A description, with 'quotes' and a \\ back slash",
		'keyphrase'      => 'old books',
		'canonical'      => 'https://example.org/original?a=1&b=2',
		'noindex'        => true,
		'nofollow'       => true,
		'og_title'       => 'On social networks',
		'og_description' => 'What friends see',
	];

	/** @var array<string, Agent> */
	private static array $agents = [];

	public static function setUpBeforeClass(): void {
		AioseoPost::create_table();
	}

	public static function tearDownAfterClass(): void {
		AioseoPost::drop_table();
		delete_option( 'fixture_seo' );
	}

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @return array<string, array{string, string}> */
	public function plugins(): array {
		return [
			'Yoast SEO' => [ 'yoast', 'Yoast SEO' ],
			'Rank Math' => [ 'rank-math', 'Rank Math' ],
			'AIOSEO'    => [ 'aioseo', 'AIOSEO' ],
		];
	}

	private static function image(): int {
		return (int) get_posts( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_mime_type' => 'image', 'post_parent' => 0, 'orderby' => 'ID', 'order' => 'ASC', 'fields' => 'ids' ] )[0];
	}

	/** @return array<string, mixed> What is stored, as the plugin has it. */
	private static function stored( int $id ): array {
		global $wpdb;
		wp_cache_delete( $id, 'post_meta' );
		$meta = array_map( static fn( array $values ): mixed => maybe_unserialize( $values[0] ), array_filter( get_post_meta( $id ), static fn( string $key ): bool => (bool) preg_match( '/^(?:_yoast|rank_math|_aioseo)/', $key ), ARRAY_FILTER_USE_KEY ) );
		return $meta + ( $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}aioseo_posts WHERE post_id = %d", $id ), ARRAY_A ) ?? [] );
	}

	/**
	 * @dataProvider plugins
	 * @group tools-main
	 */
	public function test_all_fields_are_written_and_read_as_the_plugin_has_them( string $plugin, string $name ): void {
		update_option( 'fixture_seo', $plugin );
		$id    = Site::post();
		$image = self::image();
		$agent = self::as( 'editor' );
		$empty = $agent->do( 'get_seo', [ 'ids' => [ $id ] ] );
		self::assertSame( $name, $empty['plugin'] );
		self::assertSame( [ '', '', '', '', '', '', '' ], array_values( array_intersect_key( $empty['results'][0], array_flip( [ 'title', 'description', 'keyphrase', 'canonical', 'og_title', 'og_description', 'og_image' ] ) ) ) );
		self::assertNull( $empty['results'][0]['noindex'] );
		$since = AuditTrail::size();
		$set   = $agent->do( 'set_seo', [ 'items' => [ [ 'id' => $id, 'og_image' => $image ] + self::FIELDS ] ] )['results'][0];
		self::assertTrue( $set['ok'] );
		$read = $agent->do( 'get_seo', [ 'ids' => [ $id ] ] )['results'][0];
		foreach ( [ 'og_image' => wp_get_attachment_url( $image ) ] + self::FIELDS as $field => $value ) {
			self::assertSame( [ $value, $value ], [ $set[ $field ], $read[ $field ] ], $field );
		}
		self::assertContains( "post:$id", array_column( AuditTrail::since( $since ), 'target' ) );
		$stored = self::stored( $id );
		$expect = match ( $plugin ) {
			'yoast'     => [
				'_yoast_wpseo_title'                 => self::FIELDS['title'],
				'_yoast_wpseo_metadesc'              => self::FIELDS['description'],
				'_yoast_wpseo_focuskw'               => 'old books',
				'_yoast_wpseo_canonical'             => self::FIELDS['canonical'],
				'_yoast_wpseo_meta-robots-noindex'   => '1',
				'_yoast_wpseo_meta-robots-nofollow'  => '1',
				'_yoast_wpseo_opengraph-title'       => self::FIELDS['og_title'],
				'_yoast_wpseo_opengraph-image'       => wp_get_attachment_url( $image ),
				'_yoast_wpseo_opengraph-image-id'    => (string) $image,
			],
			'rank-math' => [
				'rank_math_title'             => self::FIELDS['title'],
				'rank_math_description'       => self::FIELDS['description'],
				'rank_math_focus_keyword'     => 'old books',
				'rank_math_canonical_url'     => self::FIELDS['canonical'],
				'rank_math_robots'            => [ 'noindex', 'nofollow' ],
				'rank_math_facebook_title'    => self::FIELDS['og_title'],
				'rank_math_facebook_image'    => wp_get_attachment_url( $image ),
				'rank_math_facebook_image_id' => (string) $image,
			],
			'aioseo'    => [
				'title'               => self::FIELDS['title'],
				'description'         => self::FIELDS['description'],
				'keyphrases'          => '{"focus":{"keyphrase":"old books"},"additional":[]}',
				'canonical_url'       => self::FIELDS['canonical'],
				'robots_default'      => '0',
				'robots_noindex'      => '1',
				'robots_nofollow'     => '1',
				'og_title'            => self::FIELDS['og_title'],
				'og_image_type'       => 'custom_image',
				'og_image_custom_url' => wp_get_attachment_url( $image ),
				'_aioseo_title'       => self::FIELDS['title'],
			],
		};
		foreach ( $expect as $key => $value ) {
			self::assertEquals( $value, $stored[ $key ] ?? null, $key );
		}
	}

	/** @dataProvider plugins */
	public function test_fields_that_are_left_out_stay_and_empty_ones_go( string $plugin ): void {
		update_option( 'fixture_seo', $plugin );
		$id    = Site::post();
		$agent = self::as( 'editor' );
		$agent->do( 'set_seo', [ 'items' => [ [ 'id' => $id, 'og_image' => self::image() ] + self::FIELDS ] ] );
		$agent->do( 'set_seo', [ 'items' => [ [ 'id' => $id, 'title' => '', 'noindex' => false, 'og_image' => 0, 'canonical' => '' ] ] ] );
		$read = $agent->do( 'get_seo', [ 'ids' => [ $id ] ] )['results'][0];
		self::assertSame( [ '', '', '', false, true, 'old books', self::FIELDS['description'] ], [ $read['title'], $read['canonical'], $read['og_image'], $read['noindex'], $read['nofollow'], $read['keyphrase'], $read['description'] ] );
	}

	/**
	 * @dataProvider plugins
	 * @group tools-main
	 */
	public function test_a_visible_item_needs_a_confirmation( string $plugin ): void {
		update_option( 'fixture_seo', $plugin );
		$seen  = Site::post( [ 'post_status' => 'publish', 'post_name' => uniqid( 'seen-' ) ] );
		$draft = Site::post();
		$agent = self::as( 'editor' );
		$items = [ 'items' => [ [ 'id' => $seen, 'title' => 'New', 'noindex' => true, 'canonical' => 'https://example.org/' ], [ 'id' => $draft, 'title' => 'Draft' ] ] ];
		self::assertRefused( 'confirmation_missing', $agent, 'set_seo', $items );
		$review = $agent->do( 'request_review', [ 'tool' => 'set_seo', 'arguments' => $items ] );
		self::assertSame( [ [ 'Search engines no longer show the item.', 'Search engines show another address instead of the item.' ], [] ], array_column( $review['targets'], 'warnings' ) );
		$done = $agent->do( 'set_seo', $items + [ 'confirmation_token' => $review['confirmation_token'] ] )['results'];
		self::assertSame( [ true, true ], array_column( $done, 'ok' ) );
		self::assertSame( [ 'New', 'Draft' ], array_column( $agent->do( 'get_seo', [ 'ids' => [ $seen, $draft ] ] )['results'], 'title' ) );
	}

	/** @dataProvider plugins */
	public function test_fields_that_the_connection_may_not_write_are_refused( string $plugin ): void {
		update_option( 'fixture_seo', $plugin );
		$agent = Site::connect( 'editor', 'full_access' );
		$key   = [ 'yoast' => 'meta:_yoast_wpseo_title', 'rank-math' => 'meta:rank_math_title', 'aioseo' => 'meta:_aioseo_title' ][ $plugin ];
		Plugin::composition()->manager()->set_denied_fields( $agent->connection(), Access::fields( [ $key ] ) );
		$id = Site::post();
		self::assertSame( 'field_denied', $agent->call( 'set_seo', [ 'items' => [ [ 'id' => $id, 'title' => 'x' ] ] ] )->reason() );
		foreach ( [ 'first', 'second' ] as $text ) {
			$done = $agent->do( 'set_seo', [ 'items' => [ [ 'id' => $id, 'description' => $text ] ] ] )['results'][0];
			self::assertSame( $text, $done['description'] ?? $done['reason'] );
		}
	}

	/** @dataProvider plugins */
	public function test_scripts_do_not_stay_in_any_field( string $plugin ): void {
		update_option( 'fixture_seo', $plugin );
		$texts = array_values( array_filter( StoredScripts::texts(), static fn( string $text ): bool => strlen( $text ) <= 200 ) );
		$items = [];
		foreach ( array_slice( $texts, 0, 50 ) as $text ) {
			$items[] = [ 'id' => Site::post() ] + array_fill_keys( [ 'title', 'description', 'keyphrase', 'og_title', 'og_description' ], $text );
		}
		$done = self::as( 'editor' )->do( 'set_seo', [ 'items' => $items ] )['results'];
		self::assertSame( [ true ], array_unique( array_column( $done, 'ok' ) ) );
		foreach ( $done as $n => $item ) {
			self::assertSame( [], StoredScripts::found( "<title>{$item['title']}</title><p>{$item['description']}</p><p title=\"" . esc_attr( $item['og_title'] ) . '">' ), $texts[ $n ] );
		}
	}

	public function test_items_that_are_refused_do_not_stop_the_others(): void {
		update_option( 'fixture_seo', 'yoast' );
		$good   = Site::post( [], 'author' );
		$other  = Site::post( [ 'post_status' => 'publish' ], 'editor' );
		$trash  = Site::post( [ 'post_status' => 'trash' ], 'author' );
		$locked = Site::post( [], 'author' );
		update_post_meta( $locked, '_edit_lock', time() . ':' . Site::user( 'editor' ) );
		$agent = self::as( 'author' );
		$done  = $agent->do(
			'set_seo',
			[
				'items' => [
					[ 'id' => 999999999, 'title' => 'x' ],
					[ 'id' => $trash, 'title' => 'x' ],
					[ 'id' => $locked, 'title' => 'x' ],
					[ 'id' => $good, 'title' => 'good' ],
				],
			]
		)['results'];
		self::assertSame( [ 'target_not_found', 'target_state', 'target_locked', null ], array_map( static fn( array $item ): ?string => $item['reason'] ?? null, $done ) );
		$read = $agent->do( 'get_seo', [ 'ids' => [ $other, $good, 999999999 ] ] )['results'];
		self::assertSame( [ 'capability_denied', null, 'target_not_found' ], array_map( static fn( array $item ): ?string => $item['reason'] ?? null, $read ) );
		self::assertSame( 'good', $read[1]['title'] );
		foreach ( [ [ 'canonical' => 'javascript:alert(1)' ], [ 'canonical' => 'example.org' ], [ 'og_image' => 999999999 ], [ 'og_image' => $good ] ] as $wrong ) {
			$answer = $agent->do( 'set_seo', [ 'items' => [ [ 'id' => $good ] + $wrong ] ] )['results'][0];
			self::assertSame( 'arguments_invalid', $answer['reason'] );
		}
		self::assertRefused( 'arguments_invalid', $agent, 'set_seo', [ 'items' => [ [ 'id' => $good, 'title' => 'a' ], [ 'id' => $good, 'title' => 'b' ] ] ] );
		self::assertRefused( 'arguments_invalid', $agent, 'set_seo', [ 'items' => [ [ 'id' => $good ] ] ] );
		self::assertRefused( 'arguments_invalid', $agent, 'get_seo', [ 'ids' => range( 1, 51 ) ] );
	}

	public function test_without_a_plugin_the_answer_says_what_to_do(): void {
		delete_option( 'fixture_seo' );
		$agent = self::as( 'editor' );
		self::assertSame( [ 'get_seo', 'set_seo' ], array_values( array_intersect( $agent->tools(), [ 'get_seo', 'set_seo' ] ) ) );
		$id = Site::post();
		self::assertStringContainsString( 'Yoast SEO, Rank Math or AIOSEO', self::assertRefused( 'seo_plugin_missing', $agent, 'get_seo', [ 'ids' => [ $id ] ] )->body );
		self::assertRefused( 'seo_plugin_missing', $agent, 'set_seo', [ 'items' => [ [ 'id' => $id, 'title' => 'x' ] ] ] );
	}

	public function test_a_connection_without_the_group_has_no_tool(): void {
		$agent = self::as( 'editor', 'media_manager' );
		self::assertSame( [], array_intersect( [ 'get_seo', 'set_seo' ], $agent->tools() ) );
		self::assertRefused( 'tool_unknown', $agent, 'get_seo', [ 'ids' => [ 1 ] ] );
	}

	public function test_an_agent_that_reads_stores_nothing(): void {
		update_option( 'fixture_seo', 'aioseo' );
		self::assertTrue( self::as( 'editor' )->do( 'get_seo', [ 'ids' => [ Site::post() ] ] )['results'][0]['ok'] );
		$definition = array_column( self::as( 'editor' )->send( 'tools/list' )->json()['result']['tools'], null, 'name' )['get_seo'];
		self::assertTrue( $definition['annotations']['readOnlyHint'] );
	}

	public function test_rows_of_aioseo_are_as_visible_as_their_post(): void {
		update_option( 'fixture_seo', 'aioseo' );
		global $wpdb;
		$agent = Site::connect( 'editor', 'seo_specialist' );
		$seen  = Site::post( [ 'post_status' => 'publish' ] );
		$draft = Site::post();
		foreach ( [ $draft, $seen ] as $id ) {
			$post        = AioseoPost::getPost( $id );
			$post->title = 'before';
			$post->save();
		}
		$php = static fn( string $sql ): array => [ 'code' => 'global $wpdb; $wpdb->query( ' . var_export( str_replace( '{table}', $wpdb->prefix . 'aioseo_posts', $sql ), true ) . ' ); return "done";' ];
		foreach (
			[
				"UPDATE {table} SET title = 'after' WHERE post_id = $seen",
				"UPDATE {table} SET post_id = $seen WHERE post_id = $draft",
				"UPDATE {table} SET id = 999999, title = 'after' WHERE post_id = $draft",
				"INSERT INTO {table} SET id = NULL, post_id = $seen, title = 'after', created = NOW(), updated = NOW()",
				"UPDATE {table} SET title = 'after' WHERE 1 = 1",
				"INSERT INTO {table} SET post_id = $seen, title = 'after', created = NOW(), updated = NOW()",
				"INSERT INTO {table} (post_id, title, created, updated) VALUES ($seen, 'after', '2026-01-01', '2026-01-01')",
				"DELETE FROM {table} WHERE post_id = $seen",
				"REPLACE INTO {table} SET post_id = $seen, title = 'after'",
			] as $sql
		) {
			self::assertSame( 'confirmation_missing', $agent->call( 'fixture_php_seo', $php( $sql ) )->reason(), $sql );
		}
		self::assertSame( 'before', $wpdb->get_var( "SELECT title FROM {$wpdb->prefix}aioseo_posts WHERE post_id = $seen" ) );
		self::assertNull( $agent->call( 'fixture_php_seo', $php( "UPDATE {table} SET title = 'after' WHERE post_id = $draft" ) )->reason() );
		self::assertSame( 'after', $wpdb->get_var( "SELECT title FROM {$wpdb->prefix}aioseo_posts WHERE post_id = $draft" ) );
		self::assertNull( $agent->call( 'fixture_php_seo', $php( "UPDATE {table} SET seo_score = 5 WHERE post_id = $seen" ) )->reason(), 'visitors do not see the score' );
	}
}
