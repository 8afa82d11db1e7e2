--TEST--
version(), self_test(), reasons(), the INI entries and phpinfo() work
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
