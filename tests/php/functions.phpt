--TEST--
version(), self_test(), reasons(), is_public_address(), the INI entries and phpinfo() work
--EXTENSIONS--
countersign
--FILE--
<?php
echo preg_match( '/^\d+\.\d+\.\d+$/', Countersign\version() ), "\n";
echo Countersign\version() === phpversion( 'countersign' ) ? "same\n" : "differs\n";
var_dump( array_unique( array_values( Countersign\self_test() ) ) );
$reasons = Countersign\reasons();
printf( "%s, %s\n", count( $reasons ) > 50 ? 'many' : 'few', $reasons['token_expired'] );
foreach ( [ '9.9.9.9', '::ffff:9.9.9.9', '64:ff9b::909:909', '2606:4700::1111' ] as $ip ) {
	echo Countersign\is_public_address( $ip ) ? '' : "$ip should be public\n";
}
foreach ( [ '127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a9fe:a9fe', '2002:909:909::', '100.64.0.1', 'fd00::1', 'ff02::1', '[2606:4700::1111]', '9.9.9.9:80', '9.9.9', '0x09090909', ' 9.9.9.9', 'example.org', '' ] as $ip ) {
	echo Countersign\is_public_address( $ip ) ? "'$ip' should not be public\n" : '';
}
var_dump( @ini_set( 'countersign.state_dir', '/tmp' ) );
ob_start();
phpinfo( INFO_MODULES );
$info = ob_get_clean();
echo preg_match( '/Self-test => passed/', $info ), "\n";
echo preg_match( '/^Commit => (unknown|[\w.+-]{1,64})$/m', $info ), "\n";
echo preg_match( '/^Target => \w+(-\w+)+$/m', $info ), "\n";
?>
--EXPECT--
1
same
array(1) {
  [0]=>
  bool(true)
}
many, The token has expired: refresh it.
bool(false)
1
1
1
