--TEST--
The extension and a second implementation agree with the vectors of the vault, and refuse every changed bit and truncation
--EXTENSIONS--
countersign
openssl
--FILE--
<?php
require __DIR__ . '/lib/vault.inc';

use Countersign\KeyException;
use Countersign\Secret;
use Countersign\Vault;

/** @return array<string, array<string, mixed>> The vectors in a folder, by file name. */
$read = static function ( string $folder ): array {
	$vectors = array();
	foreach ( glob( __DIR__ . "/../vectors/vault/$folder/*.json" ) as $file ) {
		$vectors[ basename( $file, '.json' ) ] = json_decode( file_get_contents( $file ), true );
	}
	return $vectors;
};
$key_file = sys_get_temp_dir() . '/countersign-' . bin2hex( random_bytes( 6 ) );

/** Returns the vault, or the reason for which it does not open. */
$open = static function ( string $site, string $slots, string $kind, string $material ) use ( $key_file ): Vault|string {
	try {
		if ( 'key_file' === $kind ) {
			touch( $key_file );
			chmod( $key_file, 0600 );
			file_put_contents( $key_file, $material );
			return Vault::openWithKeyFile( $site, $slots, $key_file );
		}
		return 'recovery' === $kind ? Vault::openWithRecoveryCode( $site, $slots, $material ) : Vault::open( $site, $slots, $material );
	} catch ( KeyException $e ) {
		return $e->reason();
	}
};
$unseal = static function ( Vault $vault, string $record, string $sealed ): string {
	$answer = $vault->unseal( $record, $sealed );
	return $answer instanceof Secret ? 'secret: ' . $answer->expose() : $answer->reason();
};
$second = static function ( callable $work ): array|string {
	try {
		return $work();
	} catch ( VaultRefused $e ) {
		return $e->getMessage();
	}
};

$valid = $read( 'valid' )['vault'];
$site  = $valid['site'];
foreach ( $valid['openers'] as $kind => $material ) {
	$vault = $open( $site, $valid['slots'], $kind, $material );
	$keys  = vault_keys( $site, $valid['slots'], $kind, $material );
	$same  = $vault->keyIds() === $valid['key_ids'] && array_slice( array_map( 'strval', array_keys( $keys ) ), 1 ) === $valid['key_ids'];
	foreach ( $valid['records'] as $record ) {
		$same = $same && $unseal( $vault, $record['record'], $record['sealed'] ) === 'secret: ' . $record['secret']
			&& vault_unseal( $site, $keys, $record['record'], $record['sealed'] ) === $record['secret'];
	}
	printf( "%s opens %d records: %s\n", $kind, count( $valid['records'] ), $same ? 'ok' : 'differs' );
}

$check = static function ( string $what, array $cases, callable $ours, callable $theirs ) use ( $second ): void {
	$wrong = 0;
	foreach ( $cases as $name => $case ) {
		$one   = $ours( $case );
		$other = $second( static fn() => $theirs( $case ) );
		if ( $one !== $case['reason'] || $other !== $case['reason'] ) {
			printf( "%s: %s wanted, extension %s, second implementation %s\n", $name, $case['reason'], is_string( $one ) ? $one : 'opened', is_string( $other ) ? $other : 'opened' );
			$wrong++;
		}
	}
	printf( "%s: %d invalid vectors, %d wrong answers\n", $what, count( $cases ), $wrong );
};
$check(
	'slots',
	$read( 'invalid_slots' ),
	static fn( $case ) => $open( $case['site'], $case['slots'], $case['kind'], $case['material'] ),
	static fn( $case ) => vault_keys( $case['site'], $case['slots'], $case['kind'], $case['material'] )
);
$check(
	'records',
	$read( 'invalid_records' ),
	static fn( $case ) => $unseal( $open( $case['site'], $case['slots'], 'auth_key', $case['material'] ), $case['record'], $case['sealed'] ),
	static fn( $case ) => 'secret: ' . vault_unseal( $case['site'], vault_keys( $case['site'], $case['slots'], 'auth_key', $case['material'] ), $case['record'], $case['sealed'] )
);

/** Returns every text that differs in one bit, and every text that is truncated at either end. */
function spoilt( string $good ): Generator {
	for ( $at = 0; $at < strlen( $good ); $at++ ) {
		for ( $bit = 0; $bit < 8; $bit++ ) {
			$bad        = $good;
			$bad[ $at ] = chr( ord( $bad[ $at ] ) ^ ( 1 << $bit ) );
			yield $bad;
		}
		yield substr( $good, 0, $at );
		yield substr( $good, $at + 1 );
	}
}

$record   = $valid['records'][0];
$vault    = $open( $site, $valid['slots'], 'auth_key', $valid['openers']['auth_key'] );
$keys     = vault_keys( $site, $valid['slots'], 'auth_key', $valid['openers']['auth_key'] );
$accepted = array( 0, 0 );
$differ   = 0;
foreach ( spoilt( $record['sealed'] ) as $bad ) {
	$one          = $unseal( $vault, $record['record'], $bad );
	$other        = $second( static fn() => 'secret: ' . vault_unseal( $site, $keys, $record['record'], $bad ) );
	$accepted[0] += (int) str_starts_with( $one, 'secret: ' );
	$accepted[1] += (int) str_starts_with( $other, 'secret: ' );
	$differ      += (int) ( $one !== $other );
}
echo "changed or truncated records: accepted by the extension $accepted[0], by the second implementation $accepted[1], different answers $differ\n";

$accepted = array( 0, 0 );
$differ   = 0;
$material = $valid['openers']['auth_key'];
foreach ( spoilt( $valid['slots'] ) as $bad ) {
	$one          = $open( $site, $bad, 'auth_key', $material );
	$other        = $second( static fn() => vault_keys( $site, $bad, 'auth_key', $material ) );
	$accepted[0] += (int) ( $one instanceof Vault );
	$accepted[1] += (int) is_array( $other );
	$differ      += (int) ( 'vault_damaged' !== $one || 'vault_damaged' !== $other );
}
echo "changed or truncated slots: accepted by the extension $accepted[0], by the second implementation $accepted[1], other answers than damaged $differ\n";
@unlink( $key_file );
?>
--EXPECT--
auth_key opens 6 records: ok
key_file opens 6 records: ok
recovery opens 6 records: ok
slots: 47 invalid vectors, 0 wrong answers
records: 30 invalid vectors, 0 wrong answers
changed or truncated records: accepted by the extension 0, by the second implementation 0, different answers 0
changed or truncated slots: accepted by the extension 0, by the second implementation 0, other answers than damaged 0
