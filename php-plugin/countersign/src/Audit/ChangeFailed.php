<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Loggable;

defined( 'ABSPATH' ) || exit;

/** The database refused a {@see Change}. Neither the change nor its entries were stored. */
final class ChangeFailed extends \RuntimeException implements Loggable {}
