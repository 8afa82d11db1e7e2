<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

use Countersign\Plugin\Connections\Connection;
use Countersign\UploadSession;

defined( 'ABSPATH' ) || exit;

/** One request by the link of an upload session, which the extension has accepted. */
final class Visit {

	public function __construct(
		public readonly UploadSession $decision,
		public readonly Session $session,
		public readonly Connection $connection,
	) {}
}
