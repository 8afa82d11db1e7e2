<?php
/**
 * Runs PHPUnit inside a WordPress that is already loaded: `site php NAME tests/plugin/phpunit.php [OPTION...]`.
 *
 * Debian's phpunit program cannot be required, because PHP would print its first line, which is meant for a shell.
 */

declare(strict_types=1);

require '/usr/share/php/PHPUnit/Autoload.php';

PHPUnit\TextUI\Command::main();
