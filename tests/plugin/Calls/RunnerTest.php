<?php

declare(strict_types=1);

namespace Countersign\Tests\Calls;

use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Tools of other plugins: however they fail, the client gets a valid answer and the audit log an outcome. */
final class RunnerTest extends TestCase {

	/** @return array<string, array{string}> */
	public function failures(): array {
		return [
			'an exception'       => [ 'exception' ],
			'an error of PHP'    => [ 'error' ],
			'memory'             => [ 'memory' ],
			'time'               => [ 'time' ],
			'E_USER_ERROR'       => [ 'user_error' ],
			'wp_die'             => [ 'wp_die' ],
			'exit after headers' => [ 'redirect' ],
			'exit after a write' => [ 'after_write' ],
		];
	}

	/** @dataProvider failures */
	public function test_a_tool_that_fails_is_answered_and_recorded( string $how ): void {
		$this->expected_error = '~fixture|Fixture|Allowed memory|Maximum execution|gave up~';
		$agent                = Site::connect();
		$from                 = AuditTrail::size();
		$answer               = $agent->call( 'fixture_die', [ 'how' => $how, 'title' => uniqid( 'x' ) ] );
		self::assertSame( [ 200, 'application/json', 'tool_failed' ], [ $answer->status, $answer->header( 'Content-Type' ), $answer->reason() ], $answer->body );
		self::assertTrue( $answer->json()['result']['isError'] );
		self::assertSame( 'no-store', $answer->header( 'Cache-Control' ) );
		self::assertNull( $answer->header( 'X-Fixture' ) );
		self::assertNull( $answer->header( 'Location' ) );
		foreach ( [ 'secret detail', '<h1>', '/wp-content/', 'Fatal', 'Stack trace', 'critical error' ] as $leak ) {
			self::assertStringNotContainsString( $leak, $answer->body );
		}
		self::assertRecorded( [ 'intent fixture_die', 'outcome fixture_die failed tool_failed' ], $from );
		self::assertStringContainsString( 'Countersign: tool "fixture_die"', $this->logged(), 'the site\'s error log holds the cause' );
		$agent->do( 'whoami' );
	}

	public function test_output_and_headers_of_a_tool_are_discarded(): void {
		$answer = Site::connect()->call( 'fixture_noise' );
		self::assertSame( [ 'quiet' => true ], $answer->content() );
		self::assertStringStartsWith( '{', $answer->body );
		foreach ( [ 'x-fixture', 'access-control-allow-origin', 'set-cookie' ] as $header ) {
			self::assertNotContains( $header, $answer->header_names() );
		}
		self::assertSame( 'application/json', $answer->header( 'Content-Type' ) );
	}

	public function test_a_result_that_violates_the_output_schema_is_not_sent(): void {
		$from   = AuditTrail::size();
		$answer = Site::connect()->call( 'fixture_wrong' );
		self::assertSame( 'tool_failed', $answer->reason() );
		self::assertStringNotContainsString( 'not a number', $answer->body );
		self::assertSame( 'failed', AuditTrail::since( $from )[2]['outcome'] );
	}

	public function test_a_tools_refusal_has_its_reason_and_target(): void {
		$agent  = Site::connect();
		$from   = AuditTrail::size();
		$answer = $agent->call( 'fixture_deny', [ 'reason' => 'target_state', 'detail' => 'It is asleep.' ] );
		self::assertSame( 'target_state', $answer->reason() );
		self::assertStringContainsString( 'It is asleep.', $answer->body );
		self::assertSame( [ 'denied', 'target_state', 'thing:1' ], [ AuditTrail::since( $from )[1]['outcome'], AuditTrail::since( $from )[1]['reason'], AuditTrail::since( $from )[1]['target'] ] );
		self::assertSame( 'tool_failed', $agent->call( 'fixture_deny', [ 'reason' => 'no_such_reason' ] )->reason() );
	}

	public function test_a_call_needs_the_group_and_the_capability(): void {
		self::assertNull( Site::connect( 'editor', 'read_only' )->call( 'fixture_capability' )->reason() );
		self::assertSame( 'capability_denied', Site::connect( 'author', 'read_only' )->call( 'fixture_capability' )->reason(), 'the user lacks the capability' );
		self::assertSame( 'capability_denied', Site::connect( 'admin', 'full_access' )->call( 'fixture_admin_only' )->reason(), 'no agent has the capability' );
		self::assertSame( 'tool_unknown', Site::connect( 'admin', 'read_only' )->call( 'fixture_media_only' )->reason(), 'the connection lacks the group' );
		self::assertNull( Site::connect( 'admin', 'media_manager' )->call( 'fixture_media_only' )->reason() );
	}

	public function test_a_registered_tool_name_cannot_be_replaced(): void {
		$this->expected_error = '~is already registered~';
		$id                   = Site::post( [ 'post_status' => 'publish' ] );
		update_option( 'fixture_hijack', 1 );
		try {
			$agent = Site::connect();
			self::assertSame( $id, $agent->do( 'get_post', [ 'id' => $id ] )['id'] );
			self::assertSame( [ 'a' => 1 ], $agent->do( 'fixture_echo', [ 'a' => 1 ] ) );
			self::assertSame( $agent->tools(), array_values( array_unique( $agent->tools() ) ) );
		} finally {
			delete_option( 'fixture_hijack' );
		}
		self::assertStringContainsString( 'is already registered', $this->logged() );
	}

	public function test_arguments_reach_the_handler_unchanged(): void {
		$sent = [ 'text' => "it's \\ \"so\" 🦔 <b>&amp;", 'list' => [ 1, 2.5, null, true ], 'nested' => [ 'a' => [ 'b' => [] ] ] ];
		self::assertSame( $sent, Site::connect()->do( 'fixture_echo', $sent ) );
	}

	public function test_resources_templates_prompts_and_completions_are_served(): void {
		$agent = Site::connect();
		$from  = AuditTrail::size();
		self::assertSame( 'The note.', $agent->send( 'resources/read', [ 'uri' => 'fixture://note' ] )->json()['result']['contents'][0]['text'] );
		$book = $agent->send( 'resources/read', [ 'uri' => 'fixture://book/12' ] )->json()['result']['contents'][0];
		self::assertSame( [ 'fixture://book/12', 'text/markdown', '# Book 12' ], [ $book['uri'], $book['mimeType'], $book['text'] ] );
		self::assertSame( 'target_not_found', $agent->send( 'resources/read', [ 'uri' => 'fixture://book/9' ] )->reason() );
		self::assertSame( 'resource_unknown', $agent->send( 'resources/read', [ 'uri' => 'fixture://nowhere' ] )->reason() );
		self::assertSame( 'Write about owls.', $agent->send( 'prompts/get', [ 'name' => 'fixture_prompt', 'arguments' => [ 'about' => 'owls' ] ] )->json()['result']['messages'][0]['content']['text'] );
		self::assertSame( [ '12', '123' ], $agent->send( 'completion/complete', [ 'ref' => [ 'type' => 'ref/resource', 'uri' => 'fixture://book/{id}' ], 'argument' => [ 'name' => 'id', 'value' => '12' ] ] )->json()['result']['completion']['values'] );
		$lines = AuditTrail::lines( $from );
		self::assertContains( 'outcome resources/read ok', $lines );
		self::assertContains( 'outcome prompts/get ok', $lines );
	}

	/** @return list<array<string, mixed>> The messages of a stream. */
	private static function events( Answer $answer ): array {
		self::assertSame( 200, $answer->status, $answer->body );
		self::assertMatchesRegularExpression( '~^text/event-stream(;charset=UTF-8)?$~D', $answer->header( 'Content-Type' ) );
		$events = [];
		foreach ( array_filter( explode( "\n\n", $answer->body ) ) as $event ) {
			self::assertMatchesRegularExpression( '/^event: message\ndata: \{.*\}$/D', $event );
			$events[] = json_decode( substr( $event, strlen( "event: message\ndata: " ) ), true, 64, JSON_THROW_ON_ERROR );
		}
		return $events;
	}

	public function test_progress_is_streamed_and_other_output_is_discarded(): void {
		$meta   = [ '_meta' => [ 'progressToken' => 'p1', 'io.modelcontextprotocol/logLevel' => 'info' ] ];
		$answer = Site::connect()->send( 'tools/call', [ 'name' => 'fixture_progress', 'arguments' => [] ] + $meta );
		$events = self::events( $answer );
		self::assertSame( [ 'notifications/progress', 'notifications/message', 'notifications/progress', null ], array_map( static fn( array $event ): ?string => $event['method'] ?? null, $events ) );
		self::assertSame( [ 'p1', 1, 'half' ], [ $events[0]['params']['progressToken'], (int) $events[0]['params']['progress'], $events[0]['params']['message'] ] );
		self::assertSame( [ 'streaming' => true ], $events[3]['result']['structuredContent'] );
		self::assertStringNotContainsString( 'noise', $answer->body );
		self::assertSame( 'no-store', $answer->header( 'Cache-Control' ) );
	}

	public function test_a_tool_that_fails_during_a_stream_ends_it_with_an_error(): void {
		$from   = AuditTrail::size();
		$answer = Site::connect()->send( 'tools/call', [ 'name' => 'fixture_progress', 'arguments' => [ 'die' => true ], '_meta' => [ 'progressToken' => 'p1' ] ] );
		$events = self::events( $answer );
		self::assertSame( 'tool_failed', end( $events )['result']['_meta']['countersign/reason'] );
		self::assertSame( 'outcome fixture_progress failed tool_failed', AuditTrail::lines( $from )[2] );
	}

	public function test_without_a_progress_token_the_answer_is_plain_json(): void {
		$answer = Site::connect()->call( 'fixture_progress' );
		self::assertSame( 'application/json', $answer->header( 'Content-Type' ) );
		self::assertNotSame( [], $answer->content() );
	}
}
