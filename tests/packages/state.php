<?php
// state.php make|check: uses a nonce and begins to seal a log, or checks that both are remembered.
use Countersign\{AuditSeals, Keyring, Store};

$keyring = Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) );
$seals   = new AuditSeals( $keyring, 'shop.example' );
$until   = 2_000_000_000;
$first   = Store::open()->seenOnce( 'package', 'nonce', $until, $until + 600 )->isAllowed();
if ( 'make' === $argv[1] ) {
	exit( $first && is_string( $seals->enroll() ) ? 0 : 1 );
}
exit( ! $first && $seals->isEnrolled() && null === $seals->enroll() ? 0 : 1 );
