//! The pure algorithm: rings of moments in, a decision and changed rings out.
//!
//! A ring is the newest 256 moments of admission, whatever their age. As no limit admits more than
//! 256, these decide every limit exactly, also one that was edited a moment ago.
//!
//! **Clock.** A moment later than now can only come from a clock that stepped back. It is set to now
//! and kept so, which makes it leave one window after the step at the latest and never earlier than
//! it would have: a step back admits nothing extra and locks nobody out for longer than a window.
//!
//! **Bytes of a ring** (integers big-endian): moment from which the ring may be forgotten, u64 · moment
//! of the last noted refusal, u64, all ones for none · newest admission, u64 · for each older
//! admission, newest first, its distance to the newest in milliseconds, u32. A distance that does not
//! fit is stored as the largest, 49 days: more than any window.

use super::{Admission, Limit, MAX_ADMISSIONS, Quota};
use crate::clock::Timestamp;

const HEAD: usize = 24;
const NEVER: u64 = u64::MAX;

/// The bytes are not those of a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The history of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AdmissionHistory {
    /// Moments of admission in milliseconds, oldest first.
    stamps: Vec<u64>,
    /// When a refusal was last noted.
    noted: Option<u64>,
}

impl AdmissionHistory {
    /// Reads the bytes of [`AdmissionHistory::to_bytes`].
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let (head, rest) = bytes.split_at_checked(HEAD).ok_or(Malformed)?;
        let (distances, odd) = rest.as_chunks::<4>();
        if !odd.is_empty() || distances.len() >= usize::from(MAX_ADMISSIONS) {
            return Err(Malformed);
        }
        let mut words = head
            .as_chunks::<8>()
            .0
            .iter()
            .map(|w| u64::from_be_bytes(*w));
        let (Some(_forget), Some(noted), Some(newest)) = (words.next(), words.next(), words.next())
        else {
            return Err(Malformed);
        };
        let mut stamps = Vec::with_capacity(distances.len() + 2);
        for distance in distances.iter().rev() {
            stamps.push(newest.saturating_sub(u64::from(u32::from_be_bytes(*distance))));
        }
        stamps.push(newest);
        if !stamps.is_sorted() {
            return Err(Malformed);
        }
        Ok(Self {
            stamps,
            noted: (noted != NEVER).then_some(noted),
        })
    }

    /// The ring's bytes, to be forgotten one `window_ms` after all that it holds.
    pub(crate) fn to_bytes(&self, window_ms: u64) -> Vec<u8> {
        let newest = self.stamps.last().copied().unwrap_or(0);
        let forget = newest
            .max(self.noted.unwrap_or(0))
            .saturating_add(window_ms);
        let mut out = Vec::with_capacity(HEAD + self.stamps.len() * 4);
        out.extend_from_slice(&forget.to_be_bytes());
        out.extend_from_slice(&self.noted.unwrap_or(NEVER).to_be_bytes());
        out.extend_from_slice(&newest.to_be_bytes());
        for stamp in self.stamps.iter().rev().skip(1) {
            let distance = u32::try_from(newest - stamp).unwrap_or(u32::MAX);
            out.extend_from_slice(&distance.to_be_bytes());
        }
        out
    }

    /// Whether a ring of these bytes can no longer matter at `now`; so is what cannot be read.
    pub(crate) fn is_forgotten(bytes: &[u8], now: Timestamp) -> bool {
        bytes
            .first_chunk::<8>()
            .is_none_or(|forget| u64::from_be_bytes(*forget) <= now.millis())
    }

    /// Moves what lies in the future to now; true if there was any.
    fn clamp(&mut self, now: u64) -> bool {
        let mut changed = false;
        for stamp in self.stamps.iter_mut().rev().take_while(|s| **s > now) {
            *stamp = now;
            changed = true;
        }
        if self.noted.is_some_and(|noted| noted > now) {
            self.noted = Some(now);
            changed = true;
        }
        changed
    }

    /// The admissions of the window that ends now, newest first. An admission at `t` counts from `t`
    /// on and no more at `t + window`.
    fn live(&self, window_ms: u64, now: u64) -> impl Iterator<Item = u64> {
        self.stamps
            .iter()
            .rev()
            .copied()
            .take_while(move |stamp| now - stamp < window_ms)
    }

    fn push(&mut self, now: u64) {
        self.stamps.push(now);
        let excess = self
            .stamps
            .len()
            .saturating_sub(usize::from(MAX_ADMISSIONS));
        self.stamps.drain(..excess);
    }
}

/// One limit of a call, with its history.
#[derive(Debug)]
pub(crate) struct LimitCheck {
    pub(crate) limit: Limit,
    pub(crate) ring: AdmissionHistory,
    /// Whether the ring was changed and has to be written back.
    pub(crate) changed: bool,
    /// Whether there was no ring, so that writing makes the store grow.
    pub(crate) fresh: bool,
}

impl LimitCheck {
    pub(crate) fn new(limit: Limit, ring: Option<AdmissionHistory>) -> Self {
        Self {
            limit,
            fresh: ring.is_none(),
            ring: ring.unwrap_or_default(),
            changed: false,
        }
    }

    /// Milliseconds until the limit has room; `None` if it has room now.
    fn wait(&self, now: u64) -> Option<u64> {
        let window = self.limit.window_ms();
        self.ring
            .live(window, now)
            .nth(usize::from(self.limit.max()) - 1)
            .map(|blocking| window - (now - blocking))
    }

    fn quota(&self, now: u64) -> Quota {
        let window = self.limit.window_ms();
        let live = self.ring.live(window, now);
        let (used, oldest) = live.fold((0_u16, None), |(n, _), stamp| (n + 1, Some(stamp)));
        Quota {
            limit: self.limit.max(),
            remaining: self.limit.max().saturating_sub(used),
            reset_seconds: oldest.map_or(0, |stamp| seconds(window - (now - stamp))),
        }
    }
}

/// Decides about a call under all its limits: all record it, or none. `None` for no limits.
pub(crate) fn admit(slots: &mut [LimitCheck], now: Timestamp) -> Option<Admission> {
    let now = now.millis();
    for slot in slots.iter_mut() {
        slot.changed |= slot.ring.clamp(now);
    }
    let mut refusing: Option<(usize, u64)> = None;
    for (index, slot) in slots.iter().enumerate() {
        if let Some(wait) = slot.wait(now)
            && refusing.is_none_or(|(_, longest)| wait > longest)
        {
            refusing = Some((index, wait));
        }
    }
    if let Some((index, wait)) = refusing {
        let slot = slots.get_mut(index)?;
        let noted = slot.ring.noted;
        let first_of_burst = noted.is_none_or(|at| now - at >= slot.limit.window_ms());
        if first_of_burst {
            slot.ring.noted = Some(now);
            slot.changed = true;
        }
        return Some(Admission::Refused {
            index,
            retry_after: seconds(wait),
            first_of_burst,
            tightest: Quota {
                limit: slot.limit.max(),
                remaining: 0,
                reset_seconds: seconds(wait),
            },
        });
    }
    for slot in slots.iter_mut() {
        slot.ring.push(now);
        slot.changed = true;
    }
    let tightest = slots
        .iter()
        .map(|slot| slot.quota(now))
        .min_by_key(|quota| (quota.remaining, std::cmp::Reverse(quota.reset_seconds)))?;
    Some(Admission::Admitted { tightest })
}

/// Whole seconds, rounded up, at least 1.
fn seconds(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1000))
        .unwrap_or(u32::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn limit(max: u16, window_ms: u64) -> Limit {
        Limit::new([7; 32], max, window_ms).unwrap()
    }

    /// A call under one limit, through the bytes as a store would do it.
    fn call(bytes: &mut Option<Vec<u8>>, limit: Limit, now: u64) -> Admission {
        let ring = bytes
            .as_deref()
            .map(AdmissionHistory::from_bytes)
            .transpose()
            .unwrap();
        let mut slots = [LimitCheck::new(limit, ring)];
        let admission = admit(&mut slots, at(now)).unwrap();
        if slots[0].changed {
            *bytes = Some(slots[0].ring.to_bytes(limit.window_ms()));
        }
        admission
    }

    /// The brute-force log: everything that was ever admitted, counted afresh each time.
    #[derive(Default)]
    struct Log {
        admitted: Vec<u64>,
        noted: Option<u64>,
    }
    impl Log {
        fn expect(&mut self, max: u64, window: u64, now: u64) -> (bool, u64, u64, bool) {
            for moment in self.admitted.iter_mut().chain(self.noted.as_mut()) {
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
            // Room comes at the moment at which one of them leaves.
            let mut leaving = self.admitted.clone();
            leaving.retain(|m| m + window > now);
            leaving.sort_unstable();
            let wait = leaving
                .iter()
                .map(|m| m + window - now)
                .find(|wait| used(&self.admitted, now + wait) < max)
                .unwrap();
            let first = self.noted.is_none_or(|noted| noted + window <= now);
            if first {
                self.noted = Some(now);
            }
            (false, 0, wait.div_ceil(4), first)
        }
    }

    #[test]
    fn a_hundred_thousand_schedules_agree_with_a_log() {
        // The log counts in quarters of a second, so that waits of several seconds are met.
        for schedule in 1..=100_000_u64 {
            let mut random = Random(schedule.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let (mut max, mut window) = (1 + random.below(5), 1 + random.below(40));
            let mut now = 1000 + random.below(100);
            let (mut ring, mut log) = (None, Log::default());
            for step in 0..18 {
                match random.below(16) {
                    0 => now -= random.below(60).min(now), // the clock steps back
                    1 => now += random.below(90),          // it steps forward, or nobody called
                    2 => max = 1 + random.below(6),        // an administrator edits the limit
                    3 => window = 1 + random.below(60),
                    _ => now += random.below(window / 2 + 2),
                }
                let limit = limit(u16::try_from(max).unwrap(), window * 250);
                let got = match call(&mut ring, limit, now * 250) {
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

    /// In true time, of which the clock is only a reading: steps back never admit anything extra.
    #[test]
    fn steps_back_admit_nothing_extra() {
        for schedule in 1..=20_000_u64 {
            let mut random = Random(schedule.wrapping_mul(0xd134_2543_de82_ef95));
            let (max, window) = (1 + random.below(5), 5 + random.below(40));
            let (mut truth, mut behind) = (10_000_u64, 0);
            let (mut ring, mut admitted) = (None, Vec::new());
            for _ in 0..40 {
                truth += random.below(window / 2 + 1);
                if random.below(6) == 0 {
                    behind += random.below(100);
                }
                let limit = limit(u16::try_from(max).unwrap(), window);
                if call(&mut ring, limit, truth - behind).is_admitted() {
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
    fn the_border_between_two_windows_lets_no_double_burst_through() {
        let limit = limit(60, 60_000);
        let mut ring = None;
        for n in 0..60 {
            assert!(call(&mut ring, limit, 59_900 + n).is_admitted());
        }
        for now in 60_000..119_900 {
            assert!(!call(&mut ring, limit, now).is_admitted(), "at {now}");
        }
        assert!(call(&mut ring, limit, 119_900).is_admitted());
        assert!(!call(&mut ring, limit, 119_900).is_admitted());
    }

    #[test]
    fn a_step_back_locks_out_for_one_window_at_most() {
        let limit = limit(2, 1000);
        let mut ring = None;
        assert!(call(&mut ring, limit, 900_000).is_admitted());
        assert!(call(&mut ring, limit, 900_000).is_admitted());
        assert!(!call(&mut ring, limit, 5_000).is_admitted());
        assert!(!call(&mut ring, limit, 5_999).is_admitted());
        assert!(call(&mut ring, limit, 6_000).is_admitted());
    }

    #[test]
    fn one_limit_without_room_leaves_all_unchanged() {
        let (wide, tight) = (limit(9, 60_000), limit(1, 5_500));
        let mut slots = [LimitCheck::new(wide, None), LimitCheck::new(tight, None)];
        let Some(Admission::Admitted { tightest }) = admit(&mut slots, at(1000)) else {
            panic!("there was room")
        };
        assert_eq!(
            (tightest.limit, tightest.remaining, tightest.reset_seconds),
            (1, 0, 6)
        );
        let before = slots[0].ring.clone();
        slots[0].changed = false;
        for (now, first, wait) in [(1001, true, 6), (2000, false, 5), (6499, false, 1)] {
            assert_eq!(
                admit(&mut slots, at(now)),
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
        assert_eq!(slots[0].ring, before);
        assert!(!slots[0].changed);
        assert!(admit(&mut slots, at(6500)).unwrap().is_admitted());
    }

    #[test]
    fn of_several_without_room_the_one_that_takes_longest_is_named() {
        for (windows, index, retry_after) in [
            ([5_000, 9_000, 7_000], 1, 9),
            ([9_000, 5_000, 7_000], 0, 9),
            ([5_000, 7_000, 9_000], 2, 9),
            ([9_000, 9_000, 9_000], 0, 9),
        ] {
            let mut slots = windows.map(|window| LimitCheck::new(limit(1, window), None));
            assert!(admit(&mut slots, at(1000)).unwrap().is_admitted());
            let refused = admit(&mut slots, at(1000)).unwrap();
            assert!(
                matches!(refused, Admission::Refused { index: i, retry_after: r, .. }
                    if (i, r) == (index, retry_after)),
                "{windows:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn the_oldest_call_says_when_there_is_more_room() {
        let limit = limit(5, 10_000);
        let mut ring = None;
        for (now, remaining, reset_seconds) in [(1000, 4, 10), (4000, 3, 7), (11_000, 3, 3)] {
            let Admission::Admitted { tightest } = call(&mut ring, limit, now) else {
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
    fn a_refusal_that_says_nothing_new_writes_nothing() {
        let limit = limit(1, 5_000);
        let mut slots = [LimitCheck::new(limit, None)];
        for (now, changed) in [(1000, true), (1000, true), (1000, false), (1001, false)] {
            slots[0].changed = false;
            let _ = admit(&mut slots, at(now)).unwrap();
            assert_eq!(slots[0].changed, changed, "{now}");
        }
        // A step back is written, or the next one would find the future again.
        slots[0].changed = false;
        let _ = admit(&mut slots, at(999)).unwrap();
        assert!(slots[0].changed);
    }

    #[test]
    fn bytes_go_both_ways_and_nothing_else_is_read() {
        let ring = AdmissionHistory {
            stamps: vec![0, 5, 5, 9],
            noted: Some(8),
        };
        let bytes = ring.to_bytes(10);
        assert_eq!(bytes.len(), HEAD + 3 * 4);
        assert_eq!(AdmissionHistory::from_bytes(&bytes), Ok(ring));
        assert!(!AdmissionHistory::is_forgotten(&bytes, at(18)));
        assert!(AdmissionHistory::is_forgotten(&bytes, at(19)));
        for length in (0..bytes.len()).filter(|n| *n < HEAD || n % 4 != 0) {
            assert_eq!(
                AdmissionHistory::from_bytes(&bytes[..length]),
                Err(Malformed),
                "{length}"
            );
        }
        let mut unsorted = bytes.clone();
        unsorted[HEAD + 3] = 7;
        assert_eq!(AdmissionHistory::from_bytes(&unsorted), Err(Malformed));
        assert_eq!(
            AdmissionHistory::from_bytes(&[0; HEAD + 256 * 4]),
            Err(Malformed)
        );
        assert!(AdmissionHistory::from_bytes(&[0; HEAD + 255 * 4]).is_ok());
    }

    #[test]
    fn a_distance_of_months_is_older_than_any_window() {
        let ring = AdmissionHistory {
            stamps: vec![1, 9_000_000_000],
            noted: None,
        };
        let ring = AdmissionHistory::from_bytes(&ring.to_bytes(1)).unwrap();
        assert_eq!(
            ring.live(crate::limit::MAX_WINDOW_MS, 9_000_000_000)
                .count(),
            1
        );
    }

    #[test]
    fn a_full_ring_forgets_the_oldest_only() {
        let limit = limit(256, 300);
        let mut ring = None;
        for now in 0..255 {
            assert!(call(&mut ring, limit, now).is_admitted());
        }
        for now in 255..2000 {
            // 256 in any 300 ms: after the 256th, each waits for the one 256 before it.
            let admitted = call(&mut ring, limit, now).is_admitted();
            assert_eq!(admitted, now % 300 < 256, "at {now}");
        }
    }
}
