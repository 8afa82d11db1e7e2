--TEST--
version(), self_test(), reasons(), INI entry and phpinfo()
--EXTENSIONS--
countersign
--FILE--
<?php
echo preg_match( '/^\d+\.\d+\.\d+$/', Countersign\version() ), "\n";
echo Countersign\version() === phpversion( 'countersign' ) ? "same\n" : "differs\n";
var_dump( array_unique( array_values( Countersign\self_test() ) ) );
$reasons = Countersign\reasons();
printf( "%s, %s\n", count( $reasons ) > 50 ? 'many' : 'few', $reasons['token_expired'] );
var_dump( @ini_set( 'countersign.state_dir', '/tmp' ) );
ob_start();
phpinfo( INFO_MODULES );
echo preg_match( '/Self-test => passed/', ob_get_clean() ), "\n";
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
