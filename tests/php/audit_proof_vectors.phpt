--TEST--
The extension and a second implementation in plain PHP agree with the vectors of proofs and checkpoints
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/note.inc';
require __DIR__ . '/lib/proof.inc';

use Countersign\AuditFile;
use Countersign\AuditProof;

/** @return array<string, array<string, mixed>> The vectors in a folder, by file name. */
$read  = static function ( string $folder ): array {
	$vectors = array();
	foreach ( glob( __DIR__ . "/../vectors/$folder/*.json" ) as $file ) {
		$vectors[ basename( $file, '.json' ) ] = json_decode( file_get_contents( $file ), true );
	}
	return $vectors;
};
$check = static function ( string $format, callable $ours, callable $theirs ) use ( $read ): void {
	foreach ( array( 'valid' => true, 'invalid' => false ) as $folder => $want ) {
		$vectors = $read( "$format/$folder" );
		$wrong   = 0;
		foreach ( $vectors as $name => $vector ) {
			foreach ( array( 'extension' => $ours, 'second implementation' => $theirs ) as $who => $ask ) {
				if ( $ask( $vector ) !== $want ) {
					echo "$format/$folder/$name: the $who says otherwise\n";
					$wrong++;
				}
			}
		}
		printf( "%s: %d %s, %d different answers\n", $format, count( $vectors ), $folder, $wrong );
	}
};

$check(
	'proof/consistency',
	static fn( array $claim ) => AuditProof::isContinued( $claim['old_size'], $claim['old_root'], $claim['new_size'], $claim['new_root'], $claim['proof'] ),
	proof_is_continued( ... )
);
$check(
	'proof/inclusion',
	static fn( array $claim ) => AuditProof::isIncluded( $claim['seq'], $claim['leaf'], $claim['size'], $claim['root'], $claim['proof'] ),
	proof_is_included( ... )
);

// The extension reads checkpoints in an exported log. This one has five entries.
$entries = json_decode( file_get_contents( __DIR__ . '/../vectors/audit/entries.json' ), true );
$bodies  = array_column( array_slice( $entries['entries'], 0, 5 ), 'body' );
$export  = static function ( array $vector ) use ( $entries, $bodies ): string {
	$line   = static fn( array $value ) => json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) . "\n";
	$header = $line(
		array( 'countersign_audit' => 1, 'origin' => $vector['origin'], 'site' => $entries['site'], 'from' => 0, 'until' => 5, 'filter' => null,
			'size' => 5, 'root' => $entries['entries'][4]['head']['root'] )
	);
	$leaves = array_map( static fn( string $body ) => hash( 'sha256', "\0$body", true ), $bodies );
	$leaves = $line( array( 'leaves' => 0, 'hashes' => base64_encode( implode( '', $leaves ) ) ) );
	// A checkpoint is added when the log has its size.
	$size       = $vector['size'] ?? 5;
	$checkpoint = $line( array( 'checkpoint' => $size, 'note' => $vector['note'] ) );
	$before     = 0 === $size ? $checkpoint : '';
	$behind     = 0 === $size ? $leaves : $leaves . $checkpoint;
	$frame      = hash( 'sha256', $header . $before . $behind );
	return $header . $before . implode( "\n", $bodies ) . "\n$behind" . $line( array( 'end' => 5, 'entries' => 5, 'frame' => $frame, 'note' => null ) );
};
$check(
	'checkpoint',
	static function ( array $vector ) use ( $export ): bool {
		$file = new AuditFile( array( $vector['verifier_key'] ) );
		$file->push( $export( $vector ) );
		$report = $file->finish();
		if ( null === $vector['error'] ) {
			return 'ok' === $report->verdict() && $report->vouched() === $vector['size'];
		}
		return $report->verdict() !== ( 'UnknownKey' === $vector['error'] ? 'unknown_key' : 'checkpoint_invalid' );
	},
	static function ( array $vector ): bool {
		[ $error, $text ] = note_open( $vector['note'], array( $vector['verifier_key'] ) );
		$read             = null === $text ? null : checkpoint_read( $text, $vector['origin'] );
		$names            = array( 'Note' => 'malformed', 'UnknownKey' => 'unknown_key', 'Signature' => 'signature', 'Checkpoint' => null );
		if ( null === $vector['error'] ) {
			return null !== $read && $read[0] === $vector['size'] && bin2hex( $read[1] ) === $vector['root'];
		}
		return null !== $read || $error !== $names[ $vector['error'] ];
	}
);
?>
--EXPECT--
proof/consistency: 8 valid, 0 different answers
proof/consistency: 23 invalid, 0 different answers
proof/inclusion: 6 valid, 0 different answers
proof/inclusion: 21 invalid, 0 different answers
checkpoint: 3 valid, 0 different answers
checkpoint: 8 invalid, 0 different answers
