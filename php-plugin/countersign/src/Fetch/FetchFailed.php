<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

use Countersign\Plugin\Site\Loggable;

defined( 'ABSPATH' ) || exit;

/** A URL was not fetched. */
final class FetchFailed extends \RuntimeException implements Loggable {

	/**
	 * @param string $reason  Reason code: `fetch_url_refused`, `fetch_address_refused`, `fetch_failed`, or that of a limit.
	 * @param string $message One English sentence with the details. Must not repeat input.
	 */
	public function __construct( public readonly string $reason, string $message ) {
		parent::__construct( $message );
	}
}
