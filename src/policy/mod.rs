//! Whether an action may go on: one pure function of what is known about it.
//!
//! [`decide`] is total: it has an answer for every combination, also for those that cannot be. It reads
//! no clock, no store and no randomness, so an audit entry that holds its [`Facts`] holds the decision:
//! see [`record`].
//!
//! **Rules only tighten.** Each rule that applies bounds the answer from above, and the strictest
//! answer wins; no rule lifts another. In particular the confidence, which an agent says of itself,
//! can cost it something and never gain it anything, and the freeze comes before everything.
//!
//! **The risk of each type of action is data** of whoever keeps the list of types. Here are only the
//! words, and that what is unknown is of the highest: [`Risk::of`].
//!
//! To be asked about what changes something. Reading is a matter of rights, not of policy.

mod confidence;
pub mod record;
mod words;

pub use confidence::{Confidence, MIN_THRESHOLD, Threshold};
pub use words::{ApprovalState, KeyRight, Mode, Risk, SnapshotState};

use crate::decision::Decision;
use crate::reason::Reason;
use crate::words::words;

/// All that a decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    /// What the action can break.
    pub risk: Risk,
    /// How sure the agent says it is; `None` if what it said is not a confidence.
    pub confidence: Option<Confidence>,
    /// The confidence the site asks for.
    pub threshold: Threshold,
    /// The snapshot that the action names.
    pub snapshot: SnapshotState,
    /// The mode the site is set to.
    pub mode: Mode,
    /// What the action's key may do.
    pub right: KeyRight,
    /// What a person said.
    pub approval: ApprovalState,
    /// Whether an administrator wants a person asked, whatever the mode.
    pub checkpoint: bool,
    /// Whether the kill switch is on.
    pub frozen: bool,
    /// Whether a snapshot ever succeeded on this site.
    pub proven: bool,
}

words! {
    /// What may happen, from the least to the most.
    #[derive(PartialOrd, Ord)]
    pub enum PolicyEffect {
        /// Nothing.
        Deny = "deny",
        /// It may be shown to people, who act themselves or not. No approval makes it run.
        Recommend = "recommend",
        /// It may be staged, and asked about again when a person has said yes.
        Approve = "approve",
        /// It may be done now.
        Allow = "allow",
    }
}

/// The rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A no, or a not yet, with its reason.
    Bound(Reason),
    /// The mode lets it happen with nobody present.
    Unattended,
    /// A person said yes.
    Approved,
}

impl Rule {
    /// Its stable id: the reason's code, or `unattended` or `approved`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Bound(reason) => reason.code(),
            Self::Unattended => "unattended",
            Self::Approved => "approved",
        }
    }
}

/// What was decided, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a verdict that nobody looks at protects nothing"]
pub struct PolicyVerdict {
    /// What may happen.
    pub effect: PolicyEffect,
    /// The strictest rule that applied; of several as strict, the first in the order of [`decide`].
    pub rule: Rule,
}

impl PolicyVerdict {
    const fn new(effect: PolicyEffect, reason: Reason) -> Self {
        Self {
            effect,
            rule: Rule::Bound(reason),
        }
    }

    /// Why it may not be done now; `None` if it may.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self.rule {
            Rule::Bound(reason) => Some(reason),
            Rule::Unattended | Rule::Approved => None,
        }
    }
}

impl From<PolicyVerdict> for Decision {
    fn from(verdict: PolicyVerdict) -> Self {
        verdict.reason().map_or(Self::Allow, Self::from)
    }
}

/// Decides. The rules stand in the order of their strictness, so the first that applies is the answer.
pub const fn decide(facts: &Facts) -> PolicyVerdict {
    if facts.frozen {
        return PolicyVerdict::new(PolicyEffect::Deny, Reason::KillSwitch);
    }
    let Some(confidence) = facts.confidence else {
        return PolicyVerdict::new(PolicyEffect::Deny, Reason::ConfidenceInvalid);
    };
    if matches!(facts.approval, ApprovalState::Rejected) {
        return PolicyVerdict::new(PolicyEffect::Deny, Reason::ApprovalRejected);
    }
    if matches!(facts.right, KeyRight::Propose) {
        return PolicyVerdict::new(PolicyEffect::Recommend, Reason::ProposalOnly);
    }
    if !facts.threshold.is_met_by(confidence) {
        return PolicyVerdict::new(PolicyEffect::Recommend, Reason::ConfidenceLow);
    }
    if let Some(reason) = snapshot_gate(facts) {
        return PolicyVerdict::new(PolicyEffect::Recommend, reason);
    }
    if !needs_person(facts) {
        return PolicyVerdict {
            effect: PolicyEffect::Allow,
            rule: Rule::Unattended,
        };
    }
    let reason = match facts.approval {
        ApprovalState::Granted => {
            return PolicyVerdict {
                effect: PolicyEffect::Allow,
                rule: Rule::Approved,
            };
        }
        ApprovalState::Rejected => Reason::ApprovalRejected,
        ApprovalState::Missing => Reason::ApprovalNeeded,
        ApprovalState::Pending => Reason::ApprovalPending,
        ApprovalState::Expired => Reason::ApprovalExpired,
        ApprovalState::Changed => Reason::ApprovalChanged,
    };
    PolicyVerdict::new(PolicyEffect::Approve, reason)
}

/// What is wrong with the snapshot, where one is needed: from medium risk on.
const fn snapshot_gate(facts: &Facts) -> Option<Reason> {
    if matches!(facts.risk, Risk::Low) {
        return None;
    }
    match facts.snapshot {
        SnapshotState::Missing => Some(Reason::SnapshotMissing),
        SnapshotState::OtherTarget => Some(Reason::SnapshotMismatch),
        SnapshotState::Stale => Some(Reason::SnapshotStale),
        SnapshotState::Made => Some(Reason::SnapshotUnverified),
        SnapshotState::Verified => None,
    }
}

/// Whether a person has to say yes. A site that is set to autonomous without ever having made a
/// snapshot, which [`switch_to`] does not allow, is treated as assisted.
const fn needs_person(facts: &Facts) -> bool {
    if facts.checkpoint {
        return true;
    }
    match (facts.mode, facts.risk) {
        (Mode::Manual, _) | (_, Risk::High | Risk::Critical) => true,
        (Mode::Autonomous, Risk::Medium) => !facts.proven,
        (Mode::Assisted, Risk::Medium) => true,
        (Mode::Assisted | Mode::Autonomous, Risk::Low) => false,
    }
}

/// Whether a site may be switched to `mode`; `proven` says whether a snapshot ever succeeded on it.
/// The stricter modes are always open.
pub fn switch_to(mode: Mode, proven: bool) -> Decision {
    match mode {
        Mode::Autonomous if !proven => Reason::AutonomousUnproven.into(),
        Mode::Manual | Mode::Assisted | Mode::Autonomous => Decision::Allow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autonomous_opens_with_the_first_snapshot() {
        for mode in Mode::ALL {
            for proven in [false, true] {
                let expected = if *mode == Mode::Autonomous && !proven {
                    Reason::AutonomousUnproven.into()
                } else {
                    Decision::Allow
                };
                assert_eq!(switch_to(*mode, proven), expected, "{mode:?} {proven}");
            }
        }
    }
}
