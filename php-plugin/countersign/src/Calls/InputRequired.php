<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

/**
 * A handler needs something from the client before it can go on; thrown by {@see Call::require_input()}.
 *
 * @internal
 */
final class InputRequired extends \Exception {

	public function __construct(
		public readonly string $requests,
		public readonly ?string $state,
	) {
		parent::__construct( 'input required' );
	}
}
