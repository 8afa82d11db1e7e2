--TEST--
The second implementation of the vault's encryption agrees with every vector of Wycheproof
--EXTENSIONS--
openssl
--FILE--
<?php
require __DIR__ . '/lib/vault.inc';

$file  = json_decode( file_get_contents( __DIR__ . '/../vectors/wycheproof/a256cbc_hs512_test.json' ), true );
$right = 0;
$wrong = 0;
foreach ( $file['testGroups'] as $group ) {
	foreach ( $group['tests'] as $test ) {
		list( $key, $iv, $aad, $plain, $sealed ) = array_map( 'hex2bin', array( $test['key'], $test['iv'], $test['aad'], $test['msg'], $test['ct'] . $test['tag'] ) );
		$opened = vault_aead_open( $key, $iv, $aad, $sealed );
		if ( $opened === ( 'valid' === $test['result'] ? $plain : null ) ) {
			$right++;
		} else {
			$wrong++;
			echo "vector {$test['tcId']}\n";
		}
	}
}
echo "$right as they should be, $wrong not\n";
?>
--EXPECT--
94 as they should be, 0 not
