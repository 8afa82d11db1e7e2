//! The side that verifies: one seal for each epoch, each by the key of just that epoch.

use super::{FirstKey, MAX_EPOCHS, Seal, next_key};
use crate::audit::tree::Hash;
use crate::clock::{SKEW_MS, Timestamp};
use crate::secret::{mac, same};

/// What is wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealFault {
    /// Seals before it are missing.
    Gap,
    /// It is not what the key of its epoch makes, or not the next one.
    Invalid,
}

/// The side that verifies: takes the seals of a log in order.
pub struct SealChain {
    origin: String,
    key: Option<FirstKey>,
    /// The epoch that comes next; unknown before the first seal where there is no key.
    next: Option<u64>,
    previous: Option<Hash>,
    until: Option<Timestamp>,
    size: u64,
}

impl SealChain {
    /// Begins, with the first key or without: then only whether the seals continue each other is looked at.
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

    /// Takes the next seal. After a fault the chain goes on from this seal, so that one fault is one finding.
    ///
    /// # Errors
    /// [`SealFault`].
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

    /// Whether seals are held against the first key.
    #[must_use]
    pub const fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// From when on an entry shows that a seal is missing: the next epoch is over, and its seal would stand before it.
    #[must_use]
    pub fn overdue(&self) -> Option<Timestamp> {
        let seconds = u64::from(self.key.as_ref()?.epochs.seconds);
        Some(self.until?.plus_seconds(seconds).plus_millis(SKEW_MS))
    }
}
