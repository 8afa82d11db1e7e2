--TEST--
Vault seals and opens records, survives a change of AUTH_KEY and data keys, and names each failure
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\Decision;
use Countersign\Exception;
use Countersign\KeyException;
use Countersign\Secret;
use Countersign\Vault;

const SITE = '0123456789abcdef';
$old = str_repeat( 'an old AUTH_KEY. ', 4 );
$new = str_repeat( 'a new AUTH_KEY! ', 4 );
$why = static function ( callable $work ): string {
	try {
		$answer = $work();
	} catch ( Exception $e ) {
		return basename( strtr( get_class( $e ), '\\', '/' ) ) . ' ' . $e->reason() . ' ' . ( 'misuse' === $e->reason() ? $e->getMessage() : '' );
	}
	return match ( true ) {
		$answer instanceof Decision => $answer->isAllowed() ? 'allowed' : $answer->reason(),
		$answer instanceof Secret   => 'opened: ' . $answer->expose(),
		is_bool( $answer )          => var_export( $answer, true ),
		default                     => get_debug_type( $answer ),
	};
};

$vault  = Vault::create( SITE, $old );
$sealed = $vault->seal( 'mail/password', 'hunter2' );
$slots  = $vault->slots();
echo 'opened again: ', $why( static fn() => Vault::open( SITE, $slots, $old )->unseal( 'mail/password', $sealed ) ), "\n";
echo 'a handle is sealed: ', $why( static fn() => $vault->unseal( 'k', $vault->seal( 'k', Secret::of( "\0\xff" ) ) )->equals( "\0\xff" ) ), "\n";
echo 'neither string nor handle: ', $why( static fn() => $vault->seal( 'k', 7 ) ), "\n";
echo 'no name: ', $why( static fn() => $vault->seal( '', 's' ) ), "\n";
echo 'another record: ', $why( static fn() => $vault->unseal( 'mail/user', $sealed ) ), "\n";

echo "- AUTH_KEY was changed\n";
echo 'the new key: ', $why( static fn() => Vault::open( SITE, $slots, $new ) ), "\n";
$opened = Vault::open( SITE, $slots, $old );
$opened->rewrap( $new );
$slots = $opened->slots();
echo 'after rewrap(): ', $why( static fn() => Vault::open( SITE, $slots, $new )->unseal( 'mail/password', $sealed ) ), "\n";
echo 'the old key: ', $why( static fn() => Vault::open( SITE, $slots, $old ) ), "\n";
echo 'another site: ', $why( static fn() => Vault::open( 'fedcba9876543210', $slots, $new ) ), "\n";
echo 'cut slots: ', $why( static fn() => Vault::open( SITE, substr( $slots, 0, -1 ), $new ) ), "\n";

echo "- recovery code and key file\n";
$code = $opened->addRecoveryCode();
echo preg_match( '/\A([0-9A-Z]{4}-){8}[0-9A-Z]{4}\z/', $code ), "\n";
$file = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );
file_put_contents( $file, random_bytes( 32 ) . "\n" );
chmod( $file, 0640 );
echo 'readable by the group: ', $why( static fn() => $opened->addKeyFile( $file ) ), "\n";
chmod( $file, 0600 );
symlink( $file, "$file.link" );
echo 'a link: ', $why( static fn() => $opened->addKeyFile( "$file.link" ) ), "\n";
echo 'not configured: ', $why( static fn() => $opened->addKeyFile() ), "\n";
do {
	// White space around a key is ignored, so a random key must not begin or end with it.
	$key = random_bytes( 32 );
} while ( trim( $key, " \t\n\r\f\0\x0b" ) !== $key );
file_put_contents( $file, $key );
$opened->addKeyFile( $file );
$slots = $opened->slots();
echo implode( ' ', $opened->slotKinds() ), "\n";
echo 'code: ', $why( static fn() => Vault::openWithRecoveryCode( SITE, $slots, strtolower( strtr( $code, '-', ' ' ) ) )->unseal( 'mail/password', $sealed ) ), "\n";
echo 'file: ', $why( static fn() => Vault::openWithKeyFile( SITE, $slots, $file )->unseal( 'mail/password', $sealed ) ), "\n";
echo 'mistyped: ', $why( static fn() => Vault::openWithRecoveryCode( SITE, $slots, substr( $code, 0, -1 ) ) ), "\n";
echo 'removed: ', $why( static fn() => $opened->removeSlot( 'key_file' ) ), ' ', $why( static fn() => $opened->removeSlot( 'key_file' ) ), "\n";
$opened->removeSlot( 'recovery' );
echo 'the last one: ', $why( static fn() => $opened->removeSlot( 'auth_key' ) ), "\n";
echo 'no kind: ', $why( static fn() => $opened->removeSlot( 'password' ) ), "\n";
unlink( "$file.link" );
unlink( $file );

echo "- data keys\n";
$first = $opened->keyIds()[0];
$opened->rotate();
echo count( $opened->keyIds() ), ' keys, current: ', $why( static fn() => $opened->isCurrent( $sealed ) ), "\n";
$moved = $opened->reseal( 'mail/password', $sealed );
echo 'resealed: ', $why( static fn() => $opened->isCurrent( $moved ) ), ', again the same: ', $why( static fn() => $opened->reseal( 'mail/password', $moved ) === $moved ), "\n";
echo 'reseal of another record: ', $why( static fn() => $opened->reseal( 'mail/user', $sealed ) ), "\n";
echo 'the old one still opens: ', $why( static fn() => $opened->unseal( 'mail/password', $sealed ) ), "\n";
echo 'retire: ', $why( static fn() => $opened->retire( $first ) ), ' ', $why( static fn() => $opened->retire( $first ) ), ' ', $why( static fn() => $opened->retire( $opened->keyIds()[0] ) ), "\n";
$kept = Vault::open( SITE, $opened->slots(), $new );
echo 'then: ', $why( static fn() => $kept->unseal( 'mail/password', $sealed ) ), ', ', $why( static fn() => $kept->unseal( 'mail/password', $moved ) ), "\n";

echo "- salts\n";
$salts = array();
foreach ( array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' ) as $name ) {
	$salts[ $name ] = bin2hex( random_bytes( 32 ) );
}
foreach ( array(
	'good'        => array(),
	'database'    => array( 'NONCE_SALT' => null ),
	'placeholder' => array( 'AUTH_KEY' => 'put your unique phrase here' ),
	'short'       => array( 'AUTH_KEY' => substr( md5( '1' ) . md5( '2' ), 0, 31 ) ),
	'repeated'    => array( 'AUTH_KEY' => str_repeat( 'a', 64 ) ),
	'doubled'     => array( 'AUTH_KEY' => $salts['NONCE_SALT'] ),
) as $name => $change ) {
	echo "$name: ", $why( static fn() => Vault::checkSalts( array_merge( $salts, $change ) ) ), "\n";
}
?>
--EXPECT--
opened again: opened: hunter2
a handle is sealed: true
neither string nor handle: Exception misuse a Countersign\Secret or a string is needed
no name: Exception misuse the name of a sealed secret must have 1 to 191 bytes
another record: secret_damaged
- AUTH_KEY was changed
the new key: KeyException vault_key_changed 
after rewrap(): opened: hunter2
the old key: KeyException vault_key_changed 
another site: KeyException vault_wrong_site 
cut slots: KeyException vault_damaged 
- recovery code and key file
1
readable by the group: KeyException key_file_unusable 
a link: KeyException key_file_unusable 
not configured: KeyException key_file_unusable 
auth_key recovery key_file
code: opened: hunter2
file: opened: hunter2
mistyped: KeyException recovery_code_invalid 
removed: true false
the last one: Exception misuse the last slot cannot be removed
no kind: Exception misuse a slot is auth_key, key_file or recovery
- data keys
2 keys, current: false
resealed: true, again the same: true
reseal of another record: secret_damaged
the old one still opens: opened: hunter2
retire: true false Exception misuse the key that seals cannot be retired: rotate first
then: secret_unknown_key, opened: hunter2
- salts
good: allowed
database: salt_missing
placeholder: salt_placeholder
short: salt_short
repeated: salt_monotonous
doubled: salt_duplicated
