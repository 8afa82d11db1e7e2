//! Requests that failed before their sender was known: how they are limited, and which of them are recorded.
//!
//! An address can belong to many clients, and behind a proxy to all of them. Its limit therefore counts only requests
//! that failed. A request with a genuine credential is limited by what the credential belongs to, such as a connection,
//! so that no neighbour can lock it out.

use super::{PAUSE, SiteMeter};
use crate::decision::Denial;
use crate::limit::{Admission, CallLimit, address_key};
use crate::reason::Reason;

/// How often a refusal is recorded, for each reason and subject. Without this limit, a client without a genuine
/// credential could fill the audit log.
const RECORDED: CallLimit = CallLimit { max: 1, window: 60 };

/// A failed request after it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedFailure {
    /// What to tell the client: the reason of the failure; [`Reason::RateLimitedIp`] if the address had too many
    /// failures; or the reason why the store could not count.
    pub denial: Denial,
    /// The state of the limit after this request; `None` if the store could not count.
    pub admission: Option<Admission>,
    /// Whether to record the refusal with the reason of `denial`.
    pub is_recorded: bool,
}

impl SiteMeter<'_> {
    /// Counts a request from the address `ip` that failed with `reason`, under `limit`. All entry points of a site count
    /// the failures of an address together.
    ///
    /// The answer is to be decided first and counted then: a request with a genuine credential is neither counted here
    /// nor refused. A refusal that is not the client's fault, such as the kill switch, is not counted either; use
    /// [`SiteMeter::is_first_refusal`] for it.
    ///
    /// ```
    /// use countersign::clock::Timestamp;
    /// use countersign::keyring::SiteId;
    /// use countersign::limit::CallLimit;
    /// use countersign::metering::SiteMeter;
    /// use countersign::reason::Reason;
    /// use countersign::store::MemoryStore;
    ///
    /// let now = Timestamp::from_seconds(1_800_000_000);
    /// let meter = SiteMeter { site: SiteId::new([1; 8]), now, store: &MemoryStore::new(now) };
    /// let limit = CallLimit { max: 1, window: 60 };
    /// let fail = || meter.count_failure("192.0.2.1", limit, Reason::TokenForged);
    /// let first = fail();
    /// assert_eq!((first.denial.reason, first.is_recorded), (Reason::TokenForged, true));
    /// let second = fail();
    /// assert_eq!((second.denial.reason, second.denial.retry_after), (Reason::RateLimitedIp, Some(60)));
    /// ```
    #[must_use]
    pub fn count_failure(&self, ip: &str, limit: CallLimit, reason: Reason) -> CountedFailure {
        let address = address_key(ip);
        let (refused, admission) = self.count(&address, limit);
        let denial = refused.unwrap_or(denial(reason, None));
        let is_noteworthy = admission
            .is_none_or(|admission| admission.is_admitted() || admission.is_first_of_burst());
        CountedFailure {
            denial,
            admission,
            is_recorded: is_noteworthy && self.is_first_refusal(denial.reason, &address),
        }
    }

    /// Counts a request from the address `ip` that has no effect, although its reply does not say so, such as the
    /// revocation of a token that is not in use. Returns the refusal if the address had too many failures, or if the
    /// store cannot count.
    #[must_use]
    pub fn count_idle(&self, ip: &str, limit: CallLimit) -> Option<CountedFailure> {
        let address = address_key(ip);
        let (refused, admission) = self.count(&address, limit);
        refused.map(|denial| CountedFailure {
            denial,
            admission,
            is_recorded: self.is_first_refusal(denial.reason, &address),
        })
    }

    /// Counts a failure of `address`. Returns why the next answer is not the usual one, and the state of the limit.
    fn count(&self, address: &str, limit: CallLimit) -> (Option<Denial>, Option<Admission>) {
        match self.count_request(&format!("failures:{address}"), limit) {
            Err(unusable) => (Some(denial(unusable, Some(PAUSE))), None),
            Ok(admission @ Admission::Admitted { .. }) => (None, Some(admission)),
            Ok(admission @ Admission::Refused { retry_after, .. }) => (
                Some(denial(Reason::RateLimitedIp, Some(retry_after))),
                Some(admission),
            ),
        }
    }

    /// Returns whether a refusal of `subject` with `reason` is to be recorded: once a minute. The subject is an
    /// [`address_key`] for a client without a genuine credential, else what the credential belongs to, such as
    /// `connection:7`.
    ///
    /// A refusal that the store cannot count is not recorded.
    #[must_use]
    pub fn is_first_refusal(&self, reason: Reason, subject: &str) -> bool {
        self.count_request(&format!("refusal:{reason}:{subject}"), RECORDED)
            .is_ok_and(|admission| admission.is_admitted())
    }
}

const fn denial(reason: Reason, retry_after: Option<u32>) -> Denial {
    Denial {
        reason,
        retry_after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::keyring::SiteId;
    use crate::store::MemoryStore;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const LIMIT: CallLimit = CallLimit { max: 3, window: 60 };

    fn meter(store: &MemoryStore, site: u8, now: Timestamp) -> SiteMeter<'_> {
        SiteMeter {
            site: SiteId::new([site; 8]),
            now,
            store,
        }
    }

    fn fail(store: &MemoryStore, ip: &str, reason: Reason, seconds: u64) -> CountedFailure {
        meter(store, 1, NOW.plus_seconds(seconds)).count_failure(ip, LIMIT, reason)
    }

    #[test]
    fn sites_that_share_a_store_have_counts_of_their_own() {
        let store = MemoryStore::new(NOW);
        let (one, other) = (meter(&store, 1, NOW), meter(&store, 2, NOW));
        for _ in 0..4 {
            let _ = one.count_failure("192.0.2.1", LIMIT, Reason::TokenMissing);
            let _ = one.count_request("connection:7", LIMIT);
        }
        assert!(
            !one.count_request("connection:7", LIMIT)
                .unwrap()
                .is_admitted()
        );
        assert!(
            other
                .count_request("connection:7", LIMIT)
                .unwrap()
                .is_admitted()
        );
        let failed = other.count_failure("192.0.2.1", LIMIT, Reason::TokenMissing);
        assert_eq!(failed.denial, Denial::new(Reason::TokenMissing));
        assert!(failed.is_recorded, "the log of each site has its own entry");
    }

    #[test]
    fn an_address_with_too_many_failures_is_told_to_wait() {
        let store = MemoryStore::new(NOW);
        for second in 0..3 {
            let failed = fail(&store, "192.0.2.1", Reason::TokenMissing, second);
            assert_eq!(failed.denial, Denial::new(Reason::TokenMissing));
            let left = failed.admission.unwrap().tightest().remaining;
            assert_eq!(u64::from(left), 2 - second);
        }
        let over = fail(&store, "192.0.2.1", Reason::TokenForged, 10);
        assert_eq!(over.denial.reason, Reason::RateLimitedIp);
        assert_eq!(over.denial.retry_after, Some(50));
        let other = fail(&store, "192.0.2.2", Reason::TokenForged, 10);
        assert_eq!(other.denial, Denial::new(Reason::TokenForged));
        let later = fail(&store, "192.0.2.1", Reason::TokenForged, 60);
        assert_eq!(later.denial, Denial::new(Reason::TokenForged));
    }

    #[test]
    fn the_addresses_of_one_network_share_the_limit_and_the_records() {
        let store = MemoryStore::new(NOW);
        assert!(fail(&store, "2001:db8::1", Reason::TokenMissing, 0).is_recorded);
        for host in 2..4 {
            let failed = fail(
                &store,
                &format!("2001:db8::{host}"),
                Reason::TokenMissing,
                0,
            );
            assert!(!failed.is_recorded);
        }
        let over = fail(&store, "2001:db8::ffff:1", Reason::TokenMissing, 0);
        assert_eq!(over.denial.reason, Reason::RateLimitedIp);
        assert!(fail(&store, "2001:db8:0:1::1", Reason::TokenMissing, 0).is_recorded);
    }

    #[test]
    fn each_reason_is_recorded_once_a_minute() {
        let store = MemoryStore::new(NOW);
        let mut recorded = Vec::new();
        for second in 0..120 {
            for reason in [Reason::TokenMissing, Reason::TokenForged] {
                let failed = fail(&store, "192.0.2.1", reason, second);
                if failed.is_recorded {
                    recorded.push((second, failed.denial.reason));
                }
            }
        }
        assert_eq!(
            recorded,
            [
                (0, Reason::TokenMissing),
                (0, Reason::TokenForged),
                (1, Reason::RateLimitedIp),
                (60, Reason::TokenMissing),
                (60, Reason::TokenForged),
                (61, Reason::RateLimitedIp),
            ]
        );
    }

    #[test]
    fn a_short_window_gives_no_more_than_one_record_a_minute() {
        let store = MemoryStore::new(NOW);
        let limit = CallLimit { max: 1, window: 1 };
        let mut recorded = 0;
        for millis in (0..60_000).step_by(100) {
            let now = Timestamp::from_millis(NOW.millis() + millis);
            let failed =
                meter(&store, 1, now).count_failure("192.0.2.1", limit, Reason::TokenMissing);
            recorded += usize::from(failed.is_recorded);
        }
        assert_eq!(recorded, 2, "one for each reason");
    }

    #[test]
    fn refusals_of_a_connection_are_recorded_apart() {
        let store = MemoryStore::new(NOW);
        let first = |subject, reason| meter(&store, 1, NOW).is_first_refusal(reason, subject);
        assert!(first("connection:7", Reason::TokenRevoked));
        assert!(!first("connection:7", Reason::TokenRevoked));
        assert!(first("connection:7", Reason::ConnectionRevoked));
        assert!(first("connection:8", Reason::TokenRevoked));
    }

    #[test]
    fn requests_without_effect_share_the_limit_and_are_not_recorded() {
        let store = MemoryStore::new(NOW);
        for _ in 0..3 {
            assert_eq!(meter(&store, 1, NOW).count_idle("192.0.2.1", LIMIT), None);
        }
        let refused = meter(&store, 1, NOW)
            .count_idle("192.0.2.1", LIMIT)
            .unwrap();
        assert_eq!(refused.denial, denial(Reason::RateLimitedIp, Some(60)));
        assert!(refused.is_recorded);
        let failed = fail(&store, "192.0.2.1", Reason::TokenRevoked, 1);
        assert_eq!(failed.denial.reason, Reason::RateLimitedIp);
        assert!(!failed.is_recorded);
    }

    #[test]
    fn an_unusable_limit_refuses_and_asks_for_patience() {
        let store = MemoryStore::new(NOW);
        let limit = CallLimit {
            max: 257,
            window: 60,
        };
        let failed = meter(&store, 1, NOW).count_failure("192.0.2.1", limit, Reason::TokenMissing);
        assert_eq!(failed.denial, denial(Reason::LimitUnusable, Some(60)));
        assert_eq!(failed.admission, None);
    }
}
