//! The bytes in which a store keeps the count of a budget.

use super::super::period::{MAX_OFFSET, Period, PeriodUnit, UtcOffset};
use super::definition::{MAX_AMOUNT, Tally};
use crate::clock::Timestamp;

/// A stored tally. Whether it counts days or months is part of its key.
///
/// Bytes (integers big-endian): moment from which it may be forgotten, in milliseconds since 1970, u64 · days or months
/// since 1970, u32 · count, u64 · 1 if a refusal was announced, else 0, u8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TallyRecord {
    number: u32,
    used: u64,
    told: bool,
}

impl TallyRecord {
    /// Reads the bytes that [`TallyRecord::bytes_of`] wrote; `None` for any other bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (_forget, rest) = bytes.split_first_chunk::<8>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let (used, rest) = rest.split_first_chunk::<8>()?;
        let used = u64::from_be_bytes(*used);
        let told = match rest {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        (used <= MAX_AMOUNT).then_some(Self {
            number: u32::from_be_bytes(*number),
            used,
            told,
        })
    }

    /// Returns the bytes of a tally. They may be forgotten when its period is over in every zone.
    pub(crate) fn bytes_of(tally: &Tally) -> Vec<u8> {
        let end = tally.period.ends(UtcOffset::default());
        let forget = end.plus_seconds(u64::from(MAX_OFFSET.unsigned_abs()));
        let mut out = Vec::with_capacity(21);
        out.extend_from_slice(&forget.millis().to_be_bytes());
        out.extend_from_slice(&tally.period.number().to_be_bytes());
        out.extend_from_slice(&tally.used.to_be_bytes());
        out.push(u8::from(tally.told));
        out
    }

    /// Returns whether a record of these bytes has no effect any more at `now`. Malformed bytes have no effect.
    pub(crate) fn is_forgotten(bytes: &[u8], now: Timestamp) -> bool {
        bytes
            .first_chunk::<8>()
            .is_none_or(|forget| u64::from_be_bytes(*forget) <= now.millis())
    }

    pub(super) fn of(self, every: PeriodUnit) -> Tally {
        Tally {
            period: Period::from_number(every, self.number),
            used: self.used,
            told: self.told,
        }
    }
}
