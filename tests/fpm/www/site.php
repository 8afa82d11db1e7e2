<?php
// Uses the store and the key file of the INI entries, for one of several sites in a pool.
use Countersign\Limits;
use Countersign\Store;
use Countersign\Vault;

const SITE = '0123456789abcdef';

function info(): string {
	ob_start();
	phpinfo( INFO_MODULES );
	return (string) ob_get_clean();
}

try {
	$now    = time() + 60;
	$answer = match ( $_GET['do'] ) {
		'nonce' => Store::open()->seenOnce( 'fpm', $_GET['nonce'], $now, $now + 600 )->reason() ?? 'first',
		'limit' => ( new Limits( Store::open() ) )->check( 'k', (int) $_GET['max'], 86400 )->reason() ?? 'yes',
		'named' => Store::open( $_GET['dir'] )->status()['engine'],
		'store' => Store::open()->status()['engine'],
		'seal'  => ( static function (): string {
			$vault = Vault::create( SITE, str_repeat( 'k', 64 ) );
			$vault->addKeyFile();
			return $vault->slots();
		} )(),
		'open'  => Vault::openWithKeyFile( SITE, $_GET['slots'] )->slotKinds() ? 'opened' : '',
		'shown' => str_contains( info(), $_GET['text'] ) ? 'shown' : 'not shown',
		'ini'   => ini_get( $_GET['entry'] ),
		// Ends the request before its end, after it has used its settings.
		'end'   => ( static function (): void {
			$GLOBALS['kept'] = array( Store::open(), Vault::create( SITE, str_repeat( 'k', 64 ) ) );
			echo getmypid(), ' ended';
			match ( $_GET['how'] ) {
				'exit'      => exit( 3 ),
				'fatal'     => no_such_function(),
				'memory'    => str_repeat( 'x', PHP_INT_MAX >> 8 ),
				'finish'    => fastcgi_finish_request() && exit(),
				'exception' => throw new LogicException( 'not caught' ),
				'shutdown'  => register_shutdown_function( static fn() => Store::open()->status() ) || exit(),
			};
		} )(),
		'set'   => ( static function (): string {
			$set  = static fn(): bool => false !== ini_set( $_GET['entry'], $_GET['value'] );
			$done = $set();
			ini_restore( $_GET['entry'] );
			$done = $set() || $done;
			return $done ? 'set' : 'refused';
		} )(),
	};
} catch ( Countersign\Exception $e ) {
	$answer = $e->reason() . ': ' . $e->getMessage();
}
echo getmypid(), ' ', $answer;
