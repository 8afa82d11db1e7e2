<?php

declare(strict_types=1);

namespace Countersign\Tests\Admin;

use Countersign\Access;
use Countersign\Plugin\Health\OtherServers;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The page on which people offer abilities of other plugins to agents, and where people read which servers are not governed. */
final class AbilitiesPageTest extends TestCase {

	protected function tearDown(): void {
		get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		parent::tearDown();
	}

	/** @return array<string, string> */
	private static function offered(): array {
		wp_cache_flush();
		Site::forget();
		return Plugin::composition()->settings()->abilities();
	}

	public function test_an_administrator_offers_abilities_and_nobody_else_does(): void {
		$admin = Person::of( 'admin' );
		$page  = $admin->page( 'countersign-abilities' );
		$text  = wp_strip_all_tags( $page->body );
		self::assertStringContainsString( 'The ability fixture/echo', $text );
		self::assertStringContainsString( 'Changes nothing', $text );
		self::assertStringContainsString( 'Its schema cannot be checked', $text, 'fixture/odd' );
		self::assertStringContainsString( 'It runs other abilities', $text );
		self::assertStringNotContainsString( 'countersign/create-draft', $text );
		self::assertStringNotContainsString( 'can now have up to', $text );
		$form = Person::form( $page, 'countersign_abilities' );
		self::assertSame( '', $form['abilities']['fixture/echo'] );
		self::assertArrayNotHasKey( 'fixture/odd', $form['abilities'] );
		$from = AuditTrail::size();
		$admin->post( admin_url( 'admin-post.php' ), [ 'abilities' => [ 'fixture/echo' => 'read', 'fixture/publish' => 'read', 'fixture/draft' => 'create_edit', 'fixture/liar' => 'no_such_group', 'fixture/odd' => 'read', 'no/such' => 'read' ] ] + $form );
		self::assertSame( [ 'fixture/draft' => 'create_edit', 'fixture/echo' => 'read' ], self::offered() );
		self::assertRecorded( [ 'setting settings.changed ok' ], $from );
		$all = count( json_decode( Access::catalogue(), true ) ) + 2;
		self::assertStringContainsString( "can now have up to $all tools", wp_strip_all_tags( $admin->page( 'countersign-abilities' )->body ) );

		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		$manager = Person::of( 'editor' );
		$form    = Person::form( $manager->page( 'countersign-abilities' ), 'countersign_abilities' );
		$from    = AuditTrail::size();
		$manager->post( admin_url( 'admin-post.php' ), [ 'abilities' => [ 'fixture/publish' => 'publish' ] + $form['abilities'] ] + $form );
		self::assertSame( [ 'fixture/draft' => 'create_edit', 'fixture/echo' => 'read' ], self::offered() );
		self::assertRecorded( [ 'setting settings.changed denied administrator_required' ], $from );
		$manager->post( admin_url( 'admin-post.php' ), [ 'abilities' => [ 'fixture/draft' => '' ] + $form['abilities'] ] + $form );
		self::assertSame( [ 'fixture/echo' => 'read' ], self::offered() );
		self::assertSame( 403, Person::of( 'author' )->page( 'countersign-abilities' )->status );
	}

	public function test_servers_that_are_not_governed_are_named(): void {
		self::assertSame( [ 'Countersign test abilities' ], OtherServers::uncovered() );
		$text = wp_strip_all_tags( Person::of( 'admin' )->page( 'countersign' )->body );
		self::assertStringContainsString( "of their own: \u{2068}Countersign test abilities\u{2069}.", $text );
		$test = apply_filters( 'site_status_tests', [ 'direct' => [], 'async' => [] ] )['direct']['countersign_other_servers']['test']();
		self::assertSame( 'recommended', $test['status'] );
		self::assertStringContainsString( 'Countersign test abilities', $test['description'] );
	}
}
