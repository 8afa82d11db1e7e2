<?php

namespace Countersign;

/**
 * Decides whether an action may proceed. The decision depends only on the arguments, not on a clock or a store.
 *
 * Rules only tighten. A confidence that an agent states can count against it, but never for it. The kill switch comes before
 * every other rule.
 *
 *     $policy  = new Policy();
 *     $verdict = $policy->decide( Policy::risk( 'medium' ), 9100, SnapshotState::Verified, Mode::Assisted, KeyRight::Dispatch, frozen: false );
 *     if ( $verdict->isAllowed() ) { … }
 */
final class Policy
{
    /**
     * @param int $threshold The confidence from which on a proposal is more than a recommendation, in basis points: 8,200 (82
     *                       percent) to 10,000. It can be raised above the default, but not lowered.
     *
     * @throws Exception `misuse` for another threshold.
     */
    public function __construct(int $threshold = 8200) {}

    /**
     * Decides about an action. If you are not sure about a fact, state the worse one.
     *
     * @param Risk               $risk       How much the action can break.
     * @param mixed              $confidence What the agent stated, unchanged: an int of basis points, 0 or 101 to 10,000. Any
     *                                       other value (0.82, 82, "82%", null) is refused with `confidence_invalid`.
     * @param SnapshotState      $snapshot   State of the snapshot that the action names.
     * @param Mode               $mode       The mode of the site.
     * @param KeyRight           $right      The right of the key that signed the action.
     * @param bool               $frozen     Whether the kill switch is on.
     * @param ApprovalState|null $approval   State of a person's approval; null if no person was asked.
     * @param bool               $checkpoint Whether an administrator wants a person to approve this action in every mode.
     * @param bool               $proven     Whether a snapshot ever succeeded on this site. If not, the mode autonomous is
     *                                       treated as assisted.
     */
    public function decide(Risk $risk, mixed $confidence, SnapshotState $snapshot, Mode $mode, KeyRight $right, bool $frozen, ?ApprovalState $approval = null, bool $checkpoint = false, bool $proven = false): PolicyVerdict {}

    /**
     * Returns the risk with this name, or {@see Risk::Critical} for any other word.
     *
     * @param string $word The name: `low`, `medium`, `high` or `critical`.
     */
    public static function risk(string $word): Risk {}

    /**
     * Returns the mode with this name, or {@see Mode::Manual} for any other word.
     *
     * @param string $word The name: `manual`, `assisted` or `autonomous`.
     */
    public static function mode(string $word): Mode {}

    /**
     * Returns a confidence in basis points, or null for a value that {@see decide()} would refuse.
     *
     * @param mixed $value What the agent stated, unchanged.
     */
    public static function confidence(mixed $value): ?int {}

    /**
     * Decides whether a site may be switched to a mode. Before the first successful snapshot, autonomous is refused with
     * `autonomous_unproven`.
     *
     * @param Mode $mode   The mode to switch to.
     * @param bool $proven Whether a snapshot ever succeeded on this site.
     */
    public static function switchTo(Mode $mode, bool $proven): Decision {}

    /**
     * Returns whether today's rules come to the same decision as a recorded one, from the facts in the record.
     *
     * @param string $line A line that {@see PolicyVerdict::record()} returned.
     */
    public static function reproduces(string $line): bool {}
}
