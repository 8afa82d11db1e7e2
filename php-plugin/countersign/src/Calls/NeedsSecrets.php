<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

defined( 'ABSPATH' ) || exit;

/** A tool that opens secrets of the vault. The extension lets its calls open these and no others. */
interface NeedsSecrets {

	/**
	 * Returns the names of the secrets that a call may open. Asked before the call begins.
	 *
	 * @return list<string>
	 */
	public function secrets(): array;
}
