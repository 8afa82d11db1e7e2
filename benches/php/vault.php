<?php
/** Sealing and opening 200 bytes, compared with openssl_encrypt and hash_hmac. */

declare(strict_types=1);

require __DIR__ . '/lib/bench.php';
require __DIR__ . '/lib/sealed.php';

use Countersign\Vault;

$vault  = Vault::create( '0123456789abcdef', bin2hex( random_bytes( 32 ) ) );
$peer   = new Sealed( random_bytes( 32 ) );
$secret = random_bytes( 200 );
$ours   = $vault->seal( 'mail/password', $secret );
$theirs = $peer->seal( 'mail/password', $secret );
must( $vault->unseal( 'mail/password', $ours )->equals( $secret ) && $secret === $peer->open( 'mail/password', $theirs ) );

$bench = new Bench();
$bench->compare( 'seal 200 bytes', 1.5, static fn() => $vault->seal( 'mail/password', $secret ), static fn() => $peer->seal( 'mail/password', $secret ), 'openssl_encrypt, hash_hmac', 5000 );
$bench->compare( 'open 200 bytes', 1.5, static fn() => $vault->unseal( 'mail/password', $ours ), static fn() => $peer->open( 'mail/password', $theirs ), 'openssl_decrypt, hash_hmac', 5000 );
echo $bench->rows();
