<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpRequest;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * Makes calls of tools that came through another door than the MCP endpoint: the REST route of abilities, another MCP server,
 * other code on the site, or the command line. The extension decides them as those of the endpoint, and they have the same
 * stages, limits and audit entries.
 */
final class DirectCalls {

	/** Bytes that are freed before the answer is made, in case memory has run out. */
	private const RESERVE = 512 * 1024;

	/** The calls that have begun and not ended; the last one is the innermost. @var list<Procedure> */
	private array $running = [];

	private ?string $reserve = null;

	/** @param \Closure(OutputGuard): Procedure $procedure Returns the steps of one request. */
	public function __construct(
		private readonly Extension $extension,
		private readonly \Closure $procedure,
		private readonly ClientAddress $client,
	) {}

	/**
	 * Tells whether a connection may call a tool now, whatever the arguments are. Counts and records nothing.
	 *
	 * @param int      $connection Id of the connection.
	 * @param int|null $user       The account by which the connection was found, or null.
	 * @param string   $door       As for {@see \Countersign\McpServer::direct()}.
	 * @param string   $tool       Name of the tool.
	 */
	public function permits( int $connection, ?int $user, string $door, string $tool ): bool {
		try {
			$procedure = ( $this->procedure )( new OutputGuard() );
			return $procedure->permits( $this->request( $procedure, $connection, $user, $door, $tool, '{}' ) )->isAllowed();
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a permission could not be decided', $error );
			return false;
		}
	}

	/**
	 * Calls a tool for a connection.
	 *
	 * @param int      $connection Id of the connection.
	 * @param int|null $user       The account by which the connection was found, or null.
	 * @param string   $door       As for {@see \Countersign\McpServer::direct()}.
	 * @param string   $tool       Name of the tool.
	 * @param string   $arguments  The arguments as JSON.
	 * @param bool     $is_nested  Whether this request runs or has run another call of an agent.
	 */
	public function call( int $connection, ?int $user, string $door, string $tool, string $arguments, bool $is_nested ): DirectAnswer {
		ignore_user_abort( true );
		$output    = new OutputGuard();
		$procedure = ( $this->procedure )( $output );
		$level     = ob_get_level();
		$this->guard( $procedure, $output, $door, $is_nested );
		try {
			$request = $this->request( $procedure, $connection, $user, $door, $tool, $arguments );
			return DirectAnswer::of( $procedure->record( $procedure->authorize( $request, $this->client->current(), $is_nested ) ) );
		} catch ( Unavailable | Unprotected $error ) {
			ErrorLog::failure( 'the audit log cannot be written', $error );
			return DirectAnswer::refused( $error->reason );
		} catch ( \Countersign\Exception $error ) {
			ErrorLog::failure( 'the extension cannot serve this call', $error );
			return DirectAnswer::refused( $error->reason() );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a call could not be served', $error );
			return DirectAnswer::refused( 'store_unavailable' );
		} finally {
			array_pop( $this->running );
			while ( ob_get_level() > $level && ob_end_clean() ) {
				continue;
			}
		}
	}

	private function request( Procedure $procedure, int $connection, ?int $user, string $door, string $tool, string $arguments ): McpRequest {
		return $this->extension->mcp_server( $procedure->is_stopped() )->direct( $connection, $user, $door, $tool, $arguments, $this->client->current() );
	}

	/** Makes sure that a call has an outcome and an answer even if it ends the request. */
	private function guard( Procedure $procedure, OutputGuard $output, string $door, bool $is_nested ): void {
		$this->running[] = $procedure;
		$this->reserve ??= str_repeat( ' ', self::RESERVE );
		add_action(
			'shutdown',
			function () use ( $procedure, $output, $door, $is_nested ): void {
				if ( in_array( $procedure, $this->running, true ) ) {
					$this->after_fatal( $procedure, $output, $door, $is_nested );
				}
			},
			PHP_INT_MIN
		);
		$output->silence();
		$output->hold();
	}

	/** Records the outcome of a call that was ended by a fatal error or by `exit`, and answers the outermost one. */
	private function after_fatal( Procedure $procedure, OutputGuard $output, string $door, bool $is_nested ): void {
		$call          = $procedure->take_open();
		$this->reserve = null;
		$error         = error_get_last();
		ErrorLog::note( sprintf( '%s ended the request: %s', null === $call ? 'other code' : Runner::subject( $call ), $error ? 'PHP error in ' . ErrorLog::place( $error['file'], $error['line'] ) : 'exit' ) );
		$reason = 'tool_failed';
		try {
			if ( null !== $call ) {
				$procedure->record( $call->deny( $reason ) );
			}
		} catch ( Unavailable $error ) {
			// The log shows an intent without an outcome, which means that the call was interrupted.
			$reason = $error->reason;
		}
		if ( ! $is_nested ) {
			$output->discard();
			self::answer( $door, $reason );
		}
	}

	/** Answers in the form that the client of a door expects. */
	private static function answer( string $door, string $reason ): void {
		$message = \Countersign\reasons()[ $reason ] ?? 'The tool failed.';
		if ( 'cli' === $door ) {
			fwrite( STDERR, "Error: $message ($reason)\n" ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- WP-CLI may not be usable any more.
			return;
		}
		if ( 'ability' === $door ) {
			return;
		}
		$body   = (string) file_get_contents( 'php://input' );
		$asked  = strlen( $body ) > 1 << 20 ? [] : (array) json_decode( $body, true );
		$is_rpc = '2.0' === ( $asked['jsonrpc'] ?? null );
		$id     = $asked['id'] ?? null;
		$answer = $is_rpc
			? [
				'jsonrpc' => '2.0',
				'id'      => is_string( $id ) || is_int( $id ) ? $id : null,
				'error'   => [
					'code'    => -32603,
					'message' => $message,
					'data'    => [ 'reason' => $reason ],
				],
			]
			: [
				'code'    => 'countersign_' . $reason,
				'message' => $message,
				'data'    => [
					'status' => 500,
					'reason' => $reason,
				],
			];
		( new Response( $is_rpc ? 200 : 500, [ 'Content-Type' => 'application/json', 'Cache-Control' => 'no-store' ], Json::encode( $answer ) ) )->write(); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing -- One line.
		ob_start( static fn(): string => '' );
	}
}
