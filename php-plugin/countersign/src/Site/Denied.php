<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * Ends a call with a refusal that the client receives. Tools throw it: `throw new Denied( 'target_not_found' )`.
 *
 * The reason codes are the keys of `\Countersign\reasons()`. The extension turns the code into the protocol's answer.
 */
final class Denied extends \Exception {

	/**
	 * @param string      $reason Stable reason code, such as `target_not_found`.
	 * @param string|null $detail English sentence for the client and the model. Must hold no secret.
	 * @param string|null $target What the call was about, for the audit log, such as `post:12`.
	 */
	public function __construct(
		public readonly string $reason,
		public readonly ?string $detail = null,
		public readonly ?string $target = null,
	) {
		parent::__construct( $reason );
	}
}
