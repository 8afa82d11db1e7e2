--TEST--
An application password opens exactly the connection whose record names it
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\McpReply;
use Countersign\McpServer;

const UUID     = '3f1a1f6e-9d0e-4c57-8f0c-6f5a0d1c2b3a';
const PASSWORD = 'Du1m My2D umMY 3dUm mY4d UmMy';

$basic = static fn( string $text ): array => array( 'Host' => 'shop.example', 'Authorization' => 'Basic ' . base64_encode( $text ) );
foreach ( array( 'anna:' . PASSWORD, 'anna:Du1mMy2DumMY3dUmmY4dUmMy', 'staging:letmein', 'anna' ) as $text ) {
	echo json_encode( McpServer::sentPassword( $basic( $text ) ) ), "\n";
}
echo json_encode( McpServer::sentPassword( array( 'authorization' => 'Bearer x' ) ) ), json_encode( McpServer::sentPassword( array() ) ), "\n";

$credential = McpServer::credential( 1, UUID, PASSWORD, 1800000000 );
echo implode( ' ', array_keys( json_decode( $credential, true ) ) ), str_contains( $credential, 'Du1m' ) ? ' with the password' : '', "\n";
echo outcome( static fn() => McpServer::credential( 1, UUID, 'no password', 1 ) ), ' ', outcome( static fn() => McpServer::credential( -1, UUID, PASSWORD, 1 ) ), "\n";

$site = new TestSite();
$data = array( 'credential' => json_decode( $credential, true ) ) + json_decode( ACTIVE, true );
$site->commit( array( 'connection', 7, 1, json_encode( $data ) ), array( 'connection', 8, 1, ACTIVE ) );
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
$ask = static function ( string $text, ?string $verified ) use ( $server, $site, $basic ): McpReply {
	$step = $server->receive( 'POST', $basic( $text ), '', '{"jsonrpc":"2.0","id":1,"method":"ping"}', '192.0.2.1', $verified );
	return $step instanceof McpReply ? $step : $step->authorize( $site->records()->open( 'connection', $step->connection(), $site->rows[ 'connection:' . $step->connection() ] ?? null ) );
};
$found = static fn( int $user, string $uuid, ?int $connection ): string => json_encode( compact( 'user', 'uuid', 'connection' ) );
foreach ( array(
	'right'              => array( PASSWORD, $found( 1, UUID, 7 ) ),
	'another password'   => array( 'aaaa bbbb cccc dddd eeee ffff', $found( 1, UUID, 7 ) ),
	'another account'    => array( PASSWORD, $found( 2, UUID, 7 ) ),
	'another id'         => array( PASSWORD, $found( 1, 'x', 7 ) ),
	'another connection' => array( PASSWORD, $found( 1, UUID, 8 ) ),
	'no row'             => array( PASSWORD, $found( 1, UUID, 9 ) ),
	'no connection'      => array( PASSWORD, $found( 1, UUID, null ) ),
	'not verified'       => array( PASSWORD, null ),
	'not of this form'   => array( 'letmein', $found( 1, UUID, 7 ) ),
) as $what => list( $password, $verified ) ) {
	$reply = $ask( "anna:$password", $verified );
	echo "$what: ", $reply->status(), ' ', $reply->decision()->reason() ?? 'allowed', ' ', $reply->headers()['WWW-Authenticate'] ?? '-', "\n";
}
foreach ( array( '', '[]', '{"user":1}', '{"user":1,"uuid":"a","connection":"7"}' ) as $wrong ) {
	echo outcome( static fn() => $ask( 'anna:' . PASSWORD, $wrong ) ), "\n";
}
?>
--EXPECT--
{"username":"anna","password":"Du1mMy2DumMY3dUmmY4dUmMy"}
{"username":"anna","password":"Du1mMy2DumMY3dUmmY4dUmMy"}
null
null
nullnull
kind user uuid created_at digest
misuse misuse
right: 200 allowed -
another password: 401 app_password_foreign Bearer resource_metadata="https://shop.example/m"
another account: 401 app_password_foreign Bearer resource_metadata="https://shop.example/m"
another id: 401 app_password_foreign Bearer resource_metadata="https://shop.example/m"
another connection: 401 app_password_foreign Bearer resource_metadata="https://shop.example/m"
no row: 200 record_missing -
no connection: 401 app_password_foreign Bearer resource_metadata="https://shop.example/m"
not verified: 401 app_password_invalid Bearer resource_metadata="https://shop.example/m"
not of this form: 401 token_missing Bearer resource_metadata="https://shop.example/m"
misuse
misuse
misuse
misuse
