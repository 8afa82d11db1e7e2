<?php
$now    = time();
$answer = Countersign\Store::open()->seenOnce( 'fpm', $_GET['nonce'], $now + 1, $now + 600 );
echo getmypid(), ' ', $answer->isAllowed() ? 'first' : $answer->reason();
