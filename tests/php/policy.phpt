--TEST--
Policy reads unknown words as the strictest ones and refuses every value that is not a confidence
--EXTENSIONS--
countersign
--FILE--
<?php
use Countersign\ApprovalState;
use Countersign\KeyRight;
use Countersign\Mode;
use Countersign\Policy;
use Countersign\Risk;
use Countersign\SnapshotState;

$policy = new Policy();
$ask    = static fn( mixed $confidence, array $more = array() ) => $policy->decide(
	...$more + array(
		'risk'       => Risk::Medium,
		'confidence' => $confidence,
		'snapshot'   => SnapshotState::Verified,
		'mode'       => Mode::Assisted,
		'right'      => KeyRight::Dispatch,
		'frozen'     => false,
		'approval'   => ApprovalState::Granted,
	)
);
foreach ( array( 8199, 8200, 0, 10000, 10001, -1, 82, 0.82, 8200.0, NAN, INF, '8200', '82%', null, true, array( 8200 ), new stdClass() ) as $confidence ) {
	printf( "%s: %s\n", is_object( $confidence ) ? 'object' : json_encode( $confidence, JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION ), $ask( $confidence )->rule() );
}
echo $ask( 9000, array( 'approval' => null ) )->rule(), "\n";
echo $ask( 9000, array( 'frozen' => true ) )->decision()->message(), "\n";
$verdict = $ask( 9000, array( 'risk' => Policy::risk( 'unheard of' ), 'snapshot' => SnapshotState::Made, 'mode' => Policy::mode( '' ), 'checkpoint' => true, 'proven' => true ) );
echo $verdict->record(), "\n";
var_dump( $verdict->isAllowed(), $verdict->needsApproval(), $verdict->isRecommendation() );

echo Policy::switchTo( Mode::Autonomous, false )->reason(), ' ', var_export( Policy::switchTo( Mode::Autonomous, true )->isAllowed(), true ), ' ', var_export( Policy::switchTo( Mode::Manual, false )->isAllowed(), true ), "\n";
foreach ( array( 8199, 10001, -1, 82 ) as $threshold ) {
	try {
		new Policy( $threshold );
		echo "accepted\n";
	} catch ( Countersign\Exception $e ) {
		echo $e->reason(), ': ', $e->getMessage(), "\n";
	}
}
echo ( new Policy( 9001 ) )->decide( Risk::Low, 9000, SnapshotState::Missing, Mode::Assisted, KeyRight::Dispatch, false )->rule(), "\n";
foreach ( array( static fn() => clone $verdict, static fn() => serialize( $verdict ), static fn() => $verdict->x = 1, static fn() => new Countersign\PolicyVerdict() ) as $try ) {
	try {
		$try();
		echo "possible\n";
	} catch ( Throwable $e ) {
		echo "impossible\n";
	}
}
?>
--EXPECT--
8199: confidence_low
8200: approved
0: confidence_low
10000: approved
10001: confidence_invalid
-1: confidence_invalid
82: confidence_invalid
0.82: confidence_invalid
8200.0: confidence_invalid
0: confidence_invalid
0: confidence_invalid
"8200": confidence_invalid
"82%": confidence_invalid
null: confidence_invalid
true: confidence_invalid
[8200]: confidence_invalid
object: confidence_invalid
approval_needed
An administrator has stopped all agents on this site: an administrator lifts the stop in the WordPress dashboard, under Countersign.
policy/1 risk=critical confidence=9000 threshold=8200 snapshot=made mode=manual right=dispatch approval=granted checkpoint=yes frozen=no proven=yes recommend snapshot_unverified
bool(false)
bool(false)
bool(true)
autonomous_unproven true true
misuse: the threshold must be 8,200 to 10,000 basis points
misuse: the threshold must be 8,200 to 10,000 basis points
misuse: the threshold must be 8,200 to 10,000 basis points
misuse: the threshold must be 8,200 to 10,000 basis points
confidence_low
impossible
impossible
impossible
impossible
