<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors\Cli;

use Countersign\Plugin\Calls\DirectCalls;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/** The WP-CLI command `wp countersign call`. */
final class CallCommand {

	public function __construct( private readonly DirectCalls $calls ) {}

	/**
	 * Calls a tool as an agent's connection would, with its permissions and limits, and prints the answer.
	 *
	 * The call is recorded in the audit log under the connection, with the door `cli`. A call that needs a confirmation needs it
	 * here too: call request_review first.
	 *
	 * ## OPTIONS
	 *
	 * <tool>
	 * : Name of the tool, such as `get_post`.
	 *
	 * --connection=<id>
	 * : Id of the connection, as the Connections page and the audit log show it.
	 *
	 * [--arguments=<json>]
	 * : The arguments of the tool as a JSON object.
	 * ---
	 * default: '{}'
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp countersign call get_post --connection=4711 --arguments='{"id": 12}'
	 *
	 * @param list<string>          $arguments
	 * @param array<string, string> $options
	 */
	public function __invoke( array $arguments, array $options ): void {
		$answer = $this->calls->call( (int) ( $options['connection'] ?? 0 ), null, 'cli', $arguments[0] ?? '', $options['arguments'] ?? '{}', false );
		if ( null !== $answer->reason ) {
			\WP_CLI::error( "$answer->text ($answer->reason)" );
		}
		\WP_CLI::line( null === $answer->structured ? $answer->text : Json::encode( $answer->structured ) );
	}
}
