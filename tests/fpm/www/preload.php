<?php
// Runs in the master process of php-fpm, before it forks its workers.
$now = time() + 60;
Countersign\Store::open()->seenOnce( 'fpm', 'preloaded', $now, $now + 600 );
