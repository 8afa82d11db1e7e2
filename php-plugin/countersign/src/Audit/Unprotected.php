<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Loggable;

defined( 'ABSPATH' ) || exit;

/**
 * A change and its entry are stored and in effect, but what would show their loss could not be written outside the database.
 * Until it is, nobody would notice if an older backup of the database took their place.
 */
final class Unprotected extends \RuntimeException implements Loggable {

	/**
	 * @param string          $reason   Stable reason code.
	 * @param \Throwable|null $previous What failed.
	 */
	public function __construct( public readonly string $reason, ?\Throwable $previous = null ) {
		parent::__construct( 'The change is in the database and holds, but it is not yet protected against a restored backup.', 0, $previous );
	}

	/** Returns the exception for a failure of the extension. */
	public static function because( \Countersign\Exception $error ): self {
		return new self( $error->reason(), $error );
	}
}
