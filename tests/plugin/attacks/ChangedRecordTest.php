<?php
/**
 * Who: A, who writes rows of the database.
 * Has: the sealed record of a connection.
 * Does: changes characters of it, cuts it, appends to it, empties it, and writes JSON of its own.
 * Gets: `record_forged`, and a connection without rights in the list.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A changed record gives nothing. */
final class ChangedRecordTest extends RecordAttack {

	/** @return array<string, array{callable(string): string}> */
	public function changes(): array {
		return [
			'a character in the middle' => [ static fn( string $text ): string => substr_replace( $text, 'A' === $text[90] ? 'B' : 'A', 90, 1 ) ],
			'a character of the tag' => [ static fn( string $text ): string => substr_replace( $text, 'A' === $text[20] ? 'B' : 'A', 20, 1 ) ],
			'the end cut off' => [ static fn( string $text ): string => substr( $text, 0, -4 ) ],
			'more at the end' => [ static fn( string $text ): string => $text . 'AAAA' ],
			'a line break at the end' => [ static fn( string $text ): string => $text . "\n" ],
			'lower case' => [ static fn( string $text ): string => strtolower( $text ) ],
			'another form' => [ static fn( string $text ): string => 'csr2.' . substr( $text, 5 ) ],
			'JSON without a seal' => [ static fn( string $text ): string => (string) preg_replace( '/^.*?(?=\{"|\{$)|[^\x20-\x7e]/s', '', (string) base64_decode( strtr( substr( $text, 5 ), '-_', '+/' ) ) ) ],
			'JSON that is encoded' => [ static fn( string $text ): string => 'csr1.' . rtrim( strtr( base64_encode( str_repeat( 'k', 36 ) . '{"kind":"connection"}' ), '+/', '-_' ), '=' ) ],
		];
	}

	/** @dataProvider changes */
	public function test_a_changed_record_is_refused( callable $change ): void {
		$agent = Site::connect();
		$text  = (string) self::row( 'connections', $agent->id )['record'];
		self::assertNotSame( $text, $change( $text ) );
		self::write( 'connections', $agent->id, [ 'record' => $change( $text ) ] );
		$reason = $agent->connection()->fault;
		self::assertContains( $reason, [ 'record_forged', 'keys_changed' ], 'a changed key id names keys that the site does not hold' );
		self::assertForged( $agent, (string) $reason );
	}
}
