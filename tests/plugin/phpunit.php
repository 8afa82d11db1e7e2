<?php
/**
 * PHPUnit inside a WordPress that is loaded already: `site php NAME tests/plugin/phpunit.php [OPTION...]`.
 *
 * Debian's phpunit cannot be required as it is: its first line is for a shell, and PHP would print it.
 */

declare(strict_types=1);

require '/usr/share/php/PHPUnit/Autoload.php';

PHPUnit\TextUI\Command::main();
