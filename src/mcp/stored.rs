//! The server's memory, kept in the extension's store.

use std::sync::Arc;

use super::guard::{Admission, Guard, Limit};
use crate::clock::Timestamp;
use crate::limit;
use crate::reason::Reason;
use crate::replay::{Item, Sighting, seen_once};
use crate::store::{Origin, Store, StoreError};
use crate::token::bind;

impl Guard for Arc<dyn Store> {
    fn admit(&self, key: &str, limit: Limit, now: Timestamp) -> Result<Admission, Reason> {
        let limit = u16::try_from(limit.max)
            .ok()
            .and_then(|max| {
                let window = u64::from(limit.window) * 1000;
                limit::Limit::new(bind("limit", &[key.as_bytes()]), max, window).ok()
            })
            // A limit that cannot be kept exactly is no limit: closed.
            .ok_or(Reason::LimitUnusable)?;
        let admission = Store::admit(&**self, &[limit], now).map_err(StoreError::reason)?;
        Ok(match admission {
            limit::Admission::Admitted { tightest } => Admission {
                allowed: true,
                remaining: tightest.remaining.into(),
                reset: tightest.reset_seconds,
                retry_after: 0,
                first_of_burst: false,
            },
            limit::Admission::Refused {
                retry_after,
                first_of_burst,
                tightest,
                ..
            } => Admission {
                allowed: false,
                remaining: tightest.remaining.into(),
                reset: tightest.reset_seconds,
                retry_after,
                first_of_burst,
            },
        })
    }

    fn spend(
        &self,
        id: &[u8; 12],
        issued: Timestamp,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Reason> {
        let item = Item {
            domain: "confirmation",
            id,
            origin: Origin::Local,
            issued,
            expires,
        };
        match seen_once(&**self, &item, now)? {
            Sighting::First => Ok(true),
            Sighting::Again => Ok(false),
            Sighting::Expired => Err(Reason::ConfirmationExpired),
        }
    }
}
