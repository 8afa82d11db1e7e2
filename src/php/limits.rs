//! `Countersign\Limits`, `Countersign\Admission`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::convert::{Row, int, number};
use super::decision::Decision;
use super::error::{Answer, misuse};
use super::store::Store;
use crate::clock::{Clock as _, SystemClock};
use crate::limit::{self, Limit};
use crate::reason::Reason;
use crate::{store, token};

/// Exact rolling-window limits.
#[php_class]
#[php(name = "Countersign\\Limits", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Limits(Arc<dyn store::Store>);

const ROW: &str = "a limit is an array of key (string), max (int) and window (int)";

const OUTSIDE: &str = "a limit is 1 to 256 calls in 1 to 2,678,400 seconds";

/// A limit of PHP's numbers.
fn limit(key: &[u8], max: i64, window: i64) -> Answer<Limit> {
    let seconds: u64 = number(window, OUTSIDE)?;
    Limit::new(
        token::bind("limit", &[key]),
        number(max, OUTSIDE)?,
        seconds.saturating_mul(1000),
    )
    .map_err(|_| misuse(OUTSIDE))
}

#[php_impl]
impl Limits {
    pub fn __construct(store: &Store) -> Self {
        Self(Arc::clone(&store.0))
    }

    pub fn address_key(ip: &str) -> String {
        limit::address_key(ip)
    }

    pub fn check(&self, key: BinarySlice<u8>, max: i64, window: i64) -> Answer<Decision> {
        let limit = limit(&key, max, window)?;
        let admission = self.0.admit(&[limit], SystemClock.now())?;
        Ok(admission.decision(Reason::RateLimited).into())
    }

    pub fn check_all(&self, limits: &ZendHashTable) -> Answer<Admission> {
        let limits = Row::list(limits, &["key", "max", "window"], ROW)?
            .iter()
            .map(|row| limit(row.bytes("key")?, row.number("max")?, row.number("window")?))
            .collect::<Answer<Vec<Limit>>>()?;
        match self.0.admit(&limits, SystemClock.now()) {
            Err(store::StoreError::Misuse) => Err(misuse(
                "a call has 1 to 16 limits, each with a key of its own",
            )),
            admission => Ok(Admission(admission?)),
        }
    }
}

/// What several limits said to a call.
#[php_class]
#[php(name = "Countersign\\Admission", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Admission(limit::Admission);

#[php_impl]
impl Admission {
    /// Only limits admit.
    #[php(vis = "private")]
    pub fn __construct() -> PhpResult<Self> {
        Err("use Limits::checkAll()".into())
    }

    pub fn decision(&self) -> Decision {
        self.0.decision(Reason::RateLimited).into()
    }

    pub fn index(&self) -> Option<i64> {
        match self.0 {
            limit::Admission::Admitted { .. } => None,
            limit::Admission::Refused { index, .. } => Some(int(index)),
        }
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
        matches!(
            self.0,
            limit::Admission::Refused {
                first_of_burst: true,
                ..
            }
        )
    }
}
