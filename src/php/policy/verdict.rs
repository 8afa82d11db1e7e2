//! `Countersign\PolicyVerdict`.

use ext_php_rs::prelude::*;

use crate::decision::Decision;
use crate::php::decision::PhpDecision;
use crate::policy::Outcome;
use crate::policy::record::Record;

/// The policy's decision, with the facts that it rests on.
#[php_class]
#[php(name = "Countersign\\PolicyVerdict")]
pub struct PhpPolicyVerdict(pub(super) Record);

#[php_impl]
impl PhpPolicyVerdict {
    pub fn is_allowed(&self) -> bool {
        self.0.verdict.outcome == Outcome::Allow
    }

    pub fn needs_approval(&self) -> bool {
        self.0.verdict.outcome == Outcome::Approve
    }

    pub fn is_recommendation(&self) -> bool {
        self.0.verdict.outcome == Outcome::Recommend
    }

    pub fn outcome(&self) -> &'static str {
        self.0.verdict.outcome.word()
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
