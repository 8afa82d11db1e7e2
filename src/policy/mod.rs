//! The policy: whether an action may run, decided by one pure function of the known facts.
//!
//! [`decide`] has a verdict for every combination of facts, even for impossible ones. It uses no clock,
//! store or randomness, so an audit entry with the [`Facts`] is enough to reproduce a decision: see
//! [`record`].
//!
//! **Rules only tighten.** Each rule that applies sets an upper bound for the verdict, and the strictest
//! bound wins; no rule relaxes another one. In particular, the confidence that an agent claims can only
//! make the verdict stricter, and the kill switch comes before all other rules.
//!
//! **The risk of each type of action is data** and is kept with the list of types. This module only
//! defines the levels and treats an unknown level as the highest: [`Risk::of`].
//!
//! The policy is for actions that change something. Reading depends on access rights alone.
//!
//! ```
//! use countersign::policy::{
//!     ApprovalState, Confidence, Facts, KeyRight, Mode, PolicyEffect, Risk, SnapshotState, Threshold,
//!     decide,
//! };
//! use countersign::reason::Reason;
//!
//! let facts = Facts {
//!     risk: Risk::Medium,
//!     confidence: Confidence::new(9000), // 90 percent.
//!     threshold: Threshold::default(),
//!     snapshot: SnapshotState::Verified,
//!     mode: Mode::Assisted,
//!     right: KeyRight::Dispatch,
//!     approval: ApprovalState::Missing,
//!     always_ask: false,
//!     frozen: false,
//!     proven: true,
//! };
//! let verdict = decide(&facts);
//! assert_eq!(verdict.effect, PolicyEffect::Approve);
//! assert_eq!(verdict.reason(), Some(Reason::ApprovalNeeded));
//! ```

mod confidence;
pub mod record;
mod words;

pub use confidence::{Confidence, MIN_THRESHOLD, Threshold};
pub use words::{ApprovalState, KeyRight, Mode, Risk, SnapshotState};

use crate::decision::Decision;
use crate::reason::Reason;
use crate::words::words;

/// All facts on which a decision depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    /// How much damage the action can do.
    pub risk: Risk,
    /// The confidence that the agent claims; `None` if its value is not a valid confidence.
    pub confidence: Option<Confidence>,
    /// The least confidence that the site requires.
    pub threshold: Threshold,
    /// The state of the snapshot that the action names.
    pub snapshot: SnapshotState,
    /// The mode of the site.
    pub mode: Mode,
    /// The right of the key that signed the action.
    pub right: KeyRight,
    /// The decision of a person about the action.
    pub approval: ApprovalState,
    /// Whether an administrator requires an approval in every mode. Records and PHP call this fact
    /// `checkpoint`.
    pub always_ask: bool,
    /// Whether the kill switch is on.
    pub frozen: bool,
    /// Whether a snapshot has ever succeeded on this site.
    pub proven: bool,
}

words! {
    /// What may happen to an action, from the strictest to the most permissive effect.
    #[derive(PartialOrd, Ord)]
    pub enum PolicyEffect {
        /// The action is refused.
        Deny = "deny",
        /// The action may be shown to people as a recommendation. No approval makes it run.
        Recommend = "recommend",
        /// The action may be staged for approval. Decide again after a person has approved it.
        Approve = "approve",
        /// The action may run now.
        Allow = "allow",
    }
}

/// The rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A rule that keeps the action from running now, with its reason.
    Bound(Reason),
    /// The mode allows the action without an approval.
    Unattended,
    /// A person approved the action.
    Approved,
}

impl Rule {
    /// Returns the stable id of the rule: the code of its reason, `unattended`, or `approved`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Bound(reason) => reason.code(),
            Self::Unattended => "unattended",
            Self::Approved => "approved",
        }
    }
}

/// The result of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "the verdict decides whether the action may run"]
pub struct PolicyVerdict {
    /// What may happen to the action.
    pub effect: PolicyEffect,
    /// The rule that set the effect. Of several rules with the same effect, it is the first one in
    /// [`decide`].
    pub rule: Rule,
}

impl PolicyVerdict {
    const fn new(effect: PolicyEffect, reason: Reason) -> Self {
        Self {
            effect,
            rule: Rule::Bound(reason),
        }
    }

    /// Returns the reason why the action may not run now; `None` if it may.
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

/// Decides about an action. The rules are ordered by strictness, so the first rule that applies
/// sets the verdict.
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

/// Returns the reason why the snapshot is not good enough. Actions of low risk need no snapshot.
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

/// Whether a person must approve the action. [`switch_to`] does not allow the autonomous mode before the
/// first snapshot; a site that is in this mode nevertheless is treated as assisted.
const fn needs_person(facts: &Facts) -> bool {
    if facts.always_ask {
        return true;
    }
    match (facts.mode, facts.risk) {
        (Mode::Manual, _) | (_, Risk::High | Risk::Critical) => true,
        (Mode::Autonomous, Risk::Medium) => !facts.proven,
        (Mode::Assisted, Risk::Medium) => true,
        (Mode::Assisted | Mode::Autonomous, Risk::Low) => false,
    }
}

/// Decides whether a site may be switched to `mode`. `proven` says whether a snapshot has ever succeeded
/// on the site. Only the autonomous mode requires this; otherwise it is refused with
/// [`Reason::AutonomousUnproven`].
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
    fn autonomous_mode_needs_a_first_snapshot() {
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
