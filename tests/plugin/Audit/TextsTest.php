<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\Export;
use Countersign\Plugin\Audit\Told;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The texts of the log: what agents wrote, in words, beside entries that only commit to them. */
final class TextsTest extends TestCase {

	private static ?Agent $agent = null;

	private static function agent(): Agent {
		return self::$agent ??= Site::connect( 'editor', 'full_access' );
	}

	/** @return list<array<string, string>> Rows of the table of texts. */
	private static function texts( int $from ): array {
		global $wpdb;
		return $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM ' . Site::table( 'audit_text' ) . ' WHERE seq >= %d ORDER BY seq, path', $from ), ARRAY_A ); // phpcs:ignore
	}

	/** @return list<int> Positions after `$from` of the entries that a search finds. */
	private static function found( string $search, int $from ): array {
		$rows = Entries::page( [ 'search' => $search ], null, 50 );
		return array_values( array_filter( array_map( static fn( array $row ): int => (int) $row['seq'] - $from, array_reverse( $rows ) ), static fn( int $seq ): bool => $seq >= 0 ) );
	}

	public function test_what_an_agent_wrote_is_told_and_found_in_words(): void {
		$agent = self::agent();
		$from  = AuditTrail::size();
		$title = 'A "quoted" título & 日本 ' . uniqid();
		$agent->do( 'create_draft', [ 'title' => $title, 'content' => '<p>' . str_repeat( 'Long words. ', 500 ) . '</p>' ] );
		$rows = Entries::range( $from, PHP_INT_MAX, 10 );
		self::assertCount( 2, $rows );
		foreach ( $rows as $row ) {
			self::assertStringNotContainsString( 'título', (string) $row['body'], 'the entry holds commitments only' );
			$told = new Told( $row );
			self::assertSame( $title, $told->arguments['title'] );
			self::assertEqualsCanonicalizing( [ 'text', 'length', 'sha256' ], array_keys( $told->arguments['content'] ) );
			self::assertSame( 6007, $told->arguments['content']['length'] );
			self::assertStringStartsWith( '<p>Long words. Long', $told->arguments['content']['text'] );
			self::assertSame( '127.0.0.1', $told->address );
			self::assertStringNotContainsString( '127.0.0.1', (string) $row['body'] );
		}
		self::assertSame( [ 0, 1 ], self::found( $title, $from ) );
		self::assertSame( [ 0, 1 ], self::found( mb_strtolower( 'A "QUOTED"' ), $from ), 'the case does not matter' );
		self::assertSame( [], self::found( 'A "quoted" titulo & 日本 x', $from ) );
		self::assertSame( [ true, 'ok' ], [ AuditTrail::verify()['ok'], AuditTrail::verify()['verdict'] ] );
	}

	public function test_before_and_after_of_each_field_are_told(): void {
		$id   = Site::post( [ 'post_title' => 'Before', 'post_status' => 'draft', 'post_content' => str_repeat( 'Same. ', 100 ) . 'Old end.' ] );
		$edit = self::agent()->edit( $id, [ 'title' => 'After', 'content' => str_repeat( 'Same. ', 100 ) . 'New end.' ] );
		$from = AuditTrail::size();
		self::agent()->do( 'update_content', $edit );
		$rows = Entries::range( $from, PHP_INT_MAX, 10 );
		self::assertSame( [], ( new Told( $rows[0] ) )->fields, 'nothing was changed before the call' );
		$fields = ( new Told( $rows[1] ) )->fields;
		self::assertSame( [ 'from' => 'Before', 'to' => 'After' ], $fields['title'] );
		self::assertStringEndsWith( 'Same. Old end.', $fields['content']['from']['text'] );
		self::assertStringEndsWith( 'Same. New end.', $fields['content']['to']['text'] );
		self::assertSame( 608, $fields['content']['to']['length'] );
		self::assertSame( [ 1 ], self::found( 'Before', $from ) );
		self::assertStringContainsString( 'Before → After', Told::line( $fields['title'] ) );

		$from = AuditTrail::size();
		self::agent()->act( 'publish_post', [ 'id' => $id ] );
		$rows   = Entries::range( $from, PHP_INT_MAX, 10 );
		$fields = ( new Told( end( $rows ) ) )->fields;
		self::assertSame( [ 'from' => 'draft', 'to' => 'publish' ], $fields['status'] );
		self::assertStringContainsString( '"status":{"from":"draft","to":"publish"}', end( $rows )['body'], 'what is no text is in the entry' );
	}

	/**
	 * @dataProvider changes
	 *
	 * @param callable(int): string $change Returns a statement that changes the texts of an entry and of the next one.
	 */
	public function test_a_changed_text_is_found( callable $change, string $verdict ): void {
		global $wpdb;
		$head = \Countersign\Plugin\Audit\Log::head();
		$from = $head->size;
		AuditTrail::append( 2 );
		$texts = self::texts( $from );
		self::assertSame( [ 'actor.ip', 'actor.ip' ], array_column( $texts, 'path' ) );
		self::assertNotSame( $texts[0]['salt'], $texts[1]['salt'] );
		foreach ( (array) $change( $from ) as $sql ) {
			self::assertNotFalse( $wpdb->query( str_replace( '{texts}', Site::table( 'audit_text' ), $sql ) ), $wpdb->last_error ); // phpcs:ignore
		}
		try {
			$found = AuditTrail::verify();
			self::assertSame( [ $verdict, 'ok' === $verdict ? null : $from ], [ $found['verdict'], $found['first_bad'] ] );
			$file = '';
			( new Export( Plugin::composition()->extension()->audit_log() ) )->ndjson( static function ( string $piece ) use ( &$file ): void {
				$file .= $piece;
			} );
			$verifier = new \Countersign\AuditFile( [ Plugin::composition()->log()->verifier_key() ] );
			$verifier->push( $file );
			$report = $verifier->finish();
			self::assertSame( [ $verdict, 'ok' === $verdict ? null : $from ], [ $report->verdict(), $report->firstBad() ] );
		} finally {
			$wpdb->query( $wpdb->prepare( 'DELETE FROM ' . Site::table( 'audit_text' ) . ' WHERE seq >= %d', $from ) ); // phpcs:ignore
		}
	}

	/** @return array<string, array{callable(int): (string|list<string>), string}> */
	public static function changes(): array {
		return [
			'a changed text'             => [ static fn( int $seq ): string => "UPDATE {texts} SET value = '\"192.0.2.8\"' WHERE seq = $seq", 'text_modified' ],
			'a changed salt'             => [ static fn( int $seq ): string => "UPDATE {texts} SET salt = '0123456789abcdef' WHERE seq = $seq", 'text_modified' ],
			'a text without its salt'    => [ static fn( int $seq ): string => "UPDATE {texts} SET salt = '' WHERE seq = $seq", 'text_modified' ],
			'another path'               => [ static fn( int $seq ): string => "UPDATE {texts} SET path = 'change.title' WHERE seq = $seq", 'text_modified' ],
			'texts of two entries'       => [ static fn( int $seq ): array => [ "UPDATE {texts} SET seq = 4000000000 WHERE seq = $seq", "UPDATE {texts} SET seq = $seq WHERE seq = $seq + 1", "UPDATE {texts} SET seq = $seq + 1 WHERE seq = 4000000000" ], 'text_modified' ],
			'a text that the entry lacks' => [ static fn( int $seq ): string => "INSERT INTO {texts} (seq, path, salt, value) VALUES ($seq, 'change.x', '0123456789abcdef', '1')", 'text_modified' ],
			'an erased text'             => [ static fn( int $seq ): string => "DELETE FROM {texts} WHERE seq = $seq", 'ok' ],
		];
	}

	public function test_a_text_that_a_restored_backup_left_makes_room_for_the_next_entry(): void {
		global $wpdb;
		$from = AuditTrail::size();
		$wpdb->insert( Site::table( 'audit_text' ), [ 'seq' => $from, 'path' => 'actor.ip', 'salt' => '0123456789abcdef', 'value' => '"x"' ] );
		AuditTrail::append();
		self::assertSame( [ '"192.0.2.7"' ], array_column( self::texts( $from ), 'value' ) );
		self::assertTrue( AuditTrail::verify()['ok'] );
	}

	public function test_the_table_for_people_holds_the_texts(): void {
		$title = 'Told in the table ' . uniqid();
		self::agent()->do( 'create_draft', [ 'title' => $title ] );
		$csv = '';
		( new Export( Plugin::composition()->extension()->audit_log() ) )->csv( static function ( string $piece ) use ( &$csv ): void {
			$csv .= $piece;
		} );
		self::assertStringContainsString( '""title"":""' . $title . '""', $csv );
	}
}
