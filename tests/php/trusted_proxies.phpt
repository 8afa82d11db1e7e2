--TEST--
TrustedProxies believes only what trusted proxies appended
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\TrustedProxies;

$proxies = new TrustedProxies( array( '127.0.0.1', '10.0.0.0/8', '2001:db8:cd::/48' ), 'X-Forwarded-For' );
$of      = static fn( string $peer, array $headers = array() ): string => $proxies->clientAddress( $peer, $headers ) ?? 'null';
echo $of( '127.0.0.1', array( 'X-Forwarded-For' => '198.51.100.1, 203.0.113.7' ) ), "\n";
echo $of( '127.0.0.1', array( 'x-forwarded-for' => '203.0.113.7, 10.1.1.1' ) ), "\n";
echo $of( '::ffff:127.0.0.1', array( 'X-FORWARDED-FOR' => '[2001:db8:99::7]:443' ) ), "\n";
echo $of( '203.0.113.7', array( 'X-Forwarded-For' => '198.51.100.1' ) ), "\n";
echo $of( '127.0.0.1', array( 'Forwarded' => 'for=198.51.100.1', 'X-Real-IP' => '198.51.100.1' ) ), "\n";
echo $of( '127.0.0.1', array( 'X-Forwarded-For' => "203.0.113.7, \xff" ) ), "\n";
echo $of( '127.0.0.1', array( 'X-Forwarded-For' => 7 ) ), "\n";
echo $of( '127.0.0.1' ), ' ', $of( '' ), ' ', $of( 'unix:' ), ' ', $of( '127.0.0.1:80' ), "\n";
$forwarded = new TrustedProxies( array( '127.0.0.1' ), 'FORWARDED' );
echo $forwarded->clientAddress( '127.0.0.1', array( 'forwarded' => 'for=198.51.100.1, for=203.0.113.7', 'x-forwarded-for' => '198.51.100.2' ) ), "\n";
var_dump( $proxies->trusts( '10.9.9.9' ), $proxies->trusts( '::ffff:10.9.9.9' ), $proxies->trusts( '11.0.0.0' ), $proxies->trusts( '' ) );
var_dump( TrustedProxies::fault( '192.0.2.0/24' ), TrustedProxies::fault( '192.0.2.1/24' ), TrustedProxies::fault( '::/0' ), TrustedProxies::fault( " 192.0.2.1" ) );
foreach ( array( array( array( '127.0.0.1', '192.0.2.1/24' ), 'Forwarded' ), array( array( 7 ), 'Forwarded' ), array( array(), 'X-Real-IP' ), array( array( '<script>' ), 'Forwarded' ) ) as $arguments ) {
	try {
		new TrustedProxies( ...$arguments );
		echo "accepted\n";
	} catch ( Countersign\Exception $error ) {
		echo $error->reason(), ': ', $error->getMessage(), "\n";
	}
}
?>
--EXPECT--
203.0.113.7
203.0.113.7
2001:db8:99::7
203.0.113.7
127.0.0.1
127.0.0.1
127.0.0.1
127.0.0.1 null null null
203.0.113.7
bool(true)
bool(true)
bool(false)
bool(false)
NULL
string(9) "host_bits"
string(8) "too_wide"
string(9) "malformed"
misuse: the address of a network must be its first address: all bits after the prefix must be zero
misuse: a list of strings is needed
misuse: the header must be X-Forwarded-For or Forwarded
misuse: a network must be an IP address, or an IP address, a slash and the length of its prefix
