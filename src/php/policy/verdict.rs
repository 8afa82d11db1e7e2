//! `Countersign\PolicyVerdict`.

use ext_php_rs::prelude::*;

use crate::decision::Decision;
use crate::php::decision::PhpDecision;
use crate::policy::PolicyEffect;
use crate::policy::record::PolicyRecord;

/// The policy's decision, with the facts on which it is based.
#[php_class]
#[php(name = "Countersign\\PolicyVerdict")]
pub struct PhpPolicyVerdict(pub(super) PolicyRecord);

#[php_impl]
impl PhpPolicyVerdict {
    pub fn is_allowed(&self) -> bool {
        self.0.verdict.effect == PolicyEffect::Allow
    }

    pub fn needs_approval(&self) -> bool {
        self.0.verdict.effect == PolicyEffect::Approve
    }

    pub fn is_recommendation(&self) -> bool {
        self.0.verdict.effect == PolicyEffect::Recommend
    }

    pub fn outcome(&self) -> &'static str {
        self.0.verdict.effect.word()
    }

    pub fn rule(&self) -> &'static str {
        self.0.verdict.rule.id()
    }

    pub fn decision(&self) -> PhpDecision {
        Decision::from(self.0.verdict).into()
    }

    pub fn record(&self) -> String {
        self.0.to_string()
    }
}
