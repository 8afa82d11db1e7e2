<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** Something that this plugin needs did not work. */
final class Failure extends \RuntimeException implements Loggable {}
