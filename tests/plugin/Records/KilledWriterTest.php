<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/**
 * A process that is killed while it stores a record: before the commit, nothing has happened; after it, the change holds and is
 * explained, and whoever reads it next raises the witness. Nobody was told that it is done.
 */
final class KilledWriterTest extends RecordAttack {

	private const KILL = 'posix_kill( getmypid(), 9 );';

	/** Has a process revoke a connection, which kills itself where `$place` says. */
	private static function revoke_and_die( Agent $agent, string $place ): void {
		$text   = 'in the transaction' === $place ? 'static function ( $append ) use ( $text ) { $text( $append ); ' . self::KILL . ' }' : '$text';
		$commit = 'before the witness' === $place ? 'static function () { ' . self::KILL . ' }' : 'static function ( $records, $texts ) { $records->committed( $texts ); ' . self::KILL . ' }';
		$code   = '$site = Countersign\Plugin\Plugin::composition();
			$from = $site->connections()->find( ' . $agent->id . ' );
			$data = $from->data( [ "state" => "revoked", "epoch" => $from->epoch + 1 ] );
			$next = $site->connections()->next_version( $from, $data );
			$site->records_writer()->write(
				Countersign\Plugin\Audit\EntryDraft::admin( "revoke", "connection.revoked", $from->target() ),
				[ new Countersign\Plugin\Records\Revision( "connection", $from->id, $next, $data, $from->text ) ],
				static fn( Closure $text ): array => [ $site->connections()->replacing( $from, $data, $next, ' . $text . ' ) ],
				' . $commit . '
			);
			echo "it is still alive";';
		try {
			self::fail( 'the process was not killed: ' . Site::php( $code )[0] );
		} catch ( \RuntimeException $error ) {
			self::assertStringNotContainsString( 'still alive', $error->getMessage() );
		}
	}

	public function test_killed_in_the_transaction_nothing_has_happened(): void {
		$agent  = Site::connect();
		$size   = AuditTrail::size();
		$before = $agent->connection();
		self::revoke_and_die( $agent, 'in the transaction' );
		self::assertSame( [ $size, $before->text ], [ AuditTrail::size(), $agent->connection()->text ] );
		self::assertNotSame( 2 ** 53 - 1, Plugin::composition()->connections()->next_version( $before, $before->data() ), 'the witness does not know that it was revoked' );
		$agent->do( 'whoami' );
		// No lock remains.
		self::manager()->revoke( $agent->connection() );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
	}

	/** @return array<string, array{string}> */
	public function places(): array {
		return [
			'before the witness' => [ 'before the witness' ],
			'after the witness'  => [ 'after the witness' ],
		];
	}

	/** @dataProvider places */
	public function test_killed_after_the_commit_the_change_holds( string $place ): void {
		$agent = Site::connect();
		$old   = self::row( 'connections', $agent->id );
		$size  = AuditTrail::size();
		self::revoke_and_die( $agent, $place );
		self::assertSame( $size + 1, AuditTrail::size() );
		self::assertDenied( 'connection_revoked', $agent, 401 );
		$opened = $agent->connection()->opened;
		self::assertTrue( $opened->isExplainedBy( AuditTrail::since( $size )[0]['body'] ) );
		self::restore( 'connections', $old );
		self::assertRolledBack( $agent );
	}
}
