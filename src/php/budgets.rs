//! `Countersign\Budgets`, `Countersign\Spending`.

use std::cell::Cell;
use std::sync::Arc;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::convert::{Row, assoc, int, number};
use super::decision::Decision;
use super::error::{Answer, misuse};
use super::store::Store;
use crate::clock::{Clock as _, SystemClock};
use crate::limit::budget::{self, Budget, MAX_AMOUNT, Measure, Standing, Tally};
use crate::limit::period::{Period, PeriodUnit, UtcOffset};
use crate::store::{self, StoreError};

/// Caps on calls and costs of a day or a month.
#[php_class]
#[php(name = "Countersign\\Budgets", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Budgets(Arc<dyn store::Store>);

const NAMES: &[&str] = &["key", "every", "of", "cap", "period", "used", "told"];
const ROW: &str = "a budget is an array of key (string), every (day or month), of (calls or cost), cap (int), and \
                   what was kept of it: period (string), used (int), told (bool)";
const COST: &str = "a cost must be 0 to 1,000,000,000,000,000";

fn budget(row: &Row<'_>) -> Answer<Budget> {
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
    .map_err(|_| misuse("a cap, and what was used, must be 0 to 1,000,000,000,000,000"))
}

fn cost(value: i64) -> Answer<u64> {
    let cost = number(value, COST)?;
    if cost > MAX_AMOUNT {
        return Err(misuse(COST));
    }
    Ok(cost)
}

fn rows(standings: &[Standing]) -> Answer<Vec<ZBox<ZendHashTable>>> {
    let row = |standing: &Standing| {
        let pairs: [(&str, Zval); 5] = [
            (
                "period",
                standing.tally.period.to_string().into_zval(false)?,
            ),
            ("used", int(standing.tally.used).into_zval(false)?),
            ("told", standing.tally.told.into_zval(false)?),
            ("remaining", int(standing.remaining).into_zval(false)?),
            ("announce", standing.announce.into_zval(false)?),
        ];
        Ok(assoc(pairs.map(|(key, value)| (key.to_owned(), value)))?)
    };
    standings.iter().map(row).collect()
}

#[php_impl]
impl Budgets {
    pub fn __construct(store: &Store) -> Self {
        Self(Arc::clone(&store.0))
    }

    #[php(defaults(cost = 0, utc_offset = 0))]
    pub fn spend(&self, budgets: &ZendHashTable, cost: i64, utc_offset: i64) -> Answer<Spending> {
        const OFFSET: &str = "the offset must be -50,400 to 50,400 seconds";
        let budgets = Row::list(budgets, NAMES, ROW)?
            .iter()
            .map(budget)
            .collect::<Answer<Vec<Budget>>>()?;
        let estimated = self::cost(cost)?;
        let offset = UtcOffset::new(number(utc_offset, OFFSET)?).ok_or_else(|| misuse(OFFSET))?;
        let spent = self.0.spend(&budgets, estimated, offset, SystemClock.now());
        match spent {
            Err(StoreError::Misuse) => Err(misuse(
                "a call has 1 to 16 budgets, no two of the same key, period and measure",
            )),
            spent => Ok(Spending {
                spent: spent?,
                budgets,
                estimated,
                offset,
                reported: Cell::new(false),
            }),
        }
    }

    pub fn report(&self, spending: &Spending, cost: i64) -> Answer<Vec<ZBox<ZendHashTable>>> {
        let cost = self::cost(cost)?;
        if spending.spent.refused.is_some() {
            return Err(misuse("a call that was refused has no cost"));
        }
        if spending.reported.get() {
            return Err(misuse("the cost of this call was already reported"));
        }
        let standings = self.0.correct(
            &spending.spent.counted(&spending.budgets),
            spending.estimated,
            cost,
            spending.offset,
            SystemClock.now(),
        )?;
        spending.reported.set(true);
        rows(&standings)
    }
}

/// What the budgets said to a call.
#[php_class]
#[php(name = "Countersign\\Spending", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Spending {
    spent: budget::Spending,
    budgets: Vec<Budget>,
    estimated: u64,
    offset: UtcOffset,
    reported: Cell<bool>,
}

#[php_impl]
impl Spending {
    /// Only budgets are spent.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Budgets::spend()".into())
    }

    pub fn decision(&self) -> Decision {
        self.spent.decision(&self.budgets).into()
    }

    pub fn index(&self) -> Option<i64> {
        self.spent.refused.map(|refusal| int(refusal.index))
    }

    pub fn budgets(&self) -> Answer<Vec<ZBox<ZendHashTable>>> {
        rows(&self.spent.standings)
    }
}
