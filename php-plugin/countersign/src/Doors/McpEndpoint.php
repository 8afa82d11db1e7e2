<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\McpCall;
use Countersign\McpReply;
use Countersign\McpRequest;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Calls\OutputGuard;
use Countersign\Plugin\Calls\Runner;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Json;

/**
 * The MCP endpoint. The extension decides at each step; this class looks things up, records, runs and sends.
 */
final class McpEndpoint {

	private readonly OutputGuard $output;

	/** The call that has been recorded and not yet answered: what a fatal error leaves behind. */
	private ?McpCall $open = null;

	/** Room for the answer after memory has run out. */
	private ?string $reserve = null;

	public function __construct( private readonly Services $services ) {
		$this->output = new OutputGuard();
	}

	public function handle( Request $request ): Response {
		// Whoever hangs up does not keep the outcome out of the log.
		ignore_user_abort( true );
		try {
			$step = $this->services->mcp_server()->receive( $request->method, $request->headers, $request->query, $request->body, Request::ip() );
			if ( $step instanceof McpRequest ) {
				$connection = $this->services->connections()->find( $step->connection() );
				$step       = $step->authorize( $connection?->to_json(), $this->services->registry()->to_json() );
				$is_call    = $step instanceof McpCall;
				if ( $connection && $is_call ) {
					$step = $this->call( $step, $connection );
				}
				if ( $connection && ( $is_call || $step->decision()->isAllowed() ) ) {
					$this->services->connections()->touch( $connection, Request::ip() );
				}
			}
			return $this->finish( $step );
		} catch ( Unavailable $error ) {
			error_log( 'Countersign: the audit log cannot be written: ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			return $this->unavailable( $error->reason, $request );
		} catch ( \Countersign\Exception $error ) {
			error_log( 'Countersign: the extension refused: ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			return $this->unavailable( $error->reason(), $request );
		}
	}

	/**
	 * JSON-RPC for what keeps this endpoint from working at all.
	 *
	 * @param string $reason  Stable reason code.
	 * @param string $message One sentence.
	 * @param string $body    The request's body, for its id.
	 */
	public static function refusal( string $reason, string $message, string $body ): Response {
		$id    = Json::decode( $body )['id'] ?? null;
		$frame = [
			'jsonrpc' => '2.0',
			'error'   => [
				'code'    => -32603,
				'message' => $message,
				'data'    => [ 'reason' => $reason ],
			],
		];
		if ( is_string( $id ) || is_int( $id ) ) {
			$frame['id'] = $id;
		}
		return new Response(
			503,
			[
				'Content-Type' => 'application/json',
				'Retry-After'  => '60',
			] + Response::NO_STORE,
			Json::encode( $frame )
		);
	}

	/** Records, acts, and always has an answer, even when PHP itself gives up in between. */
	private function call( McpCall $call, Connection $connection ): McpReply {
		$this->services->log()->append( $call->intent() );
		$this->open    = $call;
		$this->reserve = str_repeat( ' ', 512 * KB_IN_BYTES );
		// Before whatever else WordPress and its plugins do and print at the end of a request.
		add_action( 'shutdown', $this->after_fatal( ... ), PHP_INT_MIN );
		$this->output->silence();
		$this->output->hold();
		$reply      = ( new Runner( $this->services, $this->output ) )->run( $call, $connection );
		$this->open = null;
		return $reply;
	}

	/** Records the outcome, then gives the answer. */
	private function finish( McpReply $reply ): Response {
		$this->services->log()->append( $reply->entry() );
		return Response::of( $reply );
	}

	private function unavailable( string $reason, Request $request ): Response {
		$response = self::refusal( $reason, \Countersign\reasons()[ $reason ] ?? 'The site cannot serve agents at present.', $request->body );
		return $this->output->has_begun()
			? new Response( 200, [], "event: message\ndata: " . $response->body . "\n\n" )
			: $response;
	}

	/** Action `shutdown`: a tool died of a fatal error, or called exit. */
	private function after_fatal(): void {
		$call = $this->open;
		if ( null === $call ) {
			return;
		}
		$this->open    = null;
		$this->reserve = null;
		$error         = error_get_last();
		error_log( // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			sprintf( 'Countersign: %s "%s" ended the request: %s', $call->kind(), $call->name(), $error ? $error['file'] . ':' . $error['line'] : 'exit' )
		);
		$this->output->discard();
		try {
			$this->finish( $call->deny( 'tool_failed' ) )->send();
		} catch ( Unavailable ) {
			// The intent without an outcome stands in the log as interrupted.
			http_response_code( 503 );
		}
	}
}
