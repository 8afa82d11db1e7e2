<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OtherServer;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Abilities as a door: our tools as abilities, the abilities of others as tools, and the kill switch at other MCP servers. */
final class AbilitiesTest extends TestCase {

	protected function tearDown(): void {
		delete_option( 'fixture_old_abilities' );
		$switch = Plugin::composition()->kill_switch();
		if ( $switch->is_on() ) {
			wp_set_current_user( Site::user( 'admin' ) );
			$switch->set( false );
		}
		parent::tearDown();
	}

	/** @param array<string, string> $abilities Name => group. */
	private static function offer( array $abilities ): void {
		Site::settings( [ 'abilities' => array_map( static fn( string $name ): string => "$name={$abilities[ $name ]}", array_keys( $abilities ) ) ] + Site::ROOMY );
	}

	private static function stop(): void {
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->kill_switch()->set( true );
		wp_set_current_user( 0 );
	}

	/** Makes the account of a person who edits. */
	private static function account(): string {
		$login = uniqid( 'person' );
		wp_insert_user( [ 'user_login' => $login, 'user_pass' => $login, 'user_email' => "$login@example.test", 'role' => 'editor' ] );
		return $login;
	}

	/** Both ways in which the plugin gets between WordPress and an ability. @return array<string, array{bool}> */
	public function versions(): array {
		return [
			'WordPress 7.1'         => [ false ],
			'WordPress 6.9 and 7.0' => [ true ],
		];
	}

	private static function version( bool $is_old ): void {
		update_option( 'fixture_old_abilities', $is_old ? '1' : '' );
	}

	public function test_each_tool_is_an_ability_that_no_other_door_shows(): void {
		$catalogue = json_decode( \Countersign\Access::catalogue(), true );
		$served    = Plugin::composition()->registry();
		foreach ( $catalogue as $tool ) {
			$name    = 'countersign/' . str_replace( '_', '-', $tool['name'] );
			$ability = wp_has_ability( $name ) ? wp_get_ability( $name ) : null;
			self::assertSame( null !== $served->builtin( $tool['name'] ), null !== $ability, $tool['name'] );
			if ( null === $ability ) {
				continue;
			}
			$meta = $ability->get_meta();
			self::assertSame( [ false, false, false ], [ $meta['public'], $meta['show_in_rest'], $meta['mcp']['public'] ] );
			self::assertSame( [ $tool['annotations']['readOnlyHint'], $tool['annotations']['destructiveHint'], $tool['annotations']['idempotentHint'] ], [ $meta['annotations']['readonly'], $meta['annotations']['destructive'], $meta['annotations']['idempotent'] ] );
			self::assertSame( [ 'object', 'object', 'countersign' ], [ $ability->get_input_schema()['type'], $ability->get_output_schema()['type'], $ability->get_category() ] );
		}
		self::assertNotNull( wp_get_ability( 'countersign/create-draft' ) );
		self::assertSame( 404, OtherServer::with_password( 'admin' )->run( 'countersign/whoami', [], 'GET' )->status );
	}

	/** @dataProvider versions */
	public function test_our_abilities_run_for_no_connection_but_that_of_the_request( bool $is_old ): void {
		self::version( $is_old );
		$agent = Site::connect( '', 'content_manager' );
		$from  = AuditTrail::size();
		$other = OtherServer::with_key( $agent->connection()->user );
		// The server names the ability itself, so it need not be public.
		$made = $other->tool( 'countersign/create-draft', [ 'title' => 'Through another server' ] )->json()['result'];
		self::assertSame( [ 'draft', 'Through another server' ], [ $made['structuredContent']['status'] ?? $made, $made['structuredContent']['title'] ?? '' ] );
		self::assertSame( (string) $agent->connection()->user, get_post( $made['structuredContent']['id'] )->post_author );
		self::assertRecorded( [ 'intent create_draft', 'outcome create_draft ok' ], $from );
		self::assertSame( 'mcp_server', self::door( $from ) );

		// Each of these refusals is recorded once a minute for an account.
		$person = OtherServer::with_password( self::account() )->tool( 'countersign/create-draft', [ 'title' => 'x' ] )->json()['result'];
		self::assertTrue( $person['isError'] );
		self::assertStringContainsString( 'No connection of an agent governs this request', $person['content'][0]['text'] );
		self::assertStringContainsString( 'ability.run denied connection_missing', implode( "\n", AuditTrail::lines( $from ) ) );
	}

	private static function door( int $from ): string {
		return (string) ( json_decode( (string) AuditTrail::since( $from )[0]['body'], true )['change']['door'] ?? '' );
	}

	/** @dataProvider versions */
	public function test_another_server_needs_the_confirmation_that_our_door_needs( bool $is_old ): void {
		self::version( $is_old );
		$agent = Site::connect( '', 'full_access' );
		$id    = $agent->do( 'create_draft', [ 'title' => 'To be published', 'content' => '<p>Text.</p>' ] )['id'];
		$other = OtherServer::with_key( $agent->connection()->user );
		$from  = AuditTrail::size();
		$plain = $other->tool( 'countersign/publish-post', [ 'id' => $id ] )->json()['result'];
		self::assertTrue( $plain['isError'] );
		self::assertStringContainsString( 'request_review', $plain['content'][0]['text'] );
		self::assertRecorded( [ 'refusal publish_post denied confirmation_missing' ], $from );
		$token = $other->tool( 'countersign/request-review', [ 'tool' => 'publish_post', 'arguments' => [ 'id' => $id ] ] )->json()['result']['structuredContent']['confirmation_token'];
		$done  = $other->tool( 'countersign/publish-post', [ 'id' => $id, 'confirmation_token' => $token ] )->json()['result'];
		self::assertSame( 'publish', $done['structuredContent']['status'] ?? $done );
	}

	public function test_offered_abilities_are_tools_of_the_groups_that_a_person_has_chosen(): void {
		self::offer( [ 'fixture/echo' => 'read', 'fixture/no-input' => 'read', 'fixture/draft' => 'create_edit', 'fixture/publish' => 'publish', 'fixture/odd' => 'read', 'fixture/liar' => 'read', 'mcp-adapter/execute-ability' => 'publish', 'no/such' => 'read', 'core/get-site-info' => 'read', 'core/get-environment-info' => 'read' ] );
		$agent = Site::connect( 'editor', 'full_access' );
		$tools = array_column( $agent->send( 'tools/list' )->json()['result']['tools'], null, 'name' );
		$own   = array_values( preg_grep( '~__~', array_keys( $tools ) ) );
		self::assertSame( [ 'core__get-environment-info', 'core__get-site-info', 'fixture__draft', 'fixture__echo', 'fixture__no-input', 'fixture__publish' ], $own );
		self::assertTrue( $tools['fixture__echo']['annotations']['readOnlyHint'] );
		self::assertSame( [ false, true ], [ $tools['fixture__draft']['annotations']['destructiveHint'], $tools['fixture__publish']['annotations']['destructiveHint'] ] );
		self::assertSame( [ 'text' => 'Hi', 'user' => Site::user( 'editor' ) ], $agent->do( 'fixture__echo', [ 'text' => 'Hi' ] ) );
		self::assertSame( 'no input: 0', $agent->call( 'fixture__no-input' )->json()['result']['content'][0]['text'] );
		self::assertSame( 'draft', get_post_status( $agent->do( 'fixture__draft', [ 'text' => 'By an ability' ] )['id'] ) );
		self::assertSame( 'tool_unknown', Site::connect( 'editor', 'read_only' )->call( 'fixture__draft', [ 'text' => 'x' ] )->reason() );
		self::assertSame( 'capability_denied', $agent->call( 'core__get-site-info' )->reason(), 'the ability asks for a capability that no agent has' );
	}

	public function test_an_offered_ability_needs_what_a_tool_needs(): void {
		self::offer( [ 'fixture/publish' => 'publish', 'fixture/liar' => 'create_edit', 'fixture/reader' => 'read', 'fixture/forbidden' => 'read', 'fixture/wrong' => 'read' ] );
		$agent = Site::connect( 'editor', 'full_access' );
		$draft = Site::post( [ 'post_status' => 'draft' ] );
		self::assertSame( 'confirmation_missing', $agent->call( 'fixture__publish', [ 'id' => $draft ] )->reason() );
		self::assertSame( 'confirmation_missing', $agent->call( 'fixture__liar', [ 'id' => $draft ] )->reason(), 'it publishes, whatever it says' );
		self::assertSame( 'write_refused', $agent->call( 'fixture__reader', [ 'id' => $draft ] )->reason(), 'it writes, whatever it says' );
		self::assertSame( 'capability_denied', $agent->call( 'fixture__forbidden' )->reason() );
		self::assertSame( 'tool_failed', $agent->call( 'fixture__wrong' )->reason() );
		self::assertSame( 'arguments_invalid', $agent->call( 'fixture__publish', [ 'id' => 'x', 'confirmation_token' => 'y' ] )->reason() );
		wp_cache_flush();
		self::assertSame( 'draft', get_post_status( $draft ) );
		self::assertSame( $draft, $agent->act( 'fixture__publish', [ 'id' => $draft ] )->content()['id'] );
		wp_cache_flush();
		self::assertSame( 'publish', get_post_status( $draft ) );
	}

	/** @dataProvider versions */
	public function test_an_agents_account_runs_offered_abilities_only( bool $is_old ): void {
		self::version( $is_old );
		self::offer( [ 'fixture/echo' => 'read', 'fixture/draft' => 'create_edit' ] );
		$agent  = Site::connect( '', 'read_only' );
		$user   = $agent->connection()->user;
		$other  = OtherServer::with_key( $user );
		$from   = AuditTrail::size();
		self::assertStringContainsString( '"text":"Hi"', $other->execute( 'fixture/echo', [ 'text' => 'Hi' ] ) );
		self::assertStringContainsString( 'not offer this ability', $other->execute( 'fixture/forbidden' ) );
		self::assertStringNotContainsString( '"success":true', $other->execute( 'fixture/draft', [ 'text' => 'Outside of its groups' ] ) );
		self::assertSame( [ 'Hi', $user ], array_values( $other->run( 'fixture/echo', [ 'text' => 'Hi' ], 'GET' )->json() ) );
		self::assertRecorded(
			[
				'intent fixture__echo',
				'outcome fixture__echo ok',
				'refusal ability.run denied ability_not_offered',
				'refusal fixture__draft denied tool_outside_groups',
				'intent fixture__echo',
				'outcome fixture__echo ok',
			],
			$from
		);
		Plugin::composition()->manager()->revoke( $agent->connection() );
		self::assertStringNotContainsString( '"success":true', $other->execute( 'fixture/echo', [ 'text' => 'Hi' ] ) );
		self::assertGreaterThanOrEqual( 400, $other->run( 'fixture/echo', [ 'text' => 'Hi' ], 'GET' )->status );
	}

	/** @dataProvider versions */
	public function test_the_kill_switch_reaches_other_servers_and_no_person( bool $is_old ): void {
		self::version( $is_old );
		// Each of these refusals is recorded once a minute for an account.
		$login   = self::account();
		$program = OtherServer::with_password( $login );
		$keyed   = OtherServer::with_key( Site::user( $login ) );
		$draft   = Site::post( [ 'post_status' => 'draft' ] );
		self::stop();
		$from = AuditTrail::size();
		foreach ( [ $program, $keyed ] as $one ) {
			$text = $one->execute( 'fixture/publish', [ 'id' => $draft ] );
			self::assertStringContainsString( 'stopped', $text );
		}
		$answer = $program->run( 'fixture/publish', [ 'id' => $draft ] );
		self::assertSame( [ 403, 'countersign_kill_switch' ], [ $answer->status, $answer->json()['code'] ], $answer->body );
		wp_cache_flush();
		self::assertSame( 'draft', get_post_status( $draft ) );
		self::assertStringContainsString( 'refusal ability.run denied kill_switch', implode( "\n", AuditTrail::lines( $from ) ) );
		// A person in the dashboard.
		$person = Person::of( 'editor' )->rest( 'POST', 'wp-abilities/v1/abilities/fixture/publish/run', [ 'input' => [ 'id' => $draft ] ] );
		self::assertSame( [ 200, $draft ], [ $person->status, $person->json()['id'] ?? $person->body ] );
		// Code of a plugin.
		wp_set_current_user( Site::user( 'editor' ) );
		self::assertSame( [ 'text' => 'x', 'user' => Site::user( 'editor' ) ], wp_get_ability( 'fixture/echo' )->execute( [ 'text' => 'x' ] ) );
	}

	/** Runs the command as WP-CLI does, and returns what it prints. @param array<string, mixed> $arguments */
	private static function command( Agent $agent, string $tool, array $arguments = [] ): string {
		$options = var_export( [ 'connection' => (string) $agent->id, 'arguments' => json_encode( (object) $arguments ) ], true );
		return Site::php(
			'class WP_CLI { static function line( $text ) { echo $text; } static function error( $text ) { echo "Error: $text"; } }'
			. "( new Countersign\\Plugin\\Doors\\Cli\\CallCommand( Countersign\\Plugin\\Plugin::composition()->direct_calls() ) )( [ '$tool' ], $options );"
		)[0];
	}

	public function test_the_command_line_calls_as_a_connection(): void {
		$agent = Site::connect( 'editor', 'read_only' );
		$from  = AuditTrail::size();
		self::assertSame( $agent->id, json_decode( self::command( $agent, 'whoami' ), true )['connection']['id'] );
		self::assertSame( 'cli', self::door( $from ) );
		self::assertStringContainsString( '(tool_unknown)', self::command( $agent, 'create_draft', [ 'title' => 'x' ] ) );
		self::assertStringContainsString( '(arguments_invalid)', self::command( $agent, 'get_post', [ 'id' => 'x' ] ) );
		self::assertRecorded( [ 'intent whoami', 'outcome whoami ok', 'refusal create_draft denied tool_outside_groups', 'refusal get_post denied arguments_invalid' ], $from );
	}

	public function test_a_tool_that_ends_the_command_is_recorded(): void {
		$this->expected_error = '~fixture|Fixture|Allowed memory~';
		$agent                = Site::connect();
		$from                 = AuditTrail::size();
		try {
			self::command( $agent, 'fixture_die', [ 'how' => 'memory', 'title' => uniqid() ] );
			self::fail( 'the command did not end' );
		} catch ( \RuntimeException $error ) {
			self::assertStringContainsString( '(tool_failed)', $error->getMessage() );
		}
		self::assertRecorded( [ 'intent fixture_die', 'outcome fixture_die failed tool_failed' ], $from );
	}

	/** @return array<string, array{string}> */
	public function endings(): array {
		return [
			'an error of PHP' => [ 'error' ],
			'a fatal error'   => [ 'fatal' ],
			'memory'          => [ 'memory' ],
			'time'            => [ 'time' ],
			'exit'            => [ 'exit' ],
			'wp_die'          => [ 'wp_die' ],
		];
	}

	/** @dataProvider endings */
	public function test_an_ability_that_ends_the_request_is_answered_and_recorded_at_every_door( string $how ): void {
		$this->expected_error = '~abilities|Allowed memory|Maximum execution|FixtureFatal~';
		self::offer( [ 'fixture/die' => 'create_edit' ] );
		$agent = Site::connect( '', 'content_manager' );
		$from  = AuditTrail::size();
		$own   = $agent->call( 'fixture__die', [ 'how' => $how ] );
		self::assertSame( [ 200, 'tool_failed' ], [ $own->status, $own->reason() ], $own->body );
		$other  = OtherServer::with_key( $agent->connection()->user );
		$server = $other->tool( 'fixture/die', [ 'how' => $how ] )->json();
		self::assertSame( [ '2.0', 'a7', true ], [ $server['jsonrpc'], $server['id'], isset( $server['error'] ) || $server['result']['isError'] ], json_encode( $server ) );
		$rest = $other->run( 'fixture/die', [ 'how' => $how ] );
		self::assertSame( [ 500, 'countersign_tool_failed' ], [ $rest->status, $rest->json()['code'] ], $rest->body );
		self::assertRecorded( array_merge( ...array_fill( 0, 3, [ 'intent fixture__die', 'outcome fixture__die failed tool_failed' ] ) ), $from );
	}
}
