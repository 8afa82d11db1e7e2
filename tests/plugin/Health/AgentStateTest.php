<?php

declare(strict_types=1);

namespace Countersign\Tests\Health;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Composition;
use Countersign\Plugin\Doors\Cli\StatusCommand;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Whatever keeps agents from acting, every place says the same about it: pages, rows, the admin bar, Site Health, the command and the agent's answer. */
final class AgentStateTest extends TestCase {

	protected function tearDown(): void {
		get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		wp_set_current_user( 0 );
		Plugin::composition()->kill_switch()->set( false );
		parent::tearDown();
	}

	private static function text( string $html ): string {
		return trim( (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $html ), ENT_QUOTES ) ) );
	}

	private static function state(): AgentState {
		return ( new Composition() )->agent_state();
	}

	/** Returns the text of the part of a page that has this class or id. */
	private static function part( Answer $page, string $query ): string {
		$document = new \DOMDocument();
		@$document->loadHTML( '<?xml encoding="utf-8">' . $page->body );
		$found = ( new \DOMXPath( $document ) )->query( $query );
		return implode( ' | ', array_map( static fn( \DOMNode $node ): string => trim( (string) preg_replace( '/\s+/', ' ', $node->textContent ) ), iterator_to_array( $found ) ) );
	}

	/** Checks that every place says why agents cannot act. @param string $reason The reason that the agent reads. */
	private static function everywhere( Agent $agent, string $reason, string $headline, string $says, string $label, string $health = 'critical' ): void {
		$state = self::state();
		self::assertSame( [ $reason, $headline ], [ $state->reason(), $state->headline() ] );
		self::assertStringContainsString( $says, $state->text() );

		$admin = Person::of( 'admin' );
		$page  = $admin->page( 'countersign' );
		$card  = self::part( $page, '//div[contains(@class,"countersign-switch")]' );
		self::assertStringContainsString( $headline, $card );
		self::assertStringNotContainsString( 'Agents can act', self::text( $page->body ) );
		$row = self::part( $page, sprintf( '//tbody[@id="the-list"]/tr[.//a[contains(@href,"connection=%d")]]', $agent->id ) );
		self::assertStringContainsString( $headline, $row );
		self::assertStringContainsString( $label, $row );
		self::assertStringNotContainsString( 'Active', $row, 'no row is green' );
		self::assertSame( '', self::part( $page, '//*[contains(@class,"countersign-state is-active")]' ) );
		self::assertSame( $headline, self::part( $page, '//li[@id="wp-admin-bar-countersign"]' ) );

		$dashboard = $admin->get( admin_url( 'index.php' ) );
		self::assertStringContainsString( $says, self::part( $dashboard, '//div[contains(@class,"notice")]' ) );
		self::assertSame( $headline, self::part( $dashboard, '//li[@id="wp-admin-bar-countersign"]' ) );

		$test = ( apply_filters( 'site_status_tests', [ 'direct' => [], 'async' => [] ] )['direct']['countersign']['test'] )();
		self::assertSame( $health, $test['status'] );
		self::assertStringContainsString( $headline, $test['label'] );
		self::assertStringContainsString( esc_html( $says ), $test['description'] );

		$fresh = new Composition();
		$lines = ( new StatusCommand( $fresh->kill_switch(), $fresh->site_state(), $fresh->connections(), $fresh->agent_state( ... ), $fresh->passwords() ) )->lines();
		self::assertSame( $headline, $lines['Agents'] );
		self::assertStringContainsString( $says, $lines[ "Problem $reason" ] );

		self::assertSame( $reason, $agent->call( 'whoami' )->reason() );
	}

	public function test_a_running_site_says_so_and_has_no_item_in_the_admin_bar(): void {
		$agent = Site::connect();
		$page  = Person::of( 'admin' )->page( 'countersign' );
		self::assertTrue( self::state()->can_act() );
		self::assertNull( self::state()->reason() );
		self::assertStringContainsString( 'Agents can act within the permissions of their connections', self::part( $page, '//div[contains(@class,"countersign-switch")]' ) );
		self::assertStringContainsString( 'Active', self::part( $page, sprintf( '//tbody[@id="the-list"]/tr[.//a[contains(@href,"connection=%d")]]', $agent->id ) ) );
		self::assertSame( '', self::part( $page, '//li[@id="wp-admin-bar-countersign"]' ) );
	}

	public function test_the_kill_switch_is_told_everywhere_with_who_and_when(): void {
		$agent = Site::connect();
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->kill_switch()->set( true );
		$says = 'admin stopped all agents on ' . wp_date( get_option( 'date_format' ) );
		self::everywhere( $agent, 'kill_switch', 'All agents are stopped', $says, 'Stopped', 'recommended' );
		wp_set_current_user( 0 );
		Plugin::composition()->kill_switch()->set( false );
		self::assertTrue( self::state()->can_act() );
		Plugin::composition()->kill_switch()->set( true );
		self::assertStringContainsString( 'without a login', self::state()->text() );
	}

	public function test_a_changed_record_of_the_kill_switch_is_told_everywhere(): void {
		$agent = Site::connect();
		$text  = Site::stored( SealedOptions::KILL_SWITCH );
		Site::plant( SealedOptions::KILL_SWITCH, 'csr1.AAAA' );
		try {
			self::everywhere( $agent, 'kill_switch', 'All agents are stopped', 'missing or was changed by something else', 'Stopped', 'recommended' );
		} finally {
			Site::plant( SealedOptions::KILL_SWITCH, $text );
		}
	}

	public function test_an_open_question_is_told_everywhere(): void {
		$agent = Site::connect();
		$text  = Site::stored( SealedOptions::SITE );
		Site::plant( SealedOptions::SITE, 'csr1.AAAA' );
		Plugin::composition()->extension()->forget();
		try {
			self::everywhere( $agent, 'record_forged', 'No agent can act now', 'changed the record of this site', 'Cannot act' );
		} finally {
			Site::plant( SealedOptions::SITE, $text );
			Plugin::composition()->extension()->forget();
		}
	}

	public function test_a_log_that_became_shorter_is_told_everywhere(): void {
		global $wpdb;
		$agent = Site::connect();
		$old   = Log::head();
		AuditTrail::append();
		$new = Log::head();
		$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $old->text, 'size' => $old->size ], [ 'id' => 1 ] );
		try {
			self::everywhere( $agent, 'audit_rollback', 'No agent can act now', 'shorter than it was before', 'Cannot act' );
			// That a person wants it so comes first.
			wp_set_current_user( Site::user( 'admin' ) );
			try {
				Plugin::composition()->kill_switch()->set( true );
			} catch ( \RuntimeException ) {
				// The log cannot be written.
			}
			self::assertSame( [ 'kill_switch', 'audit_rollback' ], array_keys( self::state()->problems ) );
			// Its refusal could not be recorded either, so an agent can read the other reason.
			self::assertContains( $agent->call( 'whoami' )->reason(), array_keys( self::state()->problems ) );
		} finally {
			$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $new->text, 'size' => $new->size ], [ 'id' => 1 ] );
		}
	}

	public function test_a_paused_connection_names_who_paused_it(): void {
		$agent = Site::connect();
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->pause( $agent->connection() );
		self::assertSame( Site::user( 'admin' ), $agent->connection()->state_by );
		$row = static fn(): string => self::part( Person::of( 'admin' )->page( 'countersign' ), sprintf( '//tbody[@id="the-list"]/tr[.//a[contains(@href,"connection=%d")]]', $agent->id ) );
		self::assertMatchesRegularExpression( '/Paused.* ago by admin/', $row() );
		self::assertMatchesRegularExpression( '/Paused.* ago by admin/', self::text( Person::of( 'admin' )->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] )->body ) );
		self::assertSame( 'connection_paused', $agent->call( 'whoami' )->reason() );
		Plugin::composition()->kill_switch()->set( true );
		self::assertStringContainsString( 'All agents are stopped', $row() );
		self::assertStringContainsString( 'Paused', $row() );
	}

	public function test_the_admin_bar_tells_only_people_who_manage_connections(): void {
		Plugin::composition()->kill_switch()->set( true );
		$bar = '//li[@id="wp-admin-bar-countersign"]';
		self::assertSame( '', self::part( Person::of( 'editor' )->get( admin_url( 'index.php' ) ), $bar ) );
		self::assertSame( 'All agents are stopped', self::part( Person::of( 'admin' )->get( home_url( '/' ) ), $bar ), 'also outside of the dashboard' );
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		self::assertSame( 'All agents are stopped', self::part( Person::of( 'editor' )->get( admin_url( 'index.php' ) ), $bar ) );
	}
}
