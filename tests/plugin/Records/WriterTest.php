<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Revision;
use Countersign\Records;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A record, its row and its entry are stored together, and of two writers one wins. */
final class WriterTest extends RecordAttack {

	private static function draft(): EntryDraft {
		return EntryDraft::admin( 'system', 'test.record', 'site' );
	}

	/** @param array<string, mixed> $changed */
	private static function replacing( Connection $from, int $version, array $changed ): bool {
		$data = $from->data( $changed );
		return Plugin::composition()->records_writer()->write(
			self::draft(),
			[ new Revision( 'connection', $from->id, $version, $data, $from->text ) ],
			static fn( \Closure $text ): array => [ Plugin::composition()->connections()->replacing( $from, $data, $version, $text ) ]
		);
	}

	public function test_an_entry_names_the_record_that_it_explains(): void {
		$size   = AuditTrail::size();
		$agent  = Site::connect();
		$opened = $agent->connection()->opened;
		$entry  = AuditTrail::since( $size )[0];
		self::assertSame( [ 'sequence' => $size, 'leaf' => $entry['leaf'] ], $opened->entry() );
		self::assertTrue( $opened->isExplainedBy( $entry['body'] ) );
		$records = json_decode( $entry['body'], true )['records'];
		self::assertSame( [ "connection:$agent->id", $opened->version(), hash( 'sha256', $opened->data() ) ], [ $records[0]['name'], $records[0]['version'], $records[0]['digest'] ] );
	}

	public function test_of_two_writers_one_wins(): void {
		$from = Site::connect()->connection();
		self::assertTrue( self::replacing( $from, $from->version + 1, [ 'name' => 'First' ] ) );
		$size = AuditTrail::size();
		self::assertFalse( self::replacing( $from, $from->version + 1, [ 'name' => 'Second' ] ) );
		self::assertFalse( self::replacing( $from, $from->version + 2, [ 'name' => 'Third' ] ), 'the row holds another record' );
		self::assertSame( $size, AuditTrail::size() );
		self::assertSame( 'First', Plugin::composition()->connections()->find( $from->id )->name );
	}

	public function test_parallel_changes_are_all_made(): void {
		$agent = Site::connect();
		$code  = "\$site = Countersign\\Plugin\\Plugin::composition(); \$connection = \$site->connections()->find( $agent->id );";
		$size  = AuditTrail::size();
		Site::php(
			$code . ' $site->manager()->rename( $connection, "Renamed" );',
			$code . ' $site->manager()->set_limit( $connection, [ "max" => 7, "window" => 70 ] );',
			$code . ' $site->manager()->set_groups( $connection, [ "read" ] );'
		);
		$now = $agent->connection();
		self::assertSame( [ 'Renamed', [ 'max' => 7, 'window' => 70 ], [ 'read' ] ], [ $now->name, $now->limit, $now->groups ] );
		self::assertSame( $size + 3, AuditTrail::size() );
	}

	/** @return array<string, array{string}> */
	public function refusals(): array {
		return [
			'a column that does not exist' => [ 'UPDATE %s SET nothing = ? WHERE id = 1' ],
			'a table that does not exist'  => [ 'UPDATE %s_nothing SET record = ? WHERE id = 1' ],
		];
	}

	/** @dataProvider refusals */
	public function test_a_refused_change_stores_nothing( string $sql ): void {
		$size  = AuditTrail::size();
		$id    = Records::newId();
		$known = Plugin::composition()->extension()->records()->witness()['records'];
		try {
			Plugin::composition()->records_writer()->write(
				self::draft(),
				[ new Revision( 'connection', $id, 1, [ 'name' => 'x' ] ) ],
				static fn( \Closure $text ): array => [ new Change( sprintf( $sql, Site::table( 'connections' ) ), [ $text ] ) ]
			);
			self::fail( 'reported as done' );
		} catch ( ChangeFailed ) {
			self::assertSame( $size, AuditTrail::size() );
		}
		self::assertSame( $known, Plugin::composition()->extension()->records()->witness()['records'], 'the witness does not know it' );
	}

	public function test_one_of_several_changes_without_an_effect_undoes_all(): void {
		$from  = Site::connect()->connection();
		$size  = AuditTrail::size();
		$data  = $from->data( [ 'name' => 'Not to stay' ] );
		$never = Change::update( Site::table( 'grants' ), [ 'branch' => 1 ], [ 'id' => 0 ] );
		self::assertFalse(
			Plugin::composition()->records_writer()->write(
				self::draft(),
				[ new Revision( 'connection', $from->id, $from->version + 1, $data, $from->text ) ],
				static fn( \Closure $text ): array => [ Plugin::composition()->connections()->replacing( $from, $data, $from->version + 1, $text ), $never ]
			)
		);
		self::assertSame( [ $size, $from->version ], [ AuditTrail::size(), Plugin::composition()->connections()->find( $from->id )->version ] );
	}
}
