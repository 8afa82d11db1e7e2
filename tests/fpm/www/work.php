<?php
// Uses the extension as an agent's request does, including refusals and exceptions.
use Countersign\Claims;
use Countersign\Keyring;
use Countersign\Limits;
use Countersign\Store;
use Countersign\TokenKind;
use Countersign\Tokens;

$store  = Store::open();
$tokens = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) ) );
$token  = $tokens->issue( TokenKind::Access, 7, 60, 'https://example.org/' );
$right  = $tokens->verify( TokenKind::Access, $token, 'https://example.org/' ) instanceof Claims;
$wrong  = $tokens->verify( TokenKind::Access, $token . 'x', 'https://example.org/' )->reason();
$answer = ( new Limits( $store ) )->check( 'work:' . $_GET['n'] % 100, 60, 1 );
$once   = $store->seenOnce( 'work', $_GET['n'], time() + 60, time() + 60 );
try {
	Keyring::open( '0123456789abcdef', 'too short' );
	$thrown = 'nothing';
} catch ( Countersign\KeyException $e ) {
	$thrown = $e->reason();
}
echo getmypid(), ' ', $right && 'token_malformed' === $wrong && $once->isAllowed() && 'key_unusable' === $thrown ? 'ok' : 'not ok';
