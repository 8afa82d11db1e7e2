<?php

declare(strict_types=1);

namespace Countersign\Tests\AgentScope;

use Countersign\Plugin\AgentScope\OptionWrite;
use Countersign\Plugin\AgentScope\SqlLexer;
use Countersign\Plugin\AgentScope\SqlStatement;
use Countersign\Tests\TestCase;

/** Which statements are understood, and what they change. */
final class SqlStatementTest extends TestCase {

	/** @return array<string, array{string, string, list<string>}> Statement, kind and the tables that it changes. */
	public function statements(): array {
		$all = [
			[ 'SELECT 1', 'read', [] ],
			[ '(SELECT ID FROM p) UNION (SELECT 2)', 'read', [] ],
			[ 'WITH x AS (SELECT 1) SELECT * FROM x FOR UPDATE', 'read', [] ],
			[ 'WITH x AS (SELECT 1) UPDATE p SET a = 1', 'unknown', [] ],
			[ 'WITH x AS (SELECT 1) DELETE FROM p', 'unknown', [] ],
			[ "SELECT 'INTO' FROM p", 'read', [] ],
			[ "SELECT 1 INTO OUTFILE '/tmp/x'", 'unknown', [] ],
			[ 'SELECT 1 INTO @x', 'unknown', [] ],
			[ 'SHOW TABLES', 'read', [] ],
			[ 'EXPLAIN SELECT 1', 'read', [] ],
			[ 'EXPLAIN ANALYZE UPDATE p SET a = 1', 'unknown', [] ],
			[ 'SELECT 1; DROP TABLE p', 'unknown', [] ],
			[ 'SELECT 1;', 'read', [] ],
			[ "INSERT INTO p (a) VALUES ('x;y')", 'write', [ 'p' ] ],
			[ 'INSERT IGNORE p SET a = 1', 'write', [ 'p' ] ],
			[ 'insert into `P` () values ()', 'write', [ 'p' ] ],
			[ 'INSERT INTO other.P SELECT * FROM q', 'write', [ 'other.p' ] ],
			[ 'REPLACE INTO p VALUES (1)', 'write', [ 'p' ] ],
			[ 'UPDATE p SET a = 1 WHERE b IN (SELECT c FROM q)', 'write', [ 'p' ] ],
			[ 'UPDATE p, q SET p.a = 1', 'write', [ 'p', 'q' ] ],
			[ 'UPDATE p AS x INNER JOIN q y ON x.a = y.a LEFT JOIN (SELECT 1) z USING (a) SET x.a = 1', 'write', [ 'p', 'q' ] ],
			[ 'UPDATE (p, q) SET a = 1', 'unknown', [] ],
			[ 'DELETE FROM p WHERE a = 1', 'write', [ 'p' ] ],
			[ 'DELETE a, b FROM p a, q b WHERE a.x = b.x', 'write', [ 'p', 'q' ] ],
			[ 'DELETE FROM a USING p a JOIN q b ON 1', 'write', [ 'p', 'q' ] ],
			[ "UPDATE p SET a = 'it''s \\' q' # q\n, b = 1 -- q", 'write', [ 'p' ] ],
			[ 'UPDATE p /* q */ SET a = 1', 'write', [ 'p' ] ],
			[ 'UPDATE `a``b` SET a = 1', 'write', [ 'a`b' ] ],
			[ 'UPDATE `;` SET a = 1', 'write', [ ';' ] ],
			[ 'START TRANSACTION', 'transaction', [] ],
			[ 'BEGIN', 'transaction', [] ],
			[ 'BEGIN NOT ATOMIC UPDATE p SET a = 1', 'unknown', [] ],
			[ 'SET autocommit = 0', 'transaction', [] ],
			[ 'COMMIT', 'session', [] ],
			[ 'SET SESSION group_concat_max_len = 100000', 'session', [] ],
			[ "SET SESSION sql_mode = 'ANSI_QUOTES'", 'unknown', [] ],
			[ 'SET GLOBAL max_connections = 1', 'unknown', [] ],
			[ 'SET autocommit = 0, GLOBAL read_only = 1', 'unknown', [] ],
			[ 'SET STATEMENT max_statement_time = 5 FOR UPDATE p SET a = 1', 'unknown', [] ],
			[ 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'unknown', [] ],
		];
		foreach ( [ 'CREATE TABLE x (a int)', 'DROP TABLE p', 'ALTER TABLE p ADD a int', 'TRUNCATE p', 'RENAME TABLE p TO q', 'CALL x()', 'PREPARE x FROM y', 'LOAD DATA INFILE 1 INTO TABLE p', 'LOCK TABLES p WRITE', 'GRANT ALL ON *.* TO x', 'HANDLER p OPEN', 'DO SLEEP(1)', 'KILL 1', 'USE mysql', 'x: BEGIN NOT ATOMIC SELECT 1', 'IF 1 THEN DELETE FROM p', 'PRAGMA writable_schema = 1', 'ATTACH x AS y', '', '(', "UPDATE p SET a = 'x", 'UPDATE p SET a = 1 /*', '/*! UPDATE p SET a = 1 */', 'SELECT /*M! 1 */ 2', 'SELECT /*+ SET_VAR(sql_mode=x) */ 1', 'SELECT /* /* */ */ 1' ] as $sql ) {
			$all[] = [ $sql, 'unknown', [] ];
		}
		return array_combine( array_map( static fn( array $case ): string => addcslashes( $case[0], "\0..\37" ), $all ), $all );
	}

	/**
	 * @dataProvider statements
	 *
	 * @param list<string> $written
	 */
	public function test_what_a_statement_changes( string $sql, string $kind, array $written ): void {
		$statement = SqlStatement::of( $sql );
		self::assertSame( $kind, $statement->kind );
		if ( 'write' === $kind ) {
			self::assertSame( $written, $statement->written );
		}
		if ( 'read' !== $kind ) {
			self::assertFalse( SqlStatement::is_plain_read( $sql ), 'a quick look finds the same' );
		}
	}

	public function test_the_sql_mode_decides_what_a_quote_is(): void {
		self::assertSame( [ [ 'text', "'a\\'" ] ], SqlLexer::tokens( "'a\\'", false ) );
		self::assertNull( SqlLexer::tokens( "'a\\'" ) );
		self::assertNull( SqlLexer::tokens( "SELECT 1 \0" ) );
		self::assertNull( SqlLexer::tokens( 'SELECT \N' ) );
		self::assertSame( [ [ 'text', '"a"' ] ], SqlLexer::tokens( '"a"' ) );
		self::assertSame( [ [ 'name', 'a"b' ] ], SqlLexer::tokens( '"a""b"', true, true ) );
		self::assertSame( [ [ 'number', '1.5' ], [ 'word', '2b' ], [ 'sign', '-' ], [ 'sign', '-' ], [ 'number', '1' ] ], SqlLexer::tokens( '1.5 2b --1' ) );
	}

	public function test_a_long_text_with_many_escapes_is_one_token(): void {
		$text = "'" . str_repeat( "\\'x''\\\\", 200000 ) . "'";
		self::assertCount( 4, SqlLexer::tokens( "SELECT $text , 1" ) ?? [] );
	}

	/** @return array<string, array{string, list<array{string, string}>|null}> Statement and the names of options. */
	public function writes_of_options(): array {
		$name = [ [ '=', "'a'" ] ];
		$all  = [
			[ "INSERT INTO `o` (`option_name`, `option_value`, `autoload`) VALUES ('a', 'b', 'on') ON DUPLICATE KEY UPDATE `option_name` = VALUES(`option_name`), `option_value` = VALUES(`option_value`), `autoload` = VALUES(`autoload`)", $name ],
			[ "INSERT IGNORE INTO `o` ( `option_name`, `option_value`, `autoload` ) VALUES ('a', '5', 'off') /* LOCK */", $name ],
			[ "UPDATE `o` SET `option_value` = 'b', `autoload` = 'on' WHERE `option_name` = 'a'", $name ],
			[ "UPDATE o SET autoload = 'on' WHERE option_name IN ('a','b')", [ [ '=', "'a'" ], [ '=', "'b'" ] ] ],
			[ "UPDATE o SET option_value = 'c' WHERE option_name = 'a' AND option_value < 5 LIMIT 1", $name ],
			[ "DELETE FROM `o` WHERE `option_name` = 'a'", $name ],
			[ "DELETE FROM o WHERE option_name LIKE 'a'", [ [ 'LIKE', "'a'" ] ] ],
		];
		foreach (
			[
				"INSERT INTO o VALUES (1, 'a', 'b', 'on')",
				"INSERT INTO o (option_id, option_name, option_value) VALUES (1, 'a', 'b')",
				"INSERT INTO o (option_name, option_value) VALUES ('a', 'b'), ('c', 'd')",
				"INSERT INTO o (option_name, option_value) VALUES (CONCAT('a'), 'b')",
				"INSERT INTO o (option_name, option_value) VALUES ('a' 'c', 'b')",
				"INSERT INTO o (option_name, option_value) VALUES (_latin1'a', 'b')",
				"INSERT INTO o (option_name, option_value) VALUES (0x61, 'b')",
				"INSERT INTO o (option_name, option_value) VALUES ('a', 'b') ON DUPLICATE KEY UPDATE option_name = 'c'",
				"INSERT INTO o (option_name) SELECT 'a'",
				"INSERT INTO o SET option_name = 'a'",
				"REPLACE INTO o (option_name, option_value) VALUES ('a', 'b')",
				"UPDATE o SET option_name = 'c' WHERE option_name = 'a'",
				"UPDATE o SET option_value = CONCAT(option_value, 'x') WHERE option_name = 'a'",
				"UPDATE o SET option_value = 'b' WHERE option_name = 'a' = 0",
				"UPDATE o SET option_value = 'b' WHERE option_name = 'a' OR 1",
				"UPDATE o SET option_value = 'b' WHERE option_name LIKE 'a'",
				"UPDATE o SET option_value = 'b' WHERE NOT option_name = 'a'",
				"UPDATE o SET option_value = 'b' WHERE option_name = 'a' COLLATE utf8mb4_bin",
				"UPDATE o SET option_value = 'b' WHERE option_id = 1",
				"UPDATE o SET option_value = 'b'",
				"UPDATE o SET option_value = 'b' WHERE option_name = ( SELECT 'a' )",
				"UPDATE o SET option_value = 'b' WHERE option_name = 'a' ORDER BY option_id",
				"UPDATE o SET option_value = 'b' WHERE option_name = 'a' AND SLEEP(1)",
				'DELETE FROM o WHERE option_name > 1',
				"DELETE FROM o WHERE option_name LIKE 'a' ESCAPE 'b'",
				'DELETE FROM o',
			] as $sql
		) {
			$all[] = [ $sql, null ];
		}
		return array_combine( array_column( $all, 0 ), $all );
	}

	/** @dataProvider writes_of_options */
	public function test_only_the_forms_of_wordpress_change_options( string $sql, ?array $names ): void {
		self::assertSame( $names, OptionWrite::names( SqlStatement::of( $sql ) ) );
	}
}
