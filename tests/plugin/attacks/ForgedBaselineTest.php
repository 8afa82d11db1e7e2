<?php
/**
 * Attacker A: who can write, restore or copy the database.
 * Has: a change on the site that should not be found, such as a new administrator.
 * Does: changes, deletes, empties or brings back the record of the last check, or deletes the notice.
 * Gets: an entry with the reason, and a notice that says that the last check is not known.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The record of the last check is sealed. */
final class ForgedBaselineTest extends TestCase {

	protected function setUp(): void {
		parent::setUp();
		self::know();
	}

	protected function tearDown(): void {
		self::know();
		parent::tearDown();
	}

	private static function know(): void {
		wp_cache_flush();
		$check = Plugin::composition()->integrity();
		// The event also pauses connections of earlier tests whose accounts are gone.
		do_action( Check::EVENT );
		$check->acknowledge( $check->run()->state );
		wp_cache_flush();
	}

	private static function store( ?string $text ): void {
		global $wpdb;
		null === $text
			? $wpdb->delete( $wpdb->options, [ 'option_name' => SealedOptions::WATCH ] )
			: $wpdb->update( $wpdb->options, [ 'option_value' => $text ], [ 'option_name' => SealedOptions::WATCH ] );
		wp_cache_flush();
	}

	/** @return array<string, array{\Closure(string): (string|null), string}> */
	public function changes(): array {
		return [
			'one character' => [ static fn( string $text ): string => substr_replace( $text, 'A' === $text[80] ? 'B' : 'A', 80, 1 ), 'record_forged' ],
			'no text'       => [ static fn(): string => '', 'record_missing' ],
			'no row'        => [ static fn(): ?string => null, 'record_missing' ],
			'plain JSON'    => [ static fn(): string => '{"items":{}}', 'record_forged' ],
			'another record' => [ static fn(): string => (string) Site::option( SealedOptions::SITE ), 'record_forged' ],
		];
	}

	/** @dataProvider changes */
	public function test_a_changed_record_is_reported( \Closure $change, string $reason ): void {
		self::store( $change( (string) Site::option( SealedOptions::WATCH ) ) );
		$this->assertReported( $reason );
	}

	public function test_an_older_record_is_reported(): void {
		$old = (string) Site::option( SealedOptions::WATCH );
		self::know();
		self::assertNotSame( $old, Site::option( SealedOptions::WATCH ) );
		self::store( $old );
		$this->assertReported( 'record_rolled_back' );
	}

	public function test_a_deleted_notice_comes_back(): void {
		self::store( 'csr1.nonsense' );
		do_action( Check::EVENT );
		delete_option( Check::FOUND );
		do_action( Check::EVENT );
		self::assertSame( 'record_forged', Check::found()['fault'] );
	}

	private function assertReported( string $reason ): void {
		$from = AuditTrail::size();
		do_action( Check::EVENT );
		self::assertRecorded( [ "refusal integrity.changed denied $reason" ], $from );
		self::assertSame( $reason, Check::found()['fault'] );
		self::assertStringContainsString( 'What was here before is not known', Person::of( 'admin' )->get( admin_url() )->body );
	}
}
