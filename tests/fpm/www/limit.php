<?php
$answer = ( new Countersign\Limits( Countersign\Store::open() ) )->check( $_GET['key'], (int) $_GET['max'], 86400 );
echo getmypid(), ' ', $answer->isAllowed() ? 'yes' : $answer->reason();
