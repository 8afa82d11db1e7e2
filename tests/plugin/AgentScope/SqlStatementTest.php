<?php

declare(strict_types=1);

namespace Countersign\Tests\AgentScope;

use Countersign\Plugin\AgentScope\SqlStatement;
use Countersign\Tests\TestCase;

/** What the analysis of a statement answers if PHP cannot finish matching a regular expression. */
final class SqlStatementTest extends TestCase {

	protected function tearDown(): void {
		ini_restore( 'pcre.backtrack_limit' );
		parent::tearDown();
	}

	public function test_a_statement_that_cannot_be_matched_is_not_clear(): void {
		// Long enough that the verb is still found, and the search for TRIGGER is given up.
		$statement = SqlStatement::of( 'CREATE DEFINER = a ' . str_repeat( 'x ', 2000 ) . 'TRIGGER t BEFORE INSERT ON a' );
		self::assertFalse( $statement->is_clear() );
		ini_set( 'pcre.backtrack_limit', '10' );
		self::assertSame( 1, preg_match( '/^[\s(]*([a-z]+)/i', 'CREATE' ) );
		self::assertFalse( $statement->is_clear() );
	}

	public function test_if_nothing_can_be_matched_nothing_is_certain(): void {
		$read  = SqlStatement::of( 'SELECT 1' );
		$write = SqlStatement::of( "UPDATE a SET b = 'c' WHERE option_name = 'd'" );
		self::assertTrue( $read->is_read() );
		self::assertSame( [ 'd' ], $write->values_of( 'option_name' ) );
		ini_set( 'pcre.backtrack_limit', '1' );
		self::assertFalse( $read->is_read() );
		self::assertFalse( $write->is_clear() );
		self::assertNull( $write->values_of( 'option_name' ) );
	}
}
