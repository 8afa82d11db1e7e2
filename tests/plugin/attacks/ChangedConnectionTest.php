<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: sets the SQL mode or the character set of the connection by functions of `wpdb`, which send no statement that could
 *   be checked, then a statement that means something else there: a protected option instead of a harmless one. Or it
 *   makes a connection of its own by `wpdb`.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/**
 * A statement is read as the connection that sends it will read it.
 *
 * @group mysql
 */
final class ChangedConnectionTest extends AstrayTool {

	/** A backslash that escapes the quote after it, or does not. */
	private const TEXT = 'UPDATE $wpdb->options SET option_value = \'%s\\\\\' WHERE option_name = \"admin_email\" -- \' WHERE option_name = \'fixture_x\'';

	private const OTHER = 'new wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST )';

	/** @return array<string, array{string}> */
	public function ways(): array {
		$quote = '$db->query( "' . sprintf( self::TEXT, '' ) . '" );';
		$wide  = '$db->query( "' . sprintf( self::TEXT, '中' ) . '" );';
		$first = 'set_transient( "fixture_t", wp_generate_uuid4(), 60 ); $db = $wpdb;';
		$plain = '$db->update( $db->prefix . "options", [ "option_value" => "x" ], [ "option_name" => "admin_email" ] );';
		return self::each(
			"$first \$wpdb->set_sql_mode( [ 'NO_BACKSLASH_ESCAPES' ] ); $quote",
			"$first \$wpdb->set_charset( \$wpdb->dbh, 'gbk', 'gbk_chinese_ci' ); $wide",
			"$first \$wpdb->set_charset( \$wpdb->dbh, 'sjis' ); $wide",
			'$db = ' . self::OTHER . "; \$db->set_prefix( \$wpdb->prefix ); $plain",
			"$first \$db = " . self::OTHER . "; \$db->set_sql_mode( [ 'NO_BACKSLASH_ESCAPES' ] ); $quote",
			"$first \$db = " . self::OTHER . "; \$db->set_charset( \$db->dbh, 'gbk', 'gbk_chinese_ci' ); $wide",
			'$db = new class( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST ) extends wpdb {}; $db->set_prefix( $wpdb->prefix ); ' . $plain,
		);
	}

	/** @dataProvider ways */
	public function test_a_protected_option( string $way ): void {
		update_option( 'fixture_x', 'x' );
		self::assertStopped( "$way return 1;" );
		delete_option( 'fixture_x' );
	}
}
