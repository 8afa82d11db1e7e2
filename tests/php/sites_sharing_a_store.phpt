--TEST--
A site does not use up the limits of another site that has the same store
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\Keyring;
use Countersign\McpServer;
use Countersign\OAuth;
use Countersign\Store;

// A store of this test, so that no other test has counted in it.
$dir = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
mkdir( $dir, 0700 );
$store    = Store::open( $dir );
$settings = static fn( array $more ): string => json_encode( $more + array( 'secure' => true, 'ip_limit' => array( 'max' => 3, 'window' => 3600 ) ) );
$oauth    = static fn( string $site ): OAuth => new OAuth(
	Keyring::open( $site, str_repeat( 'k3Zq', 16 ) ),
	$settings(
		array_fill_keys( array( 'issuer', 'resource', 'resource_metadata', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint' ), 'https://example.org/x' )
		+ array( 'allow_http' => false, 'registration_limit' => array( 'max' => 3, 'window' => 3600 ) )
	)
);
$mcp = static fn( string $site ): McpServer => new McpServer(
	Keyring::open( $site, str_repeat( 'k3Zq', 16 ) ),
	$store,
	$settings(
		array(
			'name'              => 'countersign',
			'title'             => 'Site',
			'version'           => '1',
			'endpoint'          => 'https://example.org/mcp',
			'resource_metadata' => 'https://example.org/m',
			'hosts'             => array( 'example.org' ),
			'kill_switch'       => false,
			'max_body'          => 4096,
		)
	)
);

$ask = static fn( string $site ): string => implode(
	' ',
	array(
		$oauth( $site )->register( '{"redirect_uris":["https://client.example/back"]}', $store, '192.0.2.1' )->status(),
		$oauth( $site )->token( 'grant_type=x&client_id=unknown', '', null, $store, '192.0.2.1' )->status(),
		$mcp( $site )->receive( 'POST', array( 'host' => 'example.org' ), '', '{}', '192.0.2.2' )->status(),
	)
);
foreach ( array( '0123456789abcdef', '0123456789abcdef', '0123456789abcdef', '0123456789abcdef', 'fedcba9876543210' ) as $site ) {
	echo $ask( $site ), "\n";
}
array_map( unlink( ... ), glob( $dir . '/*' ) );
rmdir( $dir );
?>
--EXPECT--
201 401 401
201 401 401
201 401 401
429 429 429
201 401 401
