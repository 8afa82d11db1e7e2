<?php
// Issued later: a store for several heads takes nothing that was issued within half a minute of its start.
$now    = time() + 60;
$answer = Countersign\Store::open()->seenOnce( 'fpm', $_GET['nonce'], $now, $now + 600 );
echo getmypid(), ' ', $answer->isAllowed() ? 'first' : $answer->reason();
