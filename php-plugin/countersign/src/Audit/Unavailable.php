<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

/** The audit log cannot be written. What was to be recorded must not happen. */
final class Unavailable extends \RuntimeException {

	/**
	 * @param string $reason  Stable reason code: `audit_unavailable` or what the extension said.
	 * @param string $message For the error log, without input.
	 */
	public function __construct( public readonly string $reason, string $message, ?\Throwable $previous = null ) {
		parent::__construct( $message, 0, $previous );
	}
}
