--TEST--
The extension and a second implementation in plain PHP agree with the vectors of the policy
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/policy.inc';

use Countersign\ApprovalState;
use Countersign\KeyRight;
use Countersign\Mode;
use Countersign\Policy;
use Countersign\Risk;
use Countersign\SnapshotState;

$read = static fn( string $name ) => json_decode( file_get_contents( __DIR__ . "/../vectors/policy/$name.json" ), true );

$wrong = 0;
$lines = $read( 'decisions' );
foreach ( $lines as $line ) {
	preg_match( POLICY_LINE, $line, $f );
	$verdict = ( new Policy( (int) $f['threshold'] ) )->decide(
		Risk::from( $f['risk'] ),
		'invalid' === $f['confidence'] ? null : (int) $f['confidence'],
		SnapshotState::from( $f['snapshot'] ),
		Mode::from( $f['mode'] ),
		KeyRight::from( $f['right'] ),
		'yes' === $f['frozen'],
		ApprovalState::from( $f['approval'] ),
		'yes' === $f['checkpoint'],
		'yes' === $f['proven'],
	);
	$same    = $verdict->record() === $line && "{$verdict->outcome()} {$verdict->rule()}" === $f['end']
		&& Policy::reproduces( $line ) && policy_reproduces( $line )
		&& $verdict->isAllowed() === $verdict->decision()->isAllowed()
		&& $verdict->decision()->reason() === ( $verdict->isAllowed() ? null : $verdict->rule() );
	if ( ! $same ) {
		echo "$line: extension {$verdict->outcome()} {$verdict->rule()}, second implementation ", policy_decide( $f ), "\n";
		$wrong++;
	}
}
printf( "%d decisions, %d differ\n", count( $lines ), $wrong );

$wrong = 0;
$cases = $read( 'confidence' );
foreach ( $cases as $case ) {
	$ours = Policy::confidence( json_decode( $case['json'] ) );
	if ( $ours !== $case['basis_points'] || policy_confidence( $case['json'] ) !== $case['basis_points'] ) {
		echo "{$case['json']}: ", var_export( $ours, true ), "\n";
		$wrong++;
	}
}
printf( "%d confidences, %d differ\n", count( $cases ), $wrong );

$wrong = 0;
$lines = $read( 'lines' );
foreach ( $lines['cases'] as $case ) {
	if ( Policy::reproduces( $case['line'] ) || policy_reproduces( $case['line'] ) ) {
		echo "{$case['name']}: accepted\n";
		$wrong++;
	}
}
for ( $length = 0; $length < strlen( $lines['good'] ); $length++ ) {
	$cut    = substr( $lines['good'], 0, $length );
	$wrong += (int) ( Policy::reproduces( $cut ) || policy_reproduces( $cut ) );
}
printf( "%d invalid lines, and every truncation: %d accepted\n", count( $lines['cases'] ), $wrong );
var_dump( Policy::reproduces( $lines['good'] ) && policy_reproduces( $lines['good'] ) );
?>
--EXPECT--
300 decisions, 0 differ
31 confidences, 0 differ
27 invalid lines, and every truncation: 0 accepted
bool(true)
