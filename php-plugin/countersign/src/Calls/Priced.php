<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

defined( 'ABSPATH' ) || exit;

/** A tool whose calls cost money. */
interface Priced {

	/** Returns the estimated cost of a call, in millionths of a unit of money. It is counted before the call begins. */
	public function estimate(): int;
}
