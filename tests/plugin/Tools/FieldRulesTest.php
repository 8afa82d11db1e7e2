<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Shop;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Fields that an administrator excludes: a shop's agent changes descriptions, and no price by any tool. */
final class FieldRulesTest extends TestCase {

	private static ?Agent $clerk = null;

	private static function clerk(): Agent {
		return self::$clerk ??= Shop::restrict( Site::connect( 'editor', 'full_access' ) );
	}

	/** @group tools-main */
	public function test_the_description_of_a_product_is_changed_and_its_price_is_not(): void {
		$agent   = self::clerk();
		$product = Shop::product();
		$prices  = Shop::prices( $product );
		$read    = $agent->do( 'get_post', [ 'id' => $product ] );
		$agent->do( 'update_content', [ 'id' => $product, 'title' => 'Lamp, large', 'content' => '<p>It\'s a "good" lamp \\ here: 100%.</p>', 'slug' => 'lamp-large', 'fingerprint' => $read['fingerprint'] ] );
		wp_cache_flush();
		self::assertSame( 'Lamp, large', get_post_field( 'post_title', $product ) );
		$from   = AuditTrail::size();
		$answer = self::assertRefused( 'field_denied', $agent, 'set_post_meta', [ 'id' => $product, 'meta' => [ '_price' => '1' ] ] );
		self::assertStringContainsString( 'meta:_*price', $answer->body );
		self::assertStringContainsString( '"reason":"field_denied"', AuditTrail::since( $from )[0]['body'] );
		self::assertSame( $prices, Shop::prices( $product ) );
		$agent->do( 'set_post_meta', [ 'id' => $product, 'meta' => [ '_sku' => 'L-2' ] ] );
		wp_cache_flush();
		self::assertSame( 'L-2', get_post_meta( $product, '_sku', true ) );
		self::assertSame( [ 'meta:_*price', 'meta:_stock*', 'terms:product_cat' ], $agent->do( 'whoami' )['denied_fields'] );
	}

	/** @group tools-main */
	public function test_a_product_is_reviewed_published_and_trashed_without_its_price(): void {
		$agent   = self::clerk();
		$product = Shop::product();
		$prices  = Shop::prices( $product );
		foreach ( [ 'publish_post', 'trash_post', 'restore_post' ] as $tool ) {
			$agent->do( $tool, [ 'id' => $product, 'confirmation_token' => $agent->review( $tool, [ 'id' => $product ] ) ] );
		}
		self::assertSame( $prices, Shop::prices( $product ) );
		$made = $agent->do( 'create_draft', [ 'title' => 'Shade', 'type' => 'product', 'content' => '<p>New.</p>' ] );
		self::assertSame( 'Shade', get_post_field( 'post_title', $made['id'] ) );
		self::assertSame( 'draft', $agent->do( 'create_draft', [ 'title' => 'A note', 'content' => '<p>New.</p>' ] )['status'] );
	}

	/**
	 * What code of another plugin does in a call; it is in the variable $id.
	 *
	 * @return array<string, array{string}>
	 */
	public function ways(): array {
		$meta   = '{$wpdb->postmeta}';
		$lookup = '{$wpdb->prefix}wc_product_meta_lookup';
		return array_map(
			static fn( string $code ): array => [ $code ],
			[
				'the function for metadata'       => 'update_post_meta( $id, "_price", "1" );',
				'another spelling'                => 'update_post_meta( $id, "_PRICE", "1" );',
				'an accent'                       => 'update_post_meta( $id, "_pri\u{107}e", "1" );',
				'a new key'                       => 'add_post_meta( $id, "_sale_price", "1" );',
				'a removal'                       => 'delete_post_meta( $id, "_price" );',
				'what a save brings along'        => 'wp_update_post( [ "ID" => $id, "post_title" => "T", "meta_input" => [ "_price" => "1" ] ] );',
				'a data store'                    => 'Countersign\Tests\Fixtures\store_price( $id, "1" );',
				'wpdb'                            => '$wpdb->update( $wpdb->postmeta, [ "meta_value" => "1" ], [ "post_id" => $id, "meta_key" => "_price" ] );',
				'an UPDATE'                       => '$wpdb->query( "UPDATE ' . $meta . ' SET meta_value = \'1\' WHERE post_id = $id AND meta_key = \'_price\'" );',
				'an UPDATE of every key'          => '$wpdb->query( "UPDATE ' . $meta . ' SET meta_value = \'1\' WHERE post_id = $id" );',
				'an UPDATE that computes'         => '$wpdb->query( "UPDATE ' . $meta . ' SET meta_value = meta_value + 1 WHERE post_id = $id AND meta_key = \'_sku\'" );',
				'an UPDATE of the key'            => '$wpdb->query( "UPDATE ' . $meta . ' SET meta_key = \'_sale_price\' WHERE post_id = $id AND meta_key = \'_sku\'" );',
				'an UPDATE by a join'             => '$wpdb->query( "UPDATE ' . $meta . ' m JOIN {$wpdb->posts} p ON p.ID = m.post_id SET m.meta_value = \'1\' WHERE p.ID = $id" );',
				'an INSERT with a SELECT'         => '$wpdb->query( "INSERT INTO ' . $meta . ' (post_id, meta_key, meta_value) SELECT $id, CONCAT(\'_sale_\', \'price\'), \'1\'" );',
				'a REPLACE'                       => '$wpdb->query( "REPLACE INTO ' . $meta . ' (post_id, meta_key, meta_value) VALUES ($id, \'_sale_price\', \'1\')" );',
				'an INSERT of several rows'       => '$wpdb->query( "INSERT INTO ' . $meta . ' (post_id, meta_key, meta_value) VALUES ($id, \'a\', \'1\'), ($id, \'_s\\\\ale_price\', \'1\')" );',
				'a DELETE'                        => '$wpdb->query( "DELETE FROM ' . $meta . ' WHERE post_id = $id" );',
				'the table of products'           => '$wpdb->query( "UPDATE ' . $lookup . ' SET min_price = 1 WHERE product_id = $id" );',
				'a REPLACE of products'           => '$wpdb->replace( $wpdb->prefix . "wc_product_meta_lookup", [ "product_id" => $id, "max_price" => "1" ] );',
				'a product without its columns'   => '$wpdb->query( "REPLACE INTO ' . $lookup . ' VALUES ($id, \'L\', 1, 1, 1)" );',
				'a DELETE of products'            => '$wpdb->query( "DELETE FROM ' . $lookup . ' WHERE product_id = $id" );',
				'a term'                          => 'wp_set_object_terms( $id, [ (int) get_option( "fixture_cat" ) ], "product_cat" );',
				'a caught refusal'                => 'try { update_post_meta( $id, "_price", "1" ); } catch ( \Throwable ) {}',
				'the end of the product'          => 'wp_delete_post( $id, true );',
			]
		);
	}

	/**
	 * @dataProvider ways
	 * @group tools-main
	 */
	public function test_no_code_in_a_call_writes_the_price( string $code ): void {
		$product = Shop::product();
		if ( ! get_option( 'fixture_cat' ) ) {
			update_option( 'fixture_cat', (int) wp_insert_term( 'Lamps', 'product_cat' )['term_id'] );
		}
		$before = [ Shop::prices( $product ), get_post_field( 'post_title', $product ), wp_get_object_terms( $product, 'product_cat', [ 'fields' => 'ids' ] ) ];
		$from   = AuditTrail::size();
		$answer = self::clerk()->call( 'fixture_php', [ 'code' => "global \$wpdb; \$id = $product; $code" ] );
		self::assertSame( 'field_denied', $answer->reason(), $answer->body );
		clean_post_cache( $product );
		wp_cache_flush();
		self::assertSame( $before[0], Shop::prices( $product ) );
		self::assertSame( $before[2], wp_get_object_terms( $product, 'product_cat', [ 'fields' => 'ids' ] ) );
		self::assertRecorded( [ 'intent fixture_php', 'outcome fixture_php denied field_denied' ], $from );
	}

	/** @return array<string, array{list<string>, string, bool}> Rules, code, and whether it is permitted. */
	public function columns(): array {
		$save = static fn( string $fields ): string => "wp_update_post( wp_slash( [ 'ID' => \$id, $fields ] ) );";
		return [
			'a title that stays'         => [ [ 'title' ], $save( "'post_content' => 'Other'" ), true ],
			'a title'                    => [ [ 'title' ], $save( "'post_title' => 'Other'" ), false ],
			'a content'                  => [ [ 'content' ], $save( "'post_content' => 'Other'" ), false ],
			'an excerpt'                 => [ [ 'excerpt' ], $save( "'post_excerpt' => 'Other'" ), false ],
			'a slug'                     => [ [ 'slug' ], $save( "'post_name' => 'other'" ), false ],
			'a slug that WordPress makes' => [ [ 'slug' ], $save( "'post_status' => 'private'" ), true ],
			'a date'                     => [ [ 'date' ], $save( "'post_date' => '2020-01-01 00:00:00', 'post_date_gmt' => '2020-01-01 00:00:00', 'edit_date' => true" ), false ],
			'a date that WordPress makes' => [ [ 'date' ], $save( "'post_status' => 'private'" ), true ],
			'an author'                  => [ [ 'author' ], $save( "'post_author' => 1" ), false ],
			'a status'                   => [ [ 'status' ], $save( "'post_status' => 'pending'" ), false ],
			'a parent'                   => [ [ 'parent' ], $save( "'post_parent' => 1" ), false ],
			'a type'                     => [ [ 'slug' ], "set_post_type( \$id, 'page' );", false ],
			'a featured image'           => [ [ 'featured_media' ], "update_post_meta( \$id, '_thumbnail_id', 1 );", false ],
			'a template'                 => [ [ 'template' ], "update_post_meta( \$id, '_wp_page_template', 'wide' );", false ],
			'a title by SQL'             => [ [ 'title' ], "\$GLOBALS['wpdb']->query( \"UPDATE {\$GLOBALS['wpdb']->posts} SET post_title = CONCAT( post_title, '!' ) WHERE ID = \$id\" );", false ],
			'a counter by SQL'           => [ [ 'title' ], "\$GLOBALS['wpdb']->query( \"UPDATE {\$GLOBALS['wpdb']->posts} SET comment_count = comment_count + 1 WHERE ID = \$id\" );", true ],
			'a new item with a title'    => [ [ 'title' ], "wp_insert_post( [ 'post_title' => 'New', 'post_content' => 'C' ] );", false ],
			'a new item without one'     => [ [ 'title' ], "wp_insert_post( [ 'post_content' => 'C' ] );", true ],
			'a new item in the default category' => [ [ 'terms', 'slug', 'date', 'status', 'author', 'meta:*' ], "wp_insert_post( [ 'post_title' => 'New', 'post_content' => 'C' ] );", true ],
			'a new item with a status'   => [ [ 'status' ], "wp_insert_post( [ 'post_title' => 'New', 'post_status' => 'private' ] );", false ],
			'a new item of somebody'     => [ [ 'author' ], "wp_insert_post( [ 'post_title' => 'New', 'post_author' => 1 ] );", false ],
			'a revision'                 => [ [ 'title', 'content' ], 'wp_save_post_revision( $id );', true ],
		];
	}

	/** @dataProvider columns @param list<string> $rules */
	public function test_columns_are_compared_with_what_is_stored( array $rules, string $code, bool $is_permitted ): void {
		static $agent = null;
		$agent ??= Site::connect( 'editor', 'full_access' );
		Site::settings( [ 'allow_widening' => true ] + Site::ROOMY );
		Shop::restrict( $agent, $rules );
		$id     = Site::post( [ 'post_title' => "It's \"A\" \\ title", 'post_content' => "Line\nwith \\n and 100%", 'post_name' => '', 'post_status' => 'draft' ] );
		$before = get_post( $id, ARRAY_A );
		$answer = $agent->call( 'fixture_php', [ 'code' => "\$id = $id; $code" ] );
		// The tool has no confirmation, so what becomes visible is refused for another reason.
		self::assertSame( $is_permitted, 'field_denied' !== $answer->reason(), $answer->body );
		if ( ! $is_permitted ) {
			clean_post_cache( $id );
			self::assertSame( $before, get_post( $id, ARRAY_A ) );
		}
	}

	public function test_each_change_of_the_rules_is_recorded_and_only_widening_needs_the_setting(): void {
		Site::settings( Site::ROOMY );
		$agent   = Site::connect( 'editor', 'full_access' );
		$manager = Plugin::composition()->manager();
		$from    = AuditTrail::size();
		wp_set_current_user( Site::user( 'admin' ) );
		self::assertTrue( $manager->set_denied_fields( $agent->connection(), Access::fields( [ 'slug', 'meta:_price' ] ) )->isAllowed() );
		self::assertSame( 'widening_refused', $manager->set_denied_fields( $agent->connection(), [ 'slug' ] )->reason() );
		self::assertTrue( $manager->set_denied_fields( $agent->connection(), Access::fields( [ 'slug', 'meta:_price', 'title' ] ) )->isAllowed() );
		Site::settings( [ 'allow_widening' => true ] + Site::ROOMY );
		self::assertTrue( $manager->set_denied_fields( $agent->connection(), [] )->isAllowed() );
		wp_set_current_user( 0 );
		$bodies = array_column( array_filter( AuditTrail::since( $from ), static fn( array $row ): bool => str_contains( $row['body'], 'connection.fields' ) ), 'body' );
		self::assertCount( 3, $bodies );
		self::assertStringContainsString( '"from":[],"to":["meta:_price","slug"]', $bodies[0] );
		self::assertArrayNotHasKey( 'denied_fields', $agent->do( 'whoami' ) );
		Site::settings( Site::ROOMY );
	}

	public function test_a_rule_holds_from_the_next_request_and_is_told_in_the_list(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		$names = static fn(): array => array_column( $agent->send( 'tools/list' )->json()['result']['tools'], null, 'name' );
		self::assertArrayHasKey( 'slug', $names()['update_content']['inputSchema']['properties'] );
		Shop::restrict( $agent, [ 'slug', 'status' ] );
		$tools = $names();
		self::assertArrayNotHasKey( 'slug', $tools['update_content']['inputSchema']['properties'] );
		self::assertStringContainsString( 'may not write these fields: slug.', $tools['update_content']['description'] );
		self::assertArrayNotHasKey( 'publish_post', $tools );
	}
}
