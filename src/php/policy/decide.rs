//! `Countersign\Policy`.

use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use super::verdict::PhpPolicyVerdict;
use super::words::{PhpApprovalState, PhpKeyRight, PhpMode, PhpRisk, PhpSnapshotState};
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingResult, misuse};
use crate::policy::record::PolicyRecord;
use crate::policy::{self, Confidence, Facts, Threshold};

/// Reads a confidence. Only a PHP int is one: `82.0` or `"8200"` is not.
fn confidence_of(value: &Zval) -> Option<Confidence> {
    value.long().and_then(Confidence::new)
}

/// Decides whether an action may proceed.
#[php_class]
#[php(name = "Countersign\\Policy")]
pub struct PhpPolicy(Threshold);

#[php_impl]
impl PhpPolicy {
    #[php(defaults(threshold = 8200))]
    pub fn __construct(threshold: i64) -> BindingResult<Self> {
        Threshold::new(threshold)
            .map(Self)
            .ok_or_else(|| misuse("the threshold must be 8,200 to 10,000 basis points"))
    }

    #[allow(clippy::too_many_arguments)] // PHP callers name the arguments.
    #[php(optional = approval, defaults(checkpoint = false, proven = false))]
    pub fn decide(
        &self,
        risk: PhpRisk,
        confidence: &Zval,
        snapshot: PhpSnapshotState,
        mode: PhpMode,
        right: PhpKeyRight,
        frozen: bool,
        approval: Option<PhpApprovalState>,
        checkpoint: bool,
        proven: bool,
    ) -> PhpPolicyVerdict {
        PhpPolicyVerdict(PolicyRecord::of(Facts {
            risk: risk.into(),
            confidence: confidence_of(confidence),
            threshold: self.0,
            snapshot: snapshot.into(),
            mode: mode.into(),
            right: right.into(),
            approval: approval.map_or(policy::ApprovalState::Missing, Into::into),
            always_ask: checkpoint,
            frozen,
            proven,
        }))
    }

    pub fn risk(word: &str) -> PhpRisk {
        policy::Risk::of(word).into()
    }

    pub fn mode(word: &str) -> PhpMode {
        policy::Mode::of(word).into()
    }

    pub fn confidence(value: &Zval) -> Option<i64> {
        confidence_of(value).map(|confidence| confidence.basis_points().into())
    }

    pub fn switch_to(mode: PhpMode, proven: bool) -> PhpDecision {
        policy::switch_to(mode.into(), proven).into()
    }

    pub fn reproduces(line: &str) -> bool {
        PolicyRecord::reproduce(line).is_some()
    }
}
