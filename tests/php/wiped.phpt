--TEST--
Freed secrets are wiped: another process finds none of them in the whole memory
--EXTENSIONS--
countersign
openssl
--FILE--
<?php
require __DIR__ . '/lib/vault.inc';

use Countersign\Vault;

/** Counts each needle in the writable memory of a process. */
function memory_has( int $pid, array $needles ): array {
	$found = array_fill_keys( array_keys( $needles ), 0 );
	$mem   = fopen( "/proc/$pid/mem", 'rb' );
	stream_set_read_buffer( $mem, 0 );
	foreach ( file( "/proc/$pid/maps" ) as $line ) {
		if ( 1 !== preg_match( '/\A([0-9a-f]+)-([0-9a-f]+) rw/', $line, $range ) ) {
			continue;
		}
		list( $from, $to ) = array( hexdec( $range[1] ), hexdec( $range[2] ) );
		if ( ! is_int( $to ) || 0 !== fseek( $mem, $from ) ) {
			continue;
		}
		for ( $tail = ''; $from < $to; $from += strlen( $chunk ) ) {
			$chunk = @fread( $mem, min( 1 << 20, $to - $from ) );
			if ( false === $chunk || '' === $chunk ) {
				break;
			}
			foreach ( $needles as $name => $needle ) {
				$found[ $name ] += substr_count( substr( $tail, -( strlen( $needle ) - 1 ) ) . $chunk, $needle );
			}
			$tail = substr( $chunk, -64 );
		}
	}
	return $found;
}

// The process gets the secret sealed, so PHP never sees its plain text or a key there.
$site     = '0123456789abcdef';
$material = bin2hex( random_bytes( 32 ) );
$secret   = random_bytes( 200 );
$vault    = Vault::create( $site, $material );
$slots    = $vault->slots();
$keys     = vault_keys( $site, $slots, 'auth_key', $material );
$slot     = json_decode( vault_bytes( explode( '.', $slots )[1] ), true )['slots'][0];
$code     = array_values( array_slice( $keys, 1 ) )[0];
$needles  = array(
	'secret, first bytes' => substr( $secret, 0, 16 ),
	'secret, last bytes'       => substr( $secret, -16 ),
	'vault key, MAC half'   => substr( $keys['vault'], 0, 16 ),
	'vault key, other half' => substr( $keys['vault'], 40, 16 ),
	'data key, MAC half'    => substr( $code, 0, 16 ),
	'data key, other half'  => substr( $code, 40, 16 ),
	'slot key'              => substr( hash_hkdf( 'sha512', $material, 64, 'countersign/vault/slot/v1/auth_key', vault_bytes( $slot['salt'] ) ), 40, 16 ),
	'keyring root'          => substr( hash_hkdf( 'sha256', $material, 32, 'countersign/root/v1', hex2bin( $site ) ), 0, 16 ),
);

$script = <<<'PHP'
	$next = static fn() => trim( fgets( STDIN ) );
	list( $site, $material, $slots, $sealed ) = array( $next(), $next(), $next(), $next() );
	$keyring = Countersign\Keyring::open( $site, $material );
	$tokens  = new Countersign\Tokens( $keyring );
	$tokens->verify( Countersign\TokenKind::Access, $tokens->issue( Countersign\TokenKind::Access, 1, 60 ) );
	$vault   = Countersign\Vault::open( $site, $slots, $material );
	$secret  = $vault->unseal( 'record', $sealed );
	$vault->seal( 'another', $secret );
	// This comes last, so that no later call has overwritten the stack.
	$again   = Countersign\Vault::open( $site, $slots, $material );
	echo "held\n";
	$next();
	unset( $keyring, $tokens, $vault, $secret, $again );
	echo "freed\n";
	$next();
	PHP;
$command = array( PHP_BINARY, '-n', '-d', 'extension=' . getenv( 'COUNTERSIGN_EXTENSION' ), '-r', $script );
$process = proc_open( $command, array( array( 'pipe', 'r' ), array( 'pipe', 'w' ) ), $pipes );
$pid     = proc_get_status( $process )['pid'];
fwrite( $pipes[0], "$site\n$material\n$slots\n{$vault->seal( 'record', $secret )}\n" );
fgets( $pipes[1] );
$held = memory_has( $pid, $needles );
fwrite( $pipes[0], "go\n" );
fgets( $pipes[1] );
$freed = memory_has( $pid, $needles );
fwrite( $pipes[0], "go\n" );
fclose( $pipes[0] );
proc_close( $process );

// The key of a slot is needed only while the vault is being opened.
foreach ( array_keys( $needles ) as $name ) {
	printf( "%s: %s, then %s\n", $name, $held[ $name ] > 0 ? 'held' : 'not held', $freed[ $name ] > 0 ? "left in $freed[$name] places" : 'gone' );
}
?>
--EXPECT--
secret, first bytes: held, then gone
secret, last bytes: held, then gone
vault key, MAC half: held, then gone
vault key, other half: held, then gone
data key, MAC half: held, then gone
data key, other half: held, then gone
slot key: not held, then gone
keyring root: held, then gone
