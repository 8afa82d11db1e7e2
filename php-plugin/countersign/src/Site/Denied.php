<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

/**
 * A call must not or cannot go on, for a reason the client is told.
 *
 * Throw it from a tool: `throw new Denied( 'target_not_found' )`. The reasons are those of
 * \Countersign\reasons(); the extension words the answer.
 */
final class Denied extends \Exception {

	/**
	 * @param string      $reason Stable reason code, for instance `target_not_found`.
	 * @param string|null $detail For the client and the model, without secrets.
	 * @param string|null $target What was meant, for the audit log, for instance `post:12`.
	 */
	public function __construct(
		public readonly string $reason,
		public readonly ?string $detail = null,
		public readonly ?string $target = null,
	) {
		parent::__construct( $reason );
	}
}
