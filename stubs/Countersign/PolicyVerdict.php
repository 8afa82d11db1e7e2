<?php

namespace Countersign;

/** What {@see Policy::decide()} decided, and about what. Immutable. */
final class PolicyVerdict
{
    private function __construct() {}

    /** It may be done now. */
    public function isAllowed(): bool {}

    /** It may be staged, and asked about again when a person has said yes. */
    public function needsApproval(): bool {}

    /** It may be shown to people, who act themselves or not. No approval makes it run. */
    public function isRecommendation(): bool {}

    /** `allow`, `approve`, `recommend` or `deny`. */
    public function outcome(): string {}

    /** The rule that decided: a reason code, or `unattended` or `approved`. */
    public function rule(): string {}

    /** Yes for {@see isAllowed()}; otherwise no, with the reason. */
    public function decision(): Decision {}

    /** One line of all facts, the outcome and the rule, for the audit entry. It holds nothing that an agent wrote. */
    public function record(): string {}
}
