//! The verifier's side: one seal for each epoch, each made with the key of that epoch.

use super::key::{FirstKey, MAX_EPOCHS, next_key};
use super::record::Seal;
use crate::audit::tree::Hash;
use crate::clock::{SKEW_MS, Timestamp};
use crate::secret::{mac, same};

/// The fault of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealFault {
    /// Earlier seals are missing.
    Gap,
    /// The seal was not made with the key of its epoch, or it does not follow the previous seal.
    Invalid,
}

/// Checks the seals of one log, in order.
pub struct SealChain {
    origin: String,
    key: Option<FirstKey>,
    /// The next epoch. Without a key it is unknown before the first seal.
    next: Option<u64>,
    /// The MAC of the previous seal.
    previous: Option<Hash>,
    /// The end of the previous seal's epoch.
    until: Option<Timestamp>,
    /// The size of the log in the previous seal.
    size: u64,
}

impl SealChain {
    /// Begins with the first key. Without it, only whether each seal follows the previous one is checked.
    #[must_use]
    pub fn new(origin: &str, first: Option<&FirstKey>) -> Self {
        Self {
            origin: origin.to_owned(),
            key: first.map(FirstKey::copy),
            next: first.map(|_| 0),
            previous: first.map(|_| Hash::default()),
            until: first.map(|first| first.epochs.start),
            size: 0,
        }
    }

    /// Checks the next seal. After a fault the chain continues from this seal, so that one fault is reported once.
    ///
    /// # Errors
    /// [`SealFault::Gap`] when earlier seals are missing; [`SealFault::Invalid`] when the key or the sequence is wrong.
    pub fn take(&mut self, seal: &Seal) -> Result<(), SealFault> {
        let next = self.next.unwrap_or(seal.epoch);
        if seal.epoch < next || seal.size < self.size || seal.epoch >= MAX_EPOCHS {
            return Err(SealFault::Invalid);
        }
        let gap = seal.epoch > next;
        let follows = gap
            || self.previous.is_none_or(|mac| mac == seal.previous)
                && self.until.is_none_or(|until| until == seal.from);
        let made = self.key.as_mut().is_none_or(|first| {
            for _ in next..seal.epoch {
                first.key = next_key(&first.key);
            }
            let range = (
                first.epochs.begin(seal.epoch),
                first.epochs.begin(seal.epoch + 1),
            );
            let sound = same(&mac(&first.key, &seal.message(&self.origin)), &seal.mac);
            first.key = next_key(&first.key);
            sound && range == (seal.from, seal.until)
        });
        self.next = Some(seal.epoch + 1);
        self.previous = Some(seal.mac);
        self.until = Some(seal.until);
        self.size = seal.size;
        if !follows || !made || seal.from >= seal.until {
            Err(SealFault::Invalid)
        } else if gap {
            Err(SealFault::Gap)
        } else {
            Ok(())
        }
    }

    /// Returns whether the first key is known, so that seals are checked with their keys.
    #[must_use]
    pub const fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// Returns the time from which the next seal counts as missing: the end of its epoch plus the clock skew. Returns
    /// `None` without a key.
    #[must_use]
    pub fn overdue(&self) -> Option<Timestamp> {
        let seconds = u64::from(self.key.as_ref()?.epochs.seconds);
        Some(self.until?.plus_seconds(seconds).plus_millis(SKEW_MS))
    }
}
