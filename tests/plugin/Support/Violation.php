<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Something happened on the site that the model forbids. */
final class Violation extends \RuntimeException {}
