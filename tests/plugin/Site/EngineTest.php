<?php

declare(strict_types=1);

namespace Countersign\Tests\Site;

use Countersign\Plugin\Site\Schema;
use Countersign\Tests\TestCase;

/** Properties of the tables in MariaDB. */
final class EngineTest extends TestCase {

	public function test_all_tables_are_transactional(): void {
		global $wpdb;
		$engines = $wpdb->get_results( "SELECT TABLE_NAME AS name, ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE '%countersign%'", ARRAY_A );
		self::assertCount( 10, $engines );
		foreach ( $engines as $table ) {
			self::assertSame( 'InnoDB', $table['engine'], $table['name'] );
		}
	}

	public function test_hashed_columns_have_no_character_set(): void {
		global $wpdb;
		$types = $wpdb->get_results( 'SHOW FULL COLUMNS FROM ' . Schema::table( 'audit_entry' ), ARRAY_A );
		$types = array_column( $types, null, 'Field' );
		self::assertSame( 'mediumblob', $types['body']['Type'] );
		self::assertSame( 'binary(32)', $types['leaf']['Type'] );
		self::assertNull( $types['body']['Collation'] );
	}

	public function test_lists_use_indexes(): void {
		global $wpdb;
		$entry = Schema::table( 'audit_entry' );
		foreach ( [ "WHERE connection = 1 ORDER BY seq DESC", "WHERE correlation = 'x'", "WHERE outcome = 'denied' ORDER BY seq DESC", "WHERE seq < 10 ORDER BY seq DESC" ] as $how ) {
			$plan = $wpdb->get_row( "EXPLAIN SELECT * FROM $entry $how LIMIT 20", ARRAY_A );
			self::assertNotNull( $plan['key'], $how );
		}
	}
}
