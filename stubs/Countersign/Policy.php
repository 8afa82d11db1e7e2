<?php

namespace Countersign;

/**
 * Decides whether an action may go on: a pure function of what you tell it, without clock or store.
 *
 * Rules only tighten. What an agent says of its own confidence can cost it something and never gain it anything; the
 * kill switch comes before everything.
 *
 *     $policy  = new Policy();
 *     $verdict = $policy->decide( Policy::risk( 'medium' ), 9100, SnapshotState::Verified, Mode::Assisted, KeyRight::Dispatch, frozen: false );
 *     if ( $verdict->isAllowed() ) { … }
 */
final class Policy
{
    /**
     * @param int $threshold The confidence from which on a proposal is more than a recommendation, inclusive, in basis
     *                       points: 8,200 (82 percent) to 10,000. It can be raised and not lowered.
     *
     * @throws Exception `misuse` for another threshold.
     */
    public function __construct(int $threshold = 8200) {}

    /**
     * Decides. Facts that a site cannot be sure of are told as the worse ones.
     *
     * @param mixed              $confidence What the agent said, as it came: an int of basis points, 0 or 101 to 10,000.
     *                                       Anything else (0.82, 82, "82%", null) denies with `confidence_invalid`.
     * @param SnapshotState      $snapshot   Of the snapshot that the action names.
     * @param KeyRight           $right      Of the key that signed it.
     * @param bool               $frozen     Whether the kill switch is on.
     * @param ApprovalState|null $approval   Null: nobody was asked.
     * @param bool               $checkpoint Whether an administrator wants a person asked for this, whatever the mode.
     * @param bool               $proven     Whether a snapshot ever succeeded on this site. Without, autonomous is treated as
     *                                       assisted.
     */
    public function decide(Risk $risk, mixed $confidence, SnapshotState $snapshot, Mode $mode, KeyRight $right, bool $frozen, ?ApprovalState $approval = null, bool $checkpoint = false, bool $proven = false): PolicyVerdict {}

    /** The risk that a word names; {@see Risk::Critical} for a word that names none. */
    public static function risk(string $word): Risk {}

    /** The mode that a setting names; {@see Mode::Manual} for a word that names none. */
    public static function mode(string $word): Mode {}

    /** A confidence in basis points, or null for what {@see decide()} would reject. */
    public static function confidence(mixed $value): ?int {}

    /** Whether a site may be switched to a mode: `autonomous_unproven` before the first successful snapshot. */
    public static function switchTo(Mode $mode, bool $proven): Decision {}

    /** Whether today's rules come to what a line of {@see PolicyVerdict::record()} says, from the facts it names. */
    public static function reproduces(string $line): bool {}
}
