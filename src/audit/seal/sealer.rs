//! The site's side: it seals each epoch and then erases its key.

use super::key::{Epochs, FirstKey, MAX_EPOCHS, next_key};
use super::record::Seal;
use crate::audit::AuditError;
use crate::audit::append::Head;
use crate::audit::tree::Hash;
use crate::bytes::{from_hex, hex};
use crate::clock::Timestamp;
use crate::secret::{Secret, mac, same};

/// The largest number of seals that one call makes. The next call makes the seals that are then still due.
pub const MAX_DUE: usize = 1024;

/// Makes seals. Holds the key of the current epoch and no earlier one.
///
/// ```
/// use countersign::audit::append::Head;
/// use countersign::audit::seal::{SealChain, Sealer};
/// use countersign::clock::Timestamp;
/// use countersign::secret::Secret;
///
/// let origin = "shop.example/0101010101010101/audit";
/// let start = Timestamp::from_seconds(1_800_000_000);
/// let (mut sealer, first) = Sealer::enroll(origin, start, 3600, Secret::new([7; 32]))?;
/// let seals = sealer.due(&Head::default(), start.plus_seconds(3600));
/// assert_eq!(seals.len(), 1);
/// sealer.advance(&seals[0])?;
///
/// let mut chain = SealChain::new(origin, Some(&first));
/// assert_eq!(chain.take(&seals[0]), Ok(()));
/// # Ok::<(), countersign::audit::AuditError>(())
/// ```
pub struct Sealer {
    origin: String,
    epochs: Epochs,
    /// The current epoch, which is sealed next.
    pub(super) epoch: u64,
    /// The key of the current epoch.
    pub(super) key: Secret<32>,
    /// The MAC of the previous seal; zeros before the first.
    pub(super) previous: Hash,
}

impl Sealer {
    /// Begins to seal the log `origin` at `start`, in epochs of `seconds`, with a `key` of random bytes. Returns the first
    /// key for the verifier to keep.
    ///
    /// # Errors
    /// [`AuditError::Seal`] unless `seconds` lies between [`MIN_SECONDS`](super::MIN_SECONDS) and
    /// [`MAX_SECONDS`](super::MAX_SECONDS).
    pub fn enroll(
        origin: &str,
        start: Timestamp,
        seconds: u32,
        key: Secret<32>,
    ) -> Result<(Self, FirstKey), AuditError> {
        let epochs = Epochs::new(start, seconds)?;
        let first = FirstKey { epochs, key };
        let sealer = Self {
            origin: origin.to_owned(),
            epochs,
            epoch: 0,
            key: Secret::new(*first.key.expose()),
            previous: Hash::default(),
        };
        Ok((sealer, first))
    }

    /// Returns the number of the epoch that is sealed next.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns the seals of the epochs that have ended by `now`, at most [`MAX_DUE`].
    ///
    /// Call it while the head row is locked and before anything else is appended: later entries belong to the next
    /// epoch. Store the seals and then pass each to [`Sealer::advance`].
    #[must_use]
    pub fn due(&self, head: &Head, now: Timestamp) -> Vec<Seal> {
        let mut key = Secret::new(*self.key.expose());
        let (mut epoch, mut previous) = (self.epoch, self.previous);
        let mut seals = Vec::new();
        while self.epochs.begin(epoch + 1) <= now && seals.len() < MAX_DUE && epoch < MAX_EPOCHS {
            let mut seal = Seal {
                epoch,
                size: head.size(),
                root: *head.root(),
                from: self.epochs.begin(epoch),
                until: self.epochs.begin(epoch + 1),
                previous,
                mac: Hash::default(),
            };
            seal.mac = mac(&key, &seal.message(&self.origin));
            previous = seal.mac;
            key = next_key(&key);
            epoch += 1;
            seals.push(seal);
        }
        seals
    }

    /// Moves past a seal that was stored and erases its key. A seal that was passed before is ignored.
    ///
    /// # Errors
    /// [`AuditError::SealOrder`] when the seal is not the next one or was not made with this key.
    pub fn advance(&mut self, seal: &Seal) -> Result<(), AuditError> {
        if seal.epoch < self.epoch {
            return Ok(());
        }
        let sound = seal.epoch == self.epoch
            && seal.previous == self.previous
            && same(&mac(&self.key, &seal.message(&self.origin)), &seal.mac);
        if !sound {
            return Err(AuditError::SealOrder);
        }
        self.key = next_key(&self.key);
        self.previous = seal.mac;
        self.epoch += 1;
        Ok(())
    }

    /// Returns the state as text, to be kept outside the database. It is a secret.
    #[must_use]
    pub fn to_state(&self) -> zeroize::Zeroizing<String> {
        let key = zeroize::Zeroizing::new(hex(self.key.expose()));
        let body = zeroize::Zeroizing::new(format!(
            "countersign seal 1\n{}\n{} {} {}\n{}\n{}\n",
            self.origin,
            self.epochs.start.millis(),
            self.epochs.seconds,
            self.epoch,
            *key,
            hex(&self.previous),
        ));
        zeroize::Zeroizing::new(format!(
            "{}{:08x}\n",
            *body,
            crc32fast::hash(body.as_bytes())
        ))
    }

    /// Reads the state that [`Sealer::to_state`] returned for the log `origin`.
    ///
    /// # Errors
    /// [`AuditError::Seal`] for any other text.
    pub fn from_state(text: &str, origin: &str) -> Result<Self, AuditError> {
        let parse = || {
            let mut lines = text.lines();
            let found = lines.next()? == "countersign seal 1" && lines.next()? == origin;
            let mut numbers = lines.next()?.split(' ');
            let mut number = || numbers.next()?.parse::<u64>().ok();
            let (start, seconds, epoch) = (number()?, number()?, number()?);
            let sealer = Self {
                origin: origin.to_owned(),
                epochs: Epochs::new(Timestamp::from_millis(start), u32::try_from(seconds).ok()?)
                    .ok()?,
                epoch,
                key: Secret::new(from_hex(lines.next()?)?),
                previous: from_hex(lines.next()?)?,
            };
            let sound = found && epoch <= MAX_EPOCHS;
            (sound && sealer.to_state().as_str() == text).then_some(sealer)
        };
        parse().ok_or(AuditError::Seal)
    }
}
