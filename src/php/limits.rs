//! `Countersign\Limits`.

use std::sync::Arc;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;

use super::convert::number;
use super::decision::Decision;
use super::error::{Answer, misuse};
use super::store::Store;
use crate::clock::{Clock as _, SystemClock};
use crate::decision;
use crate::limit::{Admission, Limit};
use crate::reason::Reason;
use crate::{store, token};

/// Exact rolling-window limits.
#[php_class]
#[php(name = "Countersign\\Limits", flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties))]
pub struct Limits(Arc<dyn store::Store>);

#[php_impl]
impl Limits {
    pub fn __construct(store: &Store) -> Self {
        Self(Arc::clone(&store.0))
    }

    pub fn check(&self, key: BinarySlice<u8>, max: i64, window: i64) -> Answer<Decision> {
        let seconds: u32 = number(window, "the window must be 1 to 86,400 seconds")?;
        if seconds > 86_400 {
            return Err(misuse("the window must be 1 to 86,400 seconds"));
        }
        let limit = Limit::new(
            token::bind("limit", &[&key]),
            number(max, "the limit must be 1 to 256 calls")?,
            u64::from(seconds) * 1000,
        )
        .map_err(|_| misuse("a limit is 1 to 256 calls in 1 to 86,400 seconds"))?;
        let decision = match self.0.admit(&[limit], SystemClock.now())? {
            Admission::Admitted { .. } => decision::Decision::Allow,
            Admission::Refused { retry_after, .. } => decision::Decision::Deny(decision::Denial {
                reason: Reason::RateLimited,
                retry_after: Some(retry_after),
            }),
        };
        Ok(decision.into())
    }
}
