<?php

namespace Countersign;

/** The decision of {@see Policy::decide()}, with the facts that it rests on. Immutable. */
final class PolicyVerdict
{
    private function __construct() {}

    /** Returns whether the action may be run now. */
    public function isAllowed(): bool {}

    /** Returns whether the action may be staged until a person approves it. Ask the policy again then. */
    public function needsApproval(): bool {}

    /** Returns whether the action may only be shown to people as a recommendation. No approval makes it run. */
    public function isRecommendation(): bool {}

    /** Returns the outcome: `allow`, `approve`, `recommend` or `deny`. */
    public function outcome(): string {}

    /** Returns the rule that decided: a reason code, `unattended` or `approved`. */
    public function rule(): string {}

    /** Returns permission if {@see isAllowed()}, and otherwise a refusal with the reason. */
    public function decision(): Decision {}

    /** Returns one line with all facts, the outcome and the rule for the audit entry. It contains no text of an agent. */
    public function record(): string {}
}
