//! `Countersign\Budgets`.

use std::sync::Arc;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::spending::{PhpSpending, standing_rows};
use crate::clock::{Clock as _, SystemClock};
use crate::limit::budget::{Budget, Measure, Tally};
use crate::limit::period::{Period, PeriodUnit, UtcOffset};
use crate::metering::{BudgetedCall, CallError};
use crate::php::convert::{ArrayRow, number};
use crate::php::error::{BindingError, BindingResult, misuse};
use crate::php::store::PhpStore;
use crate::store::Store;

/// Caps on the calls and costs of a day or a month.
#[php_class]
#[php(name = "Countersign\\Budgets")]
pub struct PhpBudgets(Arc<dyn Store>);

const FIELDS: &[&str] = &["key", "every", "of", "cap", "period", "used", "told"];
const EXPECTED: &str = "a budget is an array of key (string), every (day or month), of (calls or cost), cap (int), and \
                        optionally its kept tally: period (string), used (int), told (bool)";

impl From<CallError> for BindingError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Store(error) => error.into(),
            error => Self::Misuse(error.to_string()),
        }
    }
}

fn budget(row: &ArrayRow<'_>) -> BindingResult<Budget> {
    let every = row.word("every", PeriodUnit::from_word)?;
    let known = match row.text("period")? {
        None => None,
        Some(_) => Some(Tally {
            period: row.word("period", |text| Period::parse(every, text))?,
            used: row.number("used")?,
            told: row.flag("told")?,
        }),
    };
    Budget::new(
        row.bytes("key")?,
        every,
        row.word("of", Measure::from_word)?,
        row.number("cap")?,
        known,
    )
    .map_err(|_| misuse("a cap and a used amount must be 0 to 1,000,000,000,000,000"))
}

#[php_impl]
impl PhpBudgets {
    pub fn __construct(store: &PhpStore) -> Self {
        Self(Arc::clone(&store.0))
    }

    #[php(defaults(cost = 0, utc_offset = 0))]
    pub fn spend(
        &self,
        budgets: &ZendHashTable,
        cost: i64,
        utc_offset: i64,
    ) -> BindingResult<PhpSpending> {
        const OFFSET: &str = "the offset must be -50,400 to 50,400 seconds";
        let budgets = ArrayRow::list(budgets, FIELDS, EXPECTED)?
            .iter()
            .map(budget)
            .collect::<BindingResult<Vec<Budget>>>()?;
        let offset = UtcOffset::new(number(utc_offset, OFFSET)?).ok_or_else(|| misuse(OFFSET))?;
        let now = SystemClock.now();
        let call = BudgetedCall::spend(&*self.0, budgets, cost, offset, now)?;
        Ok(PhpSpending(call))
    }

    pub fn report(
        &self,
        spending: &PhpSpending,
        cost: i64,
    ) -> BindingResult<Vec<ZBox<ZendHashTable>>> {
        let standings = spending.0.report(&*self.0, cost, SystemClock.now())?;
        Ok(standing_rows(&standings)?)
    }
}
