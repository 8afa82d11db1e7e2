//! The classes and enumerations of the policy.

mod decide;
mod verdict;
mod words;

pub(super) use decide::PhpPolicy;
pub(super) use verdict::PhpPolicyVerdict;
pub(super) use words::{PhpApprovalState, PhpKeyRight, PhpMode, PhpRisk, PhpSnapshotState};
