<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

defined( 'ABSPATH' ) || exit;

/**
 * Ends a round of a call that needs input from the client. Thrown by {@see Call::require_input()}.
 *
 * @internal
 */
final class InputRequired extends \Exception {

	/**
	 * @param string      $requests JSON object: key => request of the protocol.
	 * @param string|null $state    What the handler wants back in the next round.
	 */
	public function __construct(
		public readonly string $requests,
		public readonly ?string $state,
	) {
		parent::__construct( 'input required' );
	}
}
