<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Loggable;

defined( 'ABSPATH' ) || exit;

/** The audit log cannot be written. The caller must not do what it wanted to record. */
final class Unavailable extends \RuntimeException implements Loggable {

	/**
	 * @param string          $reason   Stable reason code: `audit_unavailable`, or the code of the extension's exception.
	 * @param string          $message  Message for the site's error log. Must not repeat input.
	 * @param \Throwable|null $previous What caused the failure.
	 */
	public function __construct( public readonly string $reason, string $message, ?\Throwable $previous = null ) {
		parent::__construct( $message, 0, $previous );
	}
}
