<?php
/** Decisions, limits, budgets and settings. */

declare(strict_types=1);

use Countersign\Access;
use Countersign\ApprovalState;
use Countersign\Budgets;
use Countersign\KeyRight;
use Countersign\Limits;
use Countersign\Policy;
use Countersign\SnapshotState;

return static function ( ParitySite $site ): array {
	$number = 0;
	return array(
		'policy'        => static function ( string $risk, int $threshold, string $confidence, string $snapshot, string $mode, string $right, bool $frozen, ?string $approval, bool $checkpoint, bool $proven ): array {
			$stated  = json_decode( $confidence );
			$verdict = ( new Policy( $threshold ) )->decide( Policy::risk( $risk ), $stated, SnapshotState::from( $snapshot ), Policy::mode( $mode ), KeyRight::from( $right ), $frozen, null === $approval ? null : ApprovalState::from( $approval ), $checkpoint, $proven );
			return array( $verdict->record(), $verdict->outcome(), $verdict->rule(), $verdict->isAllowed(), $verdict->needsApproval(), $verdict->isRecommendation(), $verdict->decision(), Policy::confidence( $stated ), Policy::switchTo( Policy::mode( $mode ), $proven ), Policy::reproduces( $verdict->record() ) );
		},
		'policy_line'   => Policy::reproduces( ... ),
		'site_settings' => Access::changeSettings( ... ),
		'groups'        => static fn( string $preset, ?array $groups, array $from, array $to, bool $widening ) => array( Access::change( $from, $to, $widening ), Access::resolve( $preset, $groups ) ),
		'limits'        => static function ( array $all, int $times ) use ( $site, &$number ): array {
			++$number;
			$limits  = new Limits( $site->store );
			// Keys of this input only, and no moment in the answer: windows are long or the input is refused.
			$own     = array_map( static fn( array $limit ) => array( 'key' => "$number " . $limit['key'] ) + $limit, $all );
			$answers = array();
			for ( ; $times > 0; $times-- ) {
				$answer    = $limits->checkAll( $own );
				$answers[] = array( $answer->decision()->reason(), $answer->index(), $answer->limit(), $answer->remaining(), $answer->isFirstOfBurst() );
			}
			return $answers;
		},
		'budgets'       => static function ( array $all, int $cost, int $offset, int $real ) use ( $site, &$number ): array {
			++$number;
			$budgets  = new Budgets( $site->store );
			$own      = array_map( static fn( array $budget ) => array( 'key' => "$number " . $budget['key'] ) + $budget, $all );
			$spending = $budgets->spend( $own, $cost, $offset );
			$answer   = array( $spending->decision()->reason(), $spending->index(), $spending->budgets() );
			return array( $answer, $spending->decision()->isAllowed() ? $budgets->report( $spending, $real ) : null );
		},
	);
};
