//! `Countersign\Admission`.

use ext_php_rs::prelude::*;

use crate::limit::Admission;
use crate::php::convert::int;
use crate::php::decision::PhpDecision;
use crate::reason::Reason;

/// The answer of several limits to a call.
#[php_class]
#[php(name = "Countersign\\Admission")]
pub struct PhpAdmission(pub(super) Admission);

#[php_impl]
impl PhpAdmission {
    pub fn decision(&self) -> PhpDecision {
        self.0.decision(Reason::RateLimited).into()
    }

    pub fn index(&self) -> Option<i64> {
        self.0.refused_index().map(int)
    }

    pub fn limit(&self) -> i64 {
        self.0.tightest().limit.into()
    }

    pub fn remaining(&self) -> i64 {
        self.0.tightest().remaining.into()
    }

    pub fn reset(&self) -> i64 {
        self.0.tightest().reset_seconds.into()
    }

    pub fn is_first_of_burst(&self) -> bool {
        self.0.is_first_of_burst()
    }
}
