//! The history of one limit: the moments of its newest admissions, and the bytes in which a store keeps them.
//!
//! **Bytes** (integers big-endian):
//!
//! | bytes | meaning |
//! | --- | --- |
//! | 8 | moment from which the history may be forgotten, in milliseconds since 1970 |
//! | 8 | moment of the last recorded refusal; all ones for none |
//! | 8 | moment of the newest admission |
//! | 4 each | for each older admission, newest first: its distance to the newest in milliseconds |
//!
//! A distance that does not fit is stored as the largest, 49 days, which is more than any window.

use super::rate::MAX_ADMISSIONS;
use crate::clock::Timestamp;

const HEAD: usize = 24;
const NEVER: u64 = u64::MAX;

/// The bytes are not those of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The newest [`MAX_ADMISSIONS`] admissions under one key, regardless of their age. No limit admits more in its window,
/// so they decide every limit exactly, even one whose maximum or window was changed a moment ago.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AdmissionHistory {
    /// Moments of admission in milliseconds, oldest first.
    admitted: Vec<u64>,
    /// When a refusal was last recorded, in milliseconds.
    pub(super) refused: Option<u64>,
}

impl AdmissionHistory {
    /// Reads the bytes that [`AdmissionHistory::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Malformed`] for any other bytes.
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
        let (Some(_forget), Some(refused), Some(newest)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(Malformed);
        };
        let mut admitted = Vec::with_capacity(distances.len() + 2);
        for distance in distances.iter().rev() {
            admitted.push(newest.saturating_sub(u64::from(u32::from_be_bytes(*distance))));
        }
        admitted.push(newest);
        if !admitted.is_sorted() {
            return Err(Malformed);
        }
        Ok(Self {
            admitted,
            refused: (refused != NEVER).then_some(refused),
        })
    }

    /// Returns the bytes to store. They may be forgotten `window_ms` after the newest moment in them.
    pub(crate) fn to_bytes(&self, window_ms: u64) -> Vec<u8> {
        let newest = self.admitted.last().copied().unwrap_or(0);
        let forget = newest
            .max(self.refused.unwrap_or(0))
            .saturating_add(window_ms);
        let mut out = Vec::with_capacity(HEAD + self.admitted.len() * 4);
        out.extend_from_slice(&forget.to_be_bytes());
        out.extend_from_slice(&self.refused.unwrap_or(NEVER).to_be_bytes());
        out.extend_from_slice(&newest.to_be_bytes());
        for moment in self.admitted.iter().rev().skip(1) {
            let distance = u32::try_from(newest - moment).unwrap_or(u32::MAX);
            out.extend_from_slice(&distance.to_be_bytes());
        }
        out
    }

    /// Returns whether a history of these bytes has no effect any more at `now`. Malformed bytes have no effect.
    pub(crate) fn is_forgotten(bytes: &[u8], now: Timestamp) -> bool {
        bytes
            .first_chunk::<8>()
            .is_none_or(|forget| u64::from_be_bytes(*forget) <= now.millis())
    }

    /// Sets moments in the future to `now` and returns whether there were any. See [`super::window`] for the reason.
    pub(super) fn clamp(&mut self, now: u64) -> bool {
        let mut changed = false;
        for moment in self.admitted.iter_mut().rev().take_while(|m| **m > now) {
            *moment = now;
            changed = true;
        }
        if self.refused.is_some_and(|refused| refused > now) {
            self.refused = Some(now);
            changed = true;
        }
        changed
    }

    /// Returns the admissions of the window that ends at `now`, newest first. An admission at `t` counts from `t`
    /// inclusive to `t + window_ms` exclusive.
    pub(super) fn live(&self, window_ms: u64, now: u64) -> impl Iterator<Item = u64> {
        self.admitted
            .iter()
            .rev()
            .copied()
            .take_while(move |moment| now - moment < window_ms)
    }

    /// Records an admission and drops the oldest one beyond [`MAX_ADMISSIONS`].
    pub(super) fn push(&mut self, now: u64) {
        self.admitted.push(now);
        let excess = self
            .admitted
            .len()
            .saturating_sub(usize::from(MAX_ADMISSIONS));
        self.admitted.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn written_bytes_are_read_back_and_other_bytes_are_refused() {
        let history = AdmissionHistory {
            admitted: vec![0, 5, 5, 9],
            refused: Some(8),
        };
        let bytes = history.to_bytes(10);
        assert_eq!(bytes.len(), HEAD + 3 * 4);
        assert_eq!(AdmissionHistory::from_bytes(&bytes), Ok(history));
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
        let history = AdmissionHistory {
            admitted: vec![1, 9_000_000_000],
            refused: None,
        };
        let history = AdmissionHistory::from_bytes(&history.to_bytes(1)).unwrap();
        assert_eq!(
            history
                .live(crate::limit::MAX_WINDOW_MS, 9_000_000_000)
                .count(),
            1
        );
    }
}
