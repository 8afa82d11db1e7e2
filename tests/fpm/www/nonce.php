<?php
// Issued in the future: a shared store refuses items issued before or within 30 seconds after its start.
$now    = time() + 60;
$answer = Countersign\Store::open()->seenOnce( 'fpm', $_GET['nonce'], $now, $now + 600 );
echo getmypid(), ' ', $answer->isAllowed() ? 'first' : $answer->reason();
