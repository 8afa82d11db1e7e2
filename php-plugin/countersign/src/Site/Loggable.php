<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** An exception whose message is a text of this plugin that holds no input, so that {@see ErrorLog} may write it. */
interface Loggable extends \Throwable {}
