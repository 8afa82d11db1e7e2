//! `Countersign\Spending`.

use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::Zval;

use crate::limit::budget::Standing;
use crate::metering::BudgetedCall;
use crate::php::convert::{PhpArrays, assoc, int};
use crate::php::decision::PhpDecision;

/// The budgets' answer to a call.
#[php_class]
#[php(name = "Countersign\\Spending")]
pub struct PhpSpending(pub(in crate::php) BudgetedCall);

/// Budgets as PHP arrays, in the order in which they were given.
pub(super) fn standing_rows(standings: &[Standing]) -> PhpArrays {
    let row = |standing: &Standing| {
        let period = standing.tally.period.to_string();
        let pairs: [(&str, Zval); 5] = [
            ("period", period.into_zval(false)?),
            ("used", int(standing.tally.used).into_zval(false)?),
            ("told", standing.tally.told.into_zval(false)?),
            ("remaining", int(standing.remaining).into_zval(false)?),
            ("announce", standing.announce.into_zval(false)?),
        ];
        assoc(pairs.map(|(key, value)| (key.to_owned(), value)))
    };
    standings.iter().map(row).collect()
}

#[php_impl]
impl PhpSpending {
    pub fn decision(&self) -> PhpDecision {
        self.0.decision().into()
    }

    pub fn index(&self) -> Option<i64> {
        self.0.refused_index().map(int)
    }

    pub fn budgets(&self) -> PhpArrays {
        standing_rows(self.0.standings())
    }
}
