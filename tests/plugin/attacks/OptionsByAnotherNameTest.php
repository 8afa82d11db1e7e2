<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: names the table of options in another way.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** The table is recognised however it is written. */
final class OptionsByAnotherNameTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"UPDATE {$wpdb->options} AS o SET o.option_value = 'x' WHERE o.option_name = 'home'",
			"UPDATE " . strtoupper( $wpdb->options ) . " SET option_value = 'x' WHERE option_name = 'home'",
			"UPDATE`{$wpdb->options}`SET`option_value`='x'WHERE`option_name`='home'",
			"UPDATE " . DB_NAME . ".`{$wpdb->options}` SET option_value = 'x' WHERE option_name = 'home'",
			"UPDATE/**/{$wpdb->options}/**/SET/**/option_value='x'/**/WHERE/**/option_name='home'",
			"UPDATE LOW_PRIORITY IGNORE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'home'",
			"INSERT DELAYED {$wpdb->options} (option_name, option_value) VALUE ('home', 'x')",
			"DELETE o FROM {$wpdb->options} o WHERE o.option_name = 'home'",
			"DELETE QUICK FROM {$wpdb->options} WHERE option_name = 'home'",
			"UPDATE {$wpdb->options} USE INDEX (PRIMARY) SET option_value = 'x' WHERE option_name = 'home'",
			"UPDATE {$wpdb->options} PARTITION (p0) SET option_value = 'x'",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}
