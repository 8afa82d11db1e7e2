--TEST--
The servers take a record, a refusal or null, and say what to change if a token is ahead of its record
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\Access;
use Countersign\Decision;
use Countersign\McpReply;
use Countersign\McpServer;
use Countersign\Record;
use Countersign\TokenKind;
use Countersign\Tokens;

$site = new TestSite();
$site->commit( array( 'connection', 7, 1, ACTIVE ), array( 'connection', 8, 1, ACTIVE ) );
$site->commit( array( 'connection', 7, 2, str_replace( '"epoch":0', '"epoch":1', ACTIVE ) ) );
$open   = static fn( int $id, ?string $text ): Record|Decision => $site->records()->open( 'connection', $id, $text );
$now    = $open( 7, $site->rows['connection:7'] );
$server = new McpServer(
	$site->keyring,
	$site->store,
	json_encode(
		array(
			'name'              => 'countersign',
			'title'             => 'Site',
			'version'           => '1',
			'endpoint'          => 'https://shop.example/mcp',
			'resource_metadata' => 'https://shop.example/m',
			'hosts'             => array( 'shop.example' ),
			'kill_switch'       => false,
			'max_body'          => 4096,
			'secure'            => true,
			'ip_limit'          => array( 'max' => 99, 'window' => 60 ),
		)
	)
);
$ask = static function ( int $epoch, Record|Decision|null $connection ) use ( $server, $site ): McpReply {
	$token = ( new Tokens( $site->keyring ) )->issue( TokenKind::Access, 7, 60, 'https://shop.example/mcp', $epoch );
	return $server->receive( 'POST', array( 'host' => 'shop.example', 'authorization' => "Bearer $token" ), '', '{"jsonrpc":"2.0","id":1,"method":"ping"}', '192.0.2.1' )->authorize( $connection );
};
foreach ( array(
	'current'   => array( 1, $now ),
	'earlier'   => array( 0, $now ),
	'later'     => array( 4, $now ),
	'forged'    => array( 1, $open( 7, 'csr1.AAAA' ) ),
	'no row'    => array( 1, null ),
) as $what => list( $epoch, $connection ) ) {
	$reply = $ask( $epoch, $connection );
	echo "$what: ", $reply->status(), ' ', $reply->decision()->reason() ?? 'allowed', ' ', $reply->change() ?? '-', "\n";
}
foreach ( array( $now, null ) as $connection ) {
	echo Access::mayAct( $connection, null, false )->reason() ?? 'allowed', "\n";
}
foreach ( array(
	'another connection' => static fn() => $ask( 1, $open( 8, $site->rows['connection:8'] ) ),
	'permission'         => static fn() => $ask( 1, $site->records()->state() ),
) as $what => $wrong ) {
	try {
		$wrong();
	} catch ( Countersign\Exception | TypeError $e ) {
		echo "$what: ", $e instanceof TypeError ? 'TypeError' : $e->reason(), "\n";
	}
}
?>
--EXPECT--
current: 200 allowed -
earlier: 401 token_revoked -
later: 200 record_rolled_back {"connection":7,"pause":"record_rolled_back","raise_epoch":4}
forged: 401 record_forged -
no row: 401 connection_unknown -
allowed
connection_unknown
another connection: misuse
permission: TypeError
