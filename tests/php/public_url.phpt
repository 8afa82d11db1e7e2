--TEST--
A URL is fetched from public addresses only, and the address of the connection is compared with the checked ones
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\{Decision, PublicUrl};

$said = static fn( $answer ) => $answer instanceof Decision ? $answer->reason() : ( is_array( $answer ) ? implode( ' ', $answer ) : get_class( $answer ) );
foreach ( array( 'https://client.example/a', 'http://client.example/', 'https://127.0.0.1/', "https://client.example/\0", "\xff", '' ) as $text ) {
	echo $said( PublicUrl::parse( $text ) ), "\n";
}
$url = PublicUrl::parse( 'https://client.example:8443/a?b' );
echo $url->host(), ' ', $url->port(), "\n";
foreach ( array( array( '9.9.9.9', '2620:FE::FE' ), array( '::ffff:9.9.9.9' ), array( '9.9.9.9', '::1' ), array( '::ffff:127.0.0.1' ), array(), array_fill( 0, 17, '9.9.9.9' ) ) as $addresses ) {
	echo $said( $url->check( $addresses ) ), "\n";
}
var_dump( PublicUrl::isAmong( '::ffff:9.9.9.9', array( '9.9.9.9' ) ), PublicUrl::isAmong( '9.9.9.8', array( '9.9.9.9' ) ), PublicUrl::isAmong( '', array() ) );
try {
	$url->check( array( 1 ) );
} catch ( Countersign\Exception $error ) {
	echo $error->reason(), "\n";
}
try {
	new PublicUrl();
} catch ( Throwable $error ) {
	echo get_class( $error ), "\n";
}
?>
--EXPECT--
Countersign\PublicUrl
fetch_url_refused
fetch_url_refused
fetch_url_refused
fetch_url_refused
fetch_url_refused
client.example 8443
9.9.9.9 2620:fe::fe
9.9.9.9
fetch_address_refused
fetch_address_refused
fetch_address_refused
fetch_address_refused
bool(true)
bool(false)
bool(false)
misuse
Error
