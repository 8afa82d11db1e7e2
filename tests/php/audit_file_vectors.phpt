--TEST--
The extension and a second implementation in plain PHP agree with the vectors of exported logs
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/audit_file.inc';

use Countersign\AuditFile;

$folder = __DIR__ . '/../vectors/audit/file';
$cases  = json_decode( file_get_contents( "$folder/index.json" ), true );
$file   = static function ( array $case ) use ( $folder ): string {
	if ( null === $case['insert'] ) {
		return file_get_contents( "$folder/{$case['name']}.ndjson" );
	}
	$lines = explode( "\n", file_get_contents( "$folder/{$case['insert']['into']}.ndjson" ) );
	array_splice( $lines, $case['insert']['before_line'] - 1, 0, array( str_repeat( $case['insert']['byte'], $case['insert']['count'] ) ) );
	return implode( "\n", $lines );
};
$ours   = static function ( string $bytes, array $case ): array {
	$check = new AuditFile( $case['keys'] );
	foreach ( $case['roots'] as [ $size, $root ] ) {
		$check->expectRoot( $size, $root );
	}
	if ( null !== $case['seal_key'] ) {
		$check->expectSeals( $case['seal_key'], null === $case['taken'] ? null : intdiv( $case['taken'], 1000 ) );
	}
	foreach ( '' === $bytes ? array() : str_split( $bytes, 1000 ) as $chunk ) {
		$check->push( $chunk );
	}
	$report = $check->finish();
	return array(
		'verdict'   => $report->verdict(),
		'first_bad' => $report->firstBad(),
		'line'      => $report->line(),
		'vouched'   => $report->vouched(),
		'witnessed' => $report->witnessed(),
		'entries'   => $report->entries(),
		'size'      => $report->size(),
		'remarks'   => array_column( $report->remarks(), 'remark' ),
	);
};
$sorted = static function ( array $answer ): array {
	sort( $answer['remarks'] );
	return $answer;
};
$second = static fn( string $bytes, array $case ) => AuditFileCheck::verify( $bytes, $case['keys'], $case['roots'], $case['seal_key'], $case['taken'] );
$wrong  = 0;
foreach ( $cases as $case ) {
	$want  = $sorted( array_intersect_key( $case, array_flip( array( 'verdict', 'first_bad', 'line', 'vouched', 'witnessed', 'entries', 'size', 'remarks' ) ) ) );
	$bytes = $file( $case );
	foreach ( array( 'extension' => $ours( $bytes, $case ), 'second implementation' => $second( $bytes, $case ) ) as $who => $answer ) {
		$answer = $sorted( $answer );
		foreach ( $want as $key => $value ) {
			if ( $answer[ $key ] !== $value ) {
				echo "{$case['name']}: $key ", json_encode( $value ), " wanted, $who ", json_encode( $answer[ $key ] ), "\n";
				$wrong++;
			}
		}
	}
}
printf( "at least 70 files: %s, %d answers wrong\n", var_export( count( $cases ) >= 70, true ), $wrong );

// Both refuse a small file after every change of one bit per byte, and after every truncation.
$case     = $cases[ array_search( 'small', array_column( $cases, 'name' ), true ) ];
$bytes    = $file( $case );
$accepted = array();
$try      = static function ( string $what, string $changed ) use ( $ours, $second, $case, &$accepted ): void {
	$first = $ours( $changed, $case )['verdict'];
	$other = $second( $changed, $case )['verdict'];
	if ( 'ok' === $first || 'ok' === $other ) {
		$accepted[] = "$what: extension $first, second implementation $other";
	}
};
for ( $at = 0; $at < strlen( $bytes ); $at++ ) {
	$changed        = $bytes;
	$changed[ $at ] = chr( ord( $changed[ $at ] ) ^ ( 1 << $at % 8 ) );
	$try( "bit at $at", $changed );
	$try( "cut at $at", substr( $bytes, 0, $at ) );
}
echo implode( "\n", array_slice( $accepted, 0, 20 ) ), count( $accepted ), " accepted\n";
?>
--EXPECT--
at least 70 files: true, 0 answers wrong
0 accepted
