//! `Countersign\Limits`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::admission::PhpAdmission;
use crate::clock::{Clock as _, SystemClock};
use crate::limit::{self, Limit};
use crate::metering;
use crate::php::convert::ArrayRow;
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingResult, misuse};
use crate::php::store::PhpStore;
use crate::reason::Reason;
use crate::store::Store;

/// Exact limits over a rolling window.
#[php_class]
#[php(name = "Countersign\\Limits")]
pub struct PhpLimits(Arc<dyn Store>);

const FIELDS: &[&str] = &["key", "max", "window"];
const EXPECTED: &str = "a limit is an array of key (string), max (int) and window (int)";

fn limit(key: &[u8], max: i64, window: i64) -> BindingResult<Limit> {
    metering::named_limit(key, max, window)
        .map_err(|_| misuse("a limit is 1 to 256 calls in 1 to 2,678,400 seconds"))
}

#[php_impl]
impl PhpLimits {
    pub fn __construct(store: &PhpStore) -> Self {
        Self(Arc::clone(&store.0))
    }

    pub fn address_key(ip: &str) -> String {
        limit::address_key(ip)
    }

    pub fn check(&self, key: BinarySlice<u8>, max: i64, window: i64) -> BindingResult<PhpDecision> {
        let limit = limit(&key, max, window)?;
        let admission = metering::admit(&*self.0, &[limit], SystemClock.now())?;
        Ok(admission.decision(Reason::RateLimited).into())
    }

    pub fn check_all(&self, limits: &ZendHashTable) -> BindingResult<PhpAdmission> {
        let limits = ArrayRow::list(limits, FIELDS, EXPECTED)?
            .iter()
            .map(|row| limit(row.bytes("key")?, row.number("max")?, row.number("window")?))
            .collect::<BindingResult<Vec<Limit>>>()?;
        let admission = metering::admit(&*self.0, &limits, SystemClock.now())?;
        Ok(PhpAdmission(admission))
    }
}
