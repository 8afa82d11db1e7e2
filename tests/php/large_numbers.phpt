--TEST--
Numbers of more than 32 bits are the same in every build
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/proof.inc';
require __DIR__ . '/lib/records.inc';

use Countersign\AuditProof;
use Countersign\Budgets;
use Countersign\McpServer;
use Countersign\TokenKind;
use Countersign\Tokens;

const MORE = 1 << 32;

$site   = new TestSite();
$tokens = new Tokens( $site->keyring );
foreach ( array( MORE, MORE + 7, 9 * MORE + 1, ( 1 << 62 ) + 1, PHP_INT_MAX ) as $subject ) {
	$claims = $tokens->verify( TokenKind::Access, $tokens->issue( TokenKind::Access, $subject, 60, epoch: MORE - 1 ) );
	echo json_encode( $claims->subject() === $subject && MORE - 1 === $claims->epoch() ), ' ';
}
echo "\n";

// Positions in a log of a billion entries and more. A position whose upper bits are lost would be another entry.
$leaf = random_bytes( 32 );
foreach ( array( array( MORE - 1, MORE ), array( MORE, MORE + 1 ), array( 5, 256 * MORE ), array( 255 * MORE + 12345, 256 * MORE ), array( ( 1 << 53 ) - 2, ( 1 << 53 ) - 1 ) ) as list( $at, $size ) ) {
	$path  = array_map( static fn() => random_bytes( 32 ), range( 1, 60 ) );
	$left  = $path;
	$root  = bin2hex( proof_climb( $at, $size, $leaf, $left ) );
	$proof = array_map( bin2hex( ... ), array_slice( $path, 0, count( $path ) - count( $left ) ) );
	$holds = static fn( int $at, int $size ): bool => AuditProof::isIncluded( $at, bin2hex( $leaf ), $size, $root, $proof );
	echo json_encode( array( $holds( $at, $size ), $holds( $at & ( MORE - 1 ), $size ) && $at >= MORE, $holds( $at, $size & ( MORE - 1 ) ) ) ), ' ';
}
echo "\n";

$budgets = new Budgets( $site->store );
$row     = array( 'key' => bin2hex( random_bytes( 8 ) ), 'every' => 'month', 'of' => 'cost', 'cap' => 3 * MORE );
foreach ( array( MORE, MORE + 1, MORE ) as $cost ) {
	$spending = $budgets->spend( array( $row ), $cost );
	echo $spending->decision()->reason() ?? 'allowed', ' ', json_encode( array_intersect_key( $spending->budgets()[0], array_flip( array( 'used', 'remaining' ) ) ) ), "\n";
}

$server = static fn( int $max ): McpServer => new McpServer(
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
			'secure'            => true,
			'ip_limit'          => array( 'max' => 99, 'window' => 60 ),
			'max_body'          => $max,
		)
	)
);
$site->commit( array( 'connection', 7, 1, ACTIVE ) );
$record = $site->records()->open( 'connection', 7, $site->rows['connection:7'] );
$token  = $tokens->issue( TokenKind::Access, 7, 60, 'https://shop.example/mcp' );
foreach ( array( MORE, MORE + 4, PHP_INT_MAX, 4 ) as $max ) {
	$request = $server( $max )->receive( 'POST', array( 'host' => 'shop.example', 'content-type' => 'application/json', 'accept' => 'application/json, text/event-stream', 'authorization' => "Bearer $token" ), '', '{"jsonrpc":"2.0","id":1,"method":"ping"}', '192.0.2.1' );
	$reply   = $request->authorize( $record );
	echo $reply->status(), ' ', $reply->decision()->reason() ?? 'allowed', "\n";
}
?>
--EXPECT--
true true true true true 
[true,false,false] [true,false,false] [true,false,false] [true,false,false] [true,false,false] 
allowed {"used":4294967296,"remaining":8589934592}
allowed {"used":8589934593,"remaining":4294967295}
budget_cost_spent {"used":8589934593,"remaining":4294967295}
200 allowed
200 allowed
200 allowed
413 body_too_large
