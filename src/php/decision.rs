//! `Countersign\Decision`.

use ext_php_rs::prelude::*;

use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// Permission, or a refusal with its reason.
#[php_class]
#[php(name = "Countersign\\Decision")]
pub struct PhpDecision(Decision);

impl From<Decision> for PhpDecision {
    fn from(decision: Decision) -> Self {
        Self(decision)
    }
}

impl From<Reason> for PhpDecision {
    fn from(reason: Reason) -> Self {
        Self(reason.into())
    }
}

impl PhpDecision {
    /// Returns the decision.
    pub(super) const fn get(&self) -> Decision {
        self.0
    }

    const fn denial(&self) -> Option<Denial> {
        match self.0 {
            Decision::Allow => None,
            Decision::Deny(denial) => Some(denial),
        }
    }
}

#[php_impl]
impl PhpDecision {
    pub fn is_allowed(&self) -> bool {
        self.0.is_allowed()
    }

    pub fn reason(&self) -> Option<&'static str> {
        self.denial().map(|denial| denial.reason.code())
    }

    pub fn message(&self) -> Option<&'static str> {
        self.denial().map(|denial| denial.reason.message())
    }

    pub fn retry_after(&self) -> Option<i64> {
        self.denial()?.retry_after.map(i64::from)
    }
}
