<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\McpRequest;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Calls\OutputGuard;
use Countersign\Plugin\Calls\Procedure;
use Countersign\Plugin\Calls\Runner;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Passwords\PasswordConnections;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * The MCP endpoint: receives a request, lets the {@see Procedure} decide and run it, and returns the response. It handles one
 * request.
 */
final class McpEndpoint {

	/** Largest body whose id is looked for before a token was verified, in bytes. The extension has the same bound. */
	public const SEARCHED = 16384;

	/** Bytes that are freed before the answer is made, in case memory has run out. */
	private const RESERVE = 512 * 1024;

	/** The request with a genuine token that is not answered yet. A fatal error leaves it behind. */
	private ?McpRequest $request = null;

	private ?string $reserve = null;

	public function __construct(
		private readonly Extension $extension,
		private readonly Procedure $procedure,
		private readonly OutputGuard $output,
		private readonly PasswordConnections $passwords,
	) {}

	/**
	 * Handles a request. If the extension, its store or the audit log cannot be used, the answer says so: with status 200 to a
	 * client with a genuine token, otherwise with 503.
	 */
	public function handle( Request $request ): Response {
		// Keep running after a client disconnects, so that the outcome is still logged.
		ignore_user_abort( true );
		try {
			$server = $this->extension->mcp_server( $this->procedure->is_stopped() );
			$step   = $server->receive( $request->method, $request->headers, $request->query, $request->body, $request->ip, $this->passwords->verified( $request->headers ) );
			if ( $step instanceof McpRequest ) {
				$this->guard( $step );
				$step = $this->procedure->authorize( $step, $request->ip );
			}
			$response = Response::of( $this->procedure->record( $step ) );
		} catch ( Unavailable | Unprotected $error ) {
			ErrorLog::failure( 'the audit log cannot be written', $error );
			$response = $this->cannot_serve( $error->reason, $request );
		} catch ( \Countersign\Exception $error ) {
			ErrorLog::failure( 'the extension cannot serve this request', $error );
			$response = $this->cannot_serve( $error->reason(), $request );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a request could not be served', $error );
			$response = $this->cannot_serve( 'store_unavailable', $request );
		}
		$this->request = null;
		return $response;
	}

	/**
	 * Returns the JSON-RPC error for a site that cannot serve agents: 503, code -32603 (internal error).
	 *
	 * @param string $reason  Stable reason code.
	 * @param string $message One English sentence.
	 * @param string $body    Body of the request. Its JSON-RPC id is repeated if it has one and is no longer than `SEARCHED`.
	 */
	public static function unavailable( string $reason, string $message, string $body ): Response {
		$id     = strlen( $body ) > self::SEARCHED ? null : Json::decode( $body )['id'] ?? null;
		$answer = [
			'jsonrpc' => '2.0',
			'error'   => [
				'code'    => -32603,
				'message' => $message,
				'data'    => [ 'reason' => $reason ],
			],
		];
		if ( is_string( $id ) || is_int( $id ) ) {
			$answer['id'] = $id;
		}
		return Response::unavailable( Json::encode( $answer ) );
	}

	/**
	 * Makes sure that a request with a genuine token is answered, and by nothing else: not if other code ends the request or
	 * prints something. {@see after_fatal()} answers then.
	 */
	private function guard( McpRequest $request ): void {
		$this->request = $request;
		$this->reserve = str_repeat( ' ', self::RESERVE );
		// Runs before what WordPress and other plugins do and print at the end of a request.
		add_action( 'shutdown', $this->after_fatal( ... ), PHP_INT_MIN );
		// After WordPress has ended all buffers: what is printed later does not belong to the answer.
		add_action( 'shutdown', static fn() => ob_start( static fn(): string => '' ), 2 );
		$this->output->silence();
		$this->output->hold();
	}

	/** Returns what {@see handle()} returns for a site that cannot serve the request. */
	private function cannot_serve( string $reason, ?Request $received = null ): Response {
		try {
			$reply    = $this->request?->unavailable( $reason ) ?? ( null === $received ? null : $this->extension->mcp_unavailable( $reason, $received ) );
			$response = null === $reply ? null : Response::of( $reply );
		} catch ( \Throwable ) { // The keys of the site cannot be used either, so no token can be verified.
			$response = null;
		}
		$response ??= self::unavailable( $reason, \Countersign\reasons()[ $reason ] ?? 'The site cannot serve agents now.', $received->body ?? '' );
		return $this->output->has_begun()
			? new Response( 200, [], "event: message\ndata: " . $response->body . "\n\n" )
			: $response;
	}

	/** Callback of the action `shutdown`. Answers a request that was ended by a fatal error or by `exit`. */
	private function after_fatal(): void {
		$request = $this->request;
		if ( null === $request ) {
			return;
		}
		$call          = $this->procedure->take_open();
		$this->reserve = null;
		$error         = error_get_last();
		ErrorLog::note( sprintf( '%s ended the request: %s', null === $call ? 'other code' : Runner::subject( $call ), $error ? 'PHP error in ' . ErrorLog::place( $error['file'], $error['line'] ) : 'exit' ) );
		$this->output->discard();
		try {
			$response = null === $call ? $this->cannot_serve( 'tool_failed' ) : Response::of( $this->procedure->record( $call->deny( 'tool_failed' ) ) );
		} catch ( Unavailable $error ) {
			// The log shows an intent without an outcome, which means that the call was interrupted.
			$response = $this->cannot_serve( $error->reason );
		}
		$this->request = null;
		$response->write();
		ob_start( static fn(): string => '' );
	}
}
