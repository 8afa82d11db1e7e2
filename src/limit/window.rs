//! The algorithm of rate limits. It takes histories of admissions and returns a decision and the changed histories.
//!
//! The script `store/redis/admit.lua` is a second implementation, since it must run inside the Redis server. The
//! conformance suite of the stores runs the same cases against both, and a differential test compares them on random
//! schedules.
//!
//! **Clock steps.** A moment in the future means that the clock was set back. It is treated as now, so it leaves the
//! window at most one window after the step and never earlier than it would have. A step back therefore admits no
//! additional call, and no caller has to wait longer than one window because of it.

use super::admission::{Admission, Quota};
use super::history::AdmissionHistory;
use super::rate::Limit;
use crate::clock::Timestamp;

/// One limit of a call, with its history.
#[derive(Debug)]
pub(crate) struct LimitCheck {
    pub(crate) limit: Limit,
    pub(crate) history: AdmissionHistory,
    /// Whether the history was changed and must be written back.
    pub(crate) changed: bool,
    /// Whether no history was stored, so that writing this one makes the store grow.
    pub(crate) fresh: bool,
}

impl LimitCheck {
    pub(crate) fn new(limit: Limit, history: Option<AdmissionHistory>) -> Self {
        Self {
            limit,
            fresh: history.is_none(),
            history: history.unwrap_or_default(),
            changed: false,
        }
    }

    /// Returns the milliseconds until the limit has room; `None` if it has room now.
    fn wait(&self, now: u64) -> Option<u64> {
        let window = self.limit.window_ms();
        self.history
            .live(window, now)
            .nth(usize::from(self.limit.max()) - 1)
            .map(|blocking| window - (now - blocking))
    }

    fn quota(&self, now: u64) -> Quota {
        let window = self.limit.window_ms();
        let live = self.history.live(window, now);
        let (used, oldest) = live.fold((0_u16, None), |(n, _), moment| (n + 1, Some(moment)));
        Quota {
            limit: self.limit.max(),
            remaining: self.limit.max().saturating_sub(used),
            reset_seconds: oldest.map_or(0, |moment| seconds(window - (now - moment))),
        }
    }
}

/// Decides about a call under all its limits: it is recorded under all of them or under none. Returns `None` for an
/// empty list.
pub(crate) fn admit(checks: &mut [LimitCheck], now: Timestamp) -> Option<Admission> {
    let now = now.millis();
    for check in checks.iter_mut() {
        check.changed |= check.history.clamp(now);
    }
    let mut refusing: Option<(usize, u64)> = None;
    for (index, check) in checks.iter().enumerate() {
        if let Some(wait) = check.wait(now)
            && refusing.is_none_or(|(_, longest)| wait > longest)
        {
            refusing = Some((index, wait));
        }
    }
    if let Some((index, wait)) = refusing {
        let check = checks.get_mut(index)?;
        let refused = check.history.refused;
        let first_of_burst = refused.is_none_or(|at| now - at >= check.limit.window_ms());
        if first_of_burst {
            check.history.refused = Some(now);
            check.changed = true;
        }
        return Some(Admission::Refused {
            index,
            retry_after: seconds(wait),
            first_of_burst,
            tightest: Quota {
                limit: check.limit.max(),
                remaining: 0,
                reset_seconds: seconds(wait),
            },
        });
    }
    for check in checks.iter_mut() {
        check.history.push(now);
        check.changed = true;
    }
    let tightest = checks
        .iter()
        .map(|check| check.quota(now))
        .min_by_key(|quota| (quota.remaining, std::cmp::Reverse(quota.reset_seconds)))?;
    Some(Admission::Admitted { tightest })
}

/// Returns whole seconds, rounded up, at least 1.
fn seconds(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1000))
        .unwrap_or(u32::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn limit(max: u16, window_ms: u64) -> Limit {
        Limit::new([7; 32], max, window_ms).unwrap()
    }

    /// Runs a call under one limit through the stored bytes, as a store does.
    fn call(bytes: &mut Option<Vec<u8>>, limit: Limit, now: u64) -> Admission {
        let history = bytes
            .as_deref()
            .map(AdmissionHistory::from_bytes)
            .transpose()
            .unwrap();
        let mut checks = [LimitCheck::new(limit, history)];
        let admission = admit(&mut checks, at(now)).unwrap();
        if checks[0].changed {
            *bytes = Some(checks[0].history.to_bytes(limit.window_ms()));
        }
        admission
    }

    /// The reference: a log of every admission, which is counted again for each call.
    #[derive(Default)]
    struct AdmissionLog {
        admitted: Vec<u64>,
        refused: Option<u64>,
    }
    impl AdmissionLog {
        fn expect(&mut self, max: u64, window: u64, now: u64) -> (bool, u64, u64, bool) {
            for moment in self.admitted.iter_mut().chain(self.refused.as_mut()) {
                *moment = (*moment).min(now);
            }
            let used = |log: &[u64], now: u64| {
                log.iter()
                    .filter(|m| **m <= now && **m + window > now)
                    .count() as u64
            };
            if used(&self.admitted, now) < max {
                self.admitted.push(now);
                return (true, max - used(&self.admitted, now), 0, false);
            }
            // A limit gets room at the moment at which an admission leaves the window.
            let mut leaving = self.admitted.clone();
            leaving.retain(|m| m + window > now);
            leaving.sort_unstable();
            let wait = leaving
                .iter()
                .map(|m| m + window - now)
                .find(|wait| used(&self.admitted, now + wait) < max)
                .unwrap();
            let first = self.refused.is_none_or(|refused| refused + window <= now);
            if first {
                self.refused = Some(now);
            }
            (false, 0, wait.div_ceil(4), first)
        }
    }

    #[test]
    fn a_hundred_thousand_random_schedules_agree_with_the_log() {
        // The log counts in quarters of a second, so that some waits are several seconds long.
        for schedule in 1..=100_000_u64 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(schedule);
            let (mut max, mut window) = (
                1 + random.random_range(0..5),
                1 + random.random_range(0..40),
            );
            let mut now = 1000 + random.random_range(0..100);
            let (mut history, mut log) = (None, AdmissionLog::default());
            for step in 0..18 {
                match random.random_range(0..16) {
                    0 => now -= random.random_range(0..60).min(now), // the clock is set back
                    1 => now += random.random_range(0..90), // the clock is set forward, or there are no calls
                    2 => max = 1 + random.random_range(0..6), // an administrator changes the limit
                    3 => window = 1 + random.random_range(0..60),
                    _ => now += random.random_range(0..window / 2 + 2),
                }
                let limit = limit(u16::try_from(max).unwrap(), window * 250);
                let got = match call(&mut history, limit, now * 250) {
                    Admission::Admitted { tightest } => {
                        (true, u64::from(tightest.remaining), 0, false)
                    }
                    Admission::Refused {
                        retry_after,
                        first_of_burst,
                        ..
                    } => (false, 0, u64::from(retry_after), first_of_burst),
                };
                let expected = log.expect(max, window, now);
                assert_eq!(got, expected, "schedule {schedule}, step {step}, at {now}");
            }
        }
    }

    /// Compares the admissions in true time, from which the clock deviates more and more.
    #[test]
    fn a_clock_that_is_set_back_admits_no_additional_call() {
        for schedule in 1..=20_000_u64 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(schedule);
            let (max, window) = (
                1 + random.random_range(0..5),
                5 + random.random_range(0..40),
            );
            let (mut truth, mut behind) = (10_000_u64, 0);
            let (mut history, mut admitted) = (None, Vec::new());
            for _ in 0..40 {
                truth += random.random_range(0..window / 2 + 1);
                if random.random_range(0..6) == 0 {
                    behind += random.random_range(0..100);
                }
                let limit = limit(u16::try_from(max).unwrap(), window);
                if call(&mut history, limit, truth - behind).is_admitted() {
                    admitted.push(truth);
                }
            }
            for (first, end) in admitted
                .iter()
                .zip(admitted.iter().skip(usize::try_from(max).unwrap()))
            {
                assert!(end - first >= window, "schedule {schedule}: {admitted:?}");
            }
        }
    }

    #[test]
    fn no_double_burst_is_admitted_around_a_window_border() {
        let limit = limit(60, 60_000);
        let mut history = None;
        for n in 0..60 {
            assert!(call(&mut history, limit, 59_900 + n).is_admitted());
        }
        for now in 60_000..119_900 {
            assert!(!call(&mut history, limit, now).is_admitted(), "at {now}");
        }
        assert!(call(&mut history, limit, 119_900).is_admitted());
        assert!(!call(&mut history, limit, 119_900).is_admitted());
    }

    #[test]
    fn a_clock_that_is_set_back_makes_callers_wait_one_window_at_most() {
        let limit = limit(2, 1000);
        let mut history = None;
        assert!(call(&mut history, limit, 900_000).is_admitted());
        assert!(call(&mut history, limit, 900_000).is_admitted());
        assert!(!call(&mut history, limit, 5_000).is_admitted());
        assert!(!call(&mut history, limit, 5_999).is_admitted());
        assert!(call(&mut history, limit, 6_000).is_admitted());
    }

    #[test]
    fn a_refusal_by_one_limit_leaves_the_others_unchanged() {
        let (wide, tight) = (limit(9, 60_000), limit(1, 5_500));
        let mut checks = [LimitCheck::new(wide, None), LimitCheck::new(tight, None)];
        let Some(Admission::Admitted { tightest }) = admit(&mut checks, at(1000)) else {
            panic!("there was room")
        };
        assert_eq!(
            (tightest.limit, tightest.remaining, tightest.reset_seconds),
            (1, 0, 6)
        );
        let before = checks[0].history.clone();
        checks[0].changed = false;
        for (now, first, wait) in [(1001, true, 6), (2000, false, 5), (6499, false, 1)] {
            assert_eq!(
                admit(&mut checks, at(now)),
                Some(Admission::Refused {
                    index: 1,
                    retry_after: wait,
                    first_of_burst: first,
                    tightest: Quota {
                        limit: 1,
                        remaining: 0,
                        reset_seconds: wait
                    },
                })
            );
        }
        assert_eq!(checks[0].history, before);
        assert!(!checks[0].changed);
        assert!(admit(&mut checks, at(6500)).unwrap().is_admitted());
    }

    #[test]
    fn the_limit_that_takes_longest_to_recover_is_reported() {
        for (windows, index, retry_after) in [
            ([5_000, 9_000, 7_000], 1, 9),
            ([9_000, 5_000, 7_000], 0, 9),
            ([5_000, 7_000, 9_000], 2, 9),
            ([9_000, 9_000, 9_000], 0, 9),
        ] {
            let mut checks = windows.map(|window| LimitCheck::new(limit(1, window), None));
            assert!(admit(&mut checks, at(1000)).unwrap().is_admitted());
            let refused = admit(&mut checks, at(1000)).unwrap();
            assert!(
                matches!(refused, Admission::Refused { index: i, retry_after: r, .. }
                    if (i, r) == (index, retry_after)),
                "{windows:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn the_reset_time_is_when_the_oldest_admission_leaves_the_window() {
        let limit = limit(5, 10_000);
        let mut history = None;
        for (now, remaining, reset_seconds) in [(1000, 4, 10), (4000, 3, 7), (11_000, 3, 3)] {
            let Admission::Admitted { tightest } = call(&mut history, limit, now) else {
                panic!("there was room")
            };
            assert_eq!(
                (tightest.remaining, tightest.reset_seconds),
                (remaining, reset_seconds),
                "{now}"
            );
        }
    }

    #[test]
    fn a_repeated_refusal_writes_nothing() {
        let limit = limit(1, 5_000);
        let mut checks = [LimitCheck::new(limit, None)];
        for (now, changed) in [(1000, true), (1000, true), (1000, false), (1001, false)] {
            checks[0].changed = false;
            let _ = admit(&mut checks, at(now)).unwrap();
            assert_eq!(checks[0].changed, changed, "{now}");
        }
        // Moments that were moved to now are written, or the next call would find them in the future again.
        checks[0].changed = false;
        let _ = admit(&mut checks, at(999)).unwrap();
        assert!(checks[0].changed);
    }

    #[test]
    fn a_full_history_forgets_only_the_oldest_admission() {
        let limit = limit(256, 300);
        let mut history = None;
        for now in 0..255 {
            assert!(call(&mut history, limit, now).is_admitted());
        }
        for now in 255..2000 {
            // 256 in any 300 ms: after the 256th, each call waits until the one 256 before it leaves the window.
            let admitted = call(&mut history, limit, now).is_admitted();
            assert_eq!(admitted, now % 300 < 256, "at {now}");
        }
    }
}
