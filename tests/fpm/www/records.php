<?php
// Seals and opens records, and makes a call of an agent.
require dirname( __DIR__, 2 ) . '/php/lib/records.inc';

use Countersign\Keyring;
use Countersign\TokenKind;
use Countersign\Tokens;

$keyring = static fn() => Keyring::open( '0123456789abcdef', str_repeat( 'k3Zq', 16 ) );
$issue   = static fn() => outcome( static fn() => ( new Tokens( $keyring() ) )->issue( TokenKind::Access, 7, 60 ) );
try {
	$answer = match ( $_GET['do'] ) {
		'issue' => $issue(),
		'call'  => ( static function () use ( $issue ): string {
			$site = new TestSite();
			$site->commit( array( 'connection', 7, 1, ACTIVE ) );
			$site->call()->begin();
			// Runs after the response was sent.
			register_shutdown_function( static fn() => file_put_contents( $_GET['late'], $issue() ) );
			return $issue();
		} )(),
		'seal'  => ( new TestSite() )->rows['site:0'],
		'state' => ( static function (): string {
			$site = new TestSite();
			return (string) $site->with( $_GET['text'] )->state()->reason();
		} )(),
		'read'  => is_readable( $_GET['file'] ) ? 'readable' : 'not readable',
	};
} catch ( Countersign\Exception $e ) {
	$answer = $e->reason() . ': ' . $e->getMessage();
}
echo getmypid(), ' ', $answer;
