<?php

declare(strict_types=1);

namespace Countersign\Tests\Calls;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Budgets of connections: calls and costs in a day and in a month. */
final class BudgetTest extends TestCase {

	protected function setUp(): void {
		parent::setUp();
		delete_option( 'countersign_budgets_spent' );
	}

	/** @param array<string, int> $budget */
	private static function agent( array $budget ): Agent {
		$agent = Site::connect( 'editor', 'full_access' );
		self::limit( $agent, $budget );
		return $agent;
	}

	/** @param array<string, int> $budget */
	private static function limit( Agent $agent, array $budget ): void {
		self::assertTrue( Plugin::composition()->manager()->set_budget( $agent->connection(), $budget ) );
	}

	/** @return array<string, array{array<string, int>}> */
	public function caps(): array {
		return [
			'of a day'                => [ [ 'calls_day' => 3 ] ],
			'of a month'              => [ [ 'calls_month' => 3 ] ],
			'of both, the day is less' => [ [ 'calls_day' => 3, 'calls_month' => 100 ] ],
			'of calls and cost'       => [ [ 'calls_month' => 3, 'cost_month' => 1 ] ],
		];
	}

	/** @dataProvider caps */
	public function test_at_the_cap_calls_are_refused_and_nothing_happens( array $budget ): void {
		$agent = self::agent( $budget );
		for ( $n = 0; $n < 3; $n++ ) {
			$agent->do( 'whoami' );
		}
		// The first refusal is noted, so that people are told.
		self::assertSame( 'budget_calls_spent', $agent->call( 'whoami' )->reason() );
		$refused = self::assertRefused( 'budget_calls_spent', $agent, 'create_draft', [ 'title' => 'x' ] );
		self::assertGreaterThan( 0, $refused->json()['result']['_meta']['countersign/retryAfter'] ?? 0 );
		self::assertContains( 'create_draft', $agent->tools(), 'lists are not calls of tools' );
		self::limit( $agent, [ 'calls_day' => 100, 'calls_month' => 100 ] );
		$agent->do( 'whoami' );
	}

	public function test_calls_at_the_same_time_do_not_pass_the_cap(): void {
		$agent   = self::agent( [ 'calls_day' => 3 ] );
		$answers = Http::all( array_map( static fn(): mixed => $agent->prepare( 'whoami' ), range( 1, 8 ) ) );
		$reasons = array_count_values( array_map( static fn( mixed $answer ): string => (string) $answer->reason(), $answers ) );
		self::assertSame( [ 3, 5 ], [ $reasons[''], $reasons['budget_calls_spent'] ] );
	}

	public function test_people_are_told_once(): void {
		$agent = self::agent( [ 'calls_day' => 1 ] );
		$since = AuditTrail::size();
		foreach ( [ null, 'budget_calls_spent', 'budget_calls_spent', 'budget_calls_spent' ] as $reason ) {
			self::assertSame( $reason, $agent->call( 'whoami' )->reason() );
		}
		$lines = AuditTrail::lines( $since );
		self::assertCount( 1, preg_grep( '/budget\.spent/', $lines ) );
		self::assertCount( 3, preg_grep( '/refusal whoami .*budget_calls_spent/', $lines ) );
		wp_cache_flush();
		self::assertCount( 1, get_option( 'countersign_budgets_spent' ) );
		$page = Person::of( 'admin' )->page( 'countersign' )->body;
		self::assertSame( 1, preg_match_all( '/countersign-budget/', $page ) );
		self::assertStringContainsString( 'has made all calls that its budget allows today', $page );
		self::assertStringNotContainsString( 'countersign-budget', Person::of( 'editor' )->get( admin_url() )->body );
		self::limit( $agent, [] );
		self::assertStringNotContainsString( 'countersign-budget', Person::of( 'admin' )->page( 'countersign' )->body, 'a budget that is gone' );
	}

	public function test_costs_that_tools_report_count(): void {
		$agent = self::agent( [ 'cost_day' => 100000 ] );
		$spend = static fn( int $cost ): ?string => $agent->call( 'fixture_php', [ 'code' => "\$call->cost( $cost ); return 'done';" ] )->reason();
		self::assertNull( $spend( 40000 ) );
		self::assertNull( $spend( -5 ) );
		self::assertNull( $spend( 70000 ), 'a tool that says its cost afterwards can pass the cap once' );
		self::assertSame( 'budget_cost_spent', $spend( 1 ) );
		self::assertSame( 'budget_cost_spent', $agent->call( 'whoami' )->reason() );
	}

	public function test_the_counts_survive_a_lost_store(): void {
		$agent = self::agent( [ 'calls_day' => 2 ] );
		$agent->do( 'whoami' );
		$agent->do( 'whoami' );
		wp_cache_flush();
		$kept = get_option( "countersign_budget_$agent->id" );
		self::assertSame( [ wp_date( 'Y-m-d' ), 2 ], [ $kept['calls_day']['period'], $kept['calls_day']['used'] ] );
		self::limit( $agent, [ 'calls_day' => 5 ] );
		$kept['calls_day']['used'] = 5;
		update_option( "countersign_budget_$agent->id", $kept );
		self::assertSame( 'budget_calls_spent', $agent->call( 'whoami' )->reason() );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		wp_cache_flush();
		self::assertFalse( get_option( "countersign_budget_$agent->id" ), 'what belongs to a connection ends with it' );
	}

	public function test_a_connection_without_a_budget_keeps_nothing(): void {
		$agent = Site::connect( 'editor', 'read_only' );
		$agent->do( 'whoami' );
		self::assertFalse( get_option( "countersign_budget_$agent->id" ) );
	}

	public function test_the_form_of_a_connection_sets_the_budget(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$admin = Person::of( 'admin' );
		$page  = static fn() => $admin->page( 'countersign', [ 'view' => 'edit', 'connection' => $agent->id ] );
		$form  = Person::form( $page(), 'countersign_save' );
		$from  = AuditTrail::size();
		$admin->post( admin_url( 'admin-post.php' ), [ 'budget_calls_day' => '10', 'budget_cost_month' => '2.5', 'budget_calls_month' => 'many', 'budget_cost_day' => '-1' ] + $form );
		self::assertSame( [ 'calls_day' => 10, 'cost_month' => 2500000 ], $agent->connection()->budget );
		self::assertRecorded( [ 'connection connection.budget ok' ], $from );
		$form = Person::form( $page(), 'countersign_save' );
		self::assertSame( [ '10', '', '', '2.5' ], [ $form['budget_calls_day'], $form['budget_calls_month'], $form['budget_cost_day'], $form['budget_cost_month'] ] );
		$agent->do( 'whoami' );
		self::assertStringContainsString( '1 used in ' . wp_date( 'Y-m-d' ), $page()->body );
		$admin->post( admin_url( 'admin-post.php' ), [ 'budget_calls_day' => '', 'budget_cost_month' => '' ] + $form );
		self::assertSame( [], $agent->connection()->budget );
	}
}
