--TEST--
The extension and a second implementation in plain PHP agree with the vectors of the client ids of registered clients
--FILE--
<?php
use Countersign\Keyring;
use Countersign\OAuth;

const BEGINNINGS = array( 'https://', 'http://localhost', 'http://127.0.0.1', 'http://[::1]', '' );
const LENGTHS    = array( 1 => 14, 2 => 13 ); // Version => bits of the length of a redirect URI.
const METHODS    = array( 'none', 'client_secret_post', 'client_secret_basic' );

/** @return array{client: array<string, mixed>|null, client_secret: string|null} The client, from what docs/developers.md says. */
function read( string $site, string $material, string $id ): array {
	$none = array( 'client' => null, 'client_secret' => null );
	$root = hash_hkdf( 'sha256', $material, 32, 'countersign/root/v1', hex2bin( $site ) );
	$mac  = static fn( string $purpose, string $text ) => hash_hmac( 'sha256', $text, hash_hkdf( 'sha256', $root, 32, "countersign/oauth/$purpose/v1" ), true );
	$b64  = static fn( string $bytes ) => rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	$all  = str_starts_with( $id, 'csc_' ) ? base64_decode( strtr( substr( $id, 4 ), '-_', '+/' ), true ) : false;
	if ( false === $all || "csc_" . $b64( $all ) !== $id || strlen( $all ) < 16 ) {
		return $none;
	}
	$payload = substr( $all, 0, -16 );
	if ( ! hash_equals( substr( $mac( 'client-id', $payload ), 0, 16 ), substr( $all, -16 ) ) || ! isset( LENGTHS[ ord( $payload[0] ) ] ) ) {
		return $none;
	}
	$rest = substr( $payload, 14 );
	$take = static function ( int $length ) use ( &$rest ): string {
		$head = substr( $rest, 0, $length );
		$rest = substr( $rest, $length );
		return $head;
	};
	$number = static fn(): int => unpack( 'n', $take( 2 ) )[1];
	$bits   = LENGTHS[ ord( $payload[0] ) ];
	$flags  = ord( $payload[1] );
	$name   = $take( $number() );
	$uris   = array();
	for ( $left = ord( $take( 1 ) ); $left > 0; $left-- ) {
		$word   = $number();
		$uris[] = BEGINNINGS[ $word >> $bits ] . $take( $word & ( ( 1 << $bits ) - 1 ) );
	}
	$method = METHODS[ $flags & 3 ];
	$secret = 'none' === $method ? null : 'cscs_' . $b64( $mac( 'client-secret', $id ) );
	$client = array(
		'client_id'                  => $id,
		'client_name'                => $name,
		'redirect_uris'              => $uris,
		'grant_types'                => $flags & 4 ? array( 'authorization_code', 'refresh_token' ) : array( 'authorization_code' ),
		'token_endpoint_auth_method' => $method,
	);
	if ( null !== $secret ) {
		$client['secret_hash'] = hash( 'sha256', $secret );
	}
	$client['source'] = 'registration';
	return array( 'client' => $client, 'client_secret' => $secret );
}

$settings = json_encode( array_fill_keys( array( 'issuer', 'resource', 'resource_metadata', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint' ), 'https://example.org/x' ) + array( 'secure' => true, 'allow_http' => false ) );
$count    = array( 'valid' => 0, 'refused' => 0 );
foreach ( glob( __DIR__ . '/../vectors/oauth/issued_ids*/*.json' ) as $file ) {
	$vector = json_decode( file_get_contents( $file ), true );
	$name   = basename( $file, '.json' );
	$ours   = ( new OAuth( Keyring::open( $vector['site'], $vector['material'] ), $settings ) )->registeredClient( $vector['client_id'] );
	if ( json_decode( $ours ?? 'null', true ) != $vector['client'] ) {
		echo "$name: the extension has another answer\n";
	}
	$theirs = read( $vector['site'], $vector['material'], $vector['client_id'] );
	if ( $theirs['client'] != $vector['client'] || $theirs['client_secret'] !== $vector['client_secret'] ) {
		echo "$name: the second implementation has another answer\n";
	}
	$count[ null === $vector['client'] ? 'refused' : 'valid' ]++;
}
echo json_encode( $count ), "\n";
var_dump( ( new OAuth( Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) ), $settings ) )->registeredClient( "csc_\xff" ) );
?>
--EXPECT--
{"valid":9,"refused":26}
NULL
