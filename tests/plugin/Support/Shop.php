<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Access;
use Countersign\Plugin\Plugin;

/** Products of the fixture shop, and agents that may not write their prices. */
final class Shop {

	/** What a shop owner excludes. */
	public const RULES = [ 'meta:_*price', 'meta:_stock*', 'terms:product_cat' ];

	/** Returns the id of a draft product with a price. @param array<string, mixed> $fields */
	public static function product( array $fields = [] ): int {
		global $wpdb;
		$table = self::table();
		$wpdb->query( "CREATE TABLE IF NOT EXISTS $table ( product_id bigint NOT NULL, sku varchar(100), min_price decimal(19,4), max_price decimal(19,4), stock_quantity double, PRIMARY KEY (product_id) )" );
		$id = Site::post( [ 'post_type' => 'product', 'post_title' => 'Lamp', 'post_name' => '' ] + $fields );
		foreach ( [ '_price' => '10', '_regular_price' => '10', '_sku' => 'L-1' ] as $key => $value ) {
			update_post_meta( $id, $key, $value );
		}
		$wpdb->replace( $table, [ 'product_id' => $id, 'sku' => 'L-1', 'min_price' => '10', 'max_price' => '10', 'stock_quantity' => 3 ] );
		return $id;
	}

	/** @return array<string, mixed> What the shop sells a product for, as the database has it. */
	public static function prices( int $product ): array {
		global $wpdb;
		return [
			'meta'   => $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key LIKE %s ORDER BY meta_key, meta_value", $product, '%price%' ), ARRAY_N ),
			'lookup' => $wpdb->get_row( $wpdb->prepare( 'SELECT min_price, max_price, stock_quantity FROM %i WHERE product_id = %d', self::table(), $product ), ARRAY_A ),
		];
	}

	/** Excludes fields from what an agent may write, as an administrator does. @param list<string> $rules */
	public static function restrict( Agent $agent, array $rules = self::RULES ): Agent {
		$before = get_current_user_id();
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->set_denied_fields( $agent->connection(), Access::fields( $rules ) );
		wp_set_current_user( $before );
		return $agent;
	}

	public static function table(): string {
		global $wpdb;
		return $wpdb->prefix . 'wc_product_meta_lookup';
	}
}
