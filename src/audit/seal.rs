//! Forward-secure seals: whoever takes the machine today cannot reseal what was sealed yesterday.
//!
//! Time is cut into epochs of one length. At the end of each, also of one without entries, the log is sealed:
//! HMAC-SHA256 under the epoch's key over origin, epoch, size, root, time range and the seal before. Then the
//! key is replaced by its hash, and the old one is gone. The first key is shown once and kept elsewhere: from
//! it a verifier computes every key.
//!
//! What verification holds against a sealed log: one seal for each epoch without a gap, each by the key of just
//! its epoch, each about the root at its place, entries within the time of their epoch, and no epoch left
//! unsealed. Seals by a newer key and gaps between epochs are how sealed journals were forged before.

mod chain;
#[cfg(test)]
mod tests;

pub use chain::{SealChain, SealFault};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::AuditError;
use super::append::Head;
use super::tree::{Hash, MAX_SIZE};
use crate::bytes::{base64url, from_base64url, from_hex, hex, pae};
use crate::clock::Timestamp;
use crate::secret::{Secret, mac, same};

/// Shortest epoch, in seconds.
pub const MIN_SECONDS: u32 = 60;
/// Longest epoch, in seconds: 31 days.
pub const MAX_SECONDS: u32 = 31 * 86_400;
/// Most seals that are made at once: what a log that slept for long still owes follows in the next call.
pub const MAX_DUE: usize = 1024;
/// Most epochs: a century of the shortest.
const MAX_EPOCHS: u64 = 60 << 20;

const PREFIX: &str = "cssk_";

/// One seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Number of the epoch it ends, from 0.
    pub epoch: u64,
    /// Entries in the log at the end of the epoch.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Beginning of the epoch.
    pub from: Timestamp,
    /// End of the epoch, exclusive.
    pub until: Timestamp,
    /// The MAC of the seal before; zeroes for the first.
    pub previous: Hash,
    /// HMAC-SHA256 under the epoch's key.
    pub mac: Hash,
}

/// The line it is written as: field order is the order of the bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seal: u64,
    size: u64,
    root: String,
    from: Timestamp,
    until: Timestamp,
    previous: String,
    mac: String,
}

impl Seal {
    fn message(&self, origin: &str) -> Vec<u8> {
        pae(&[
            b"countersign/audit/seal/v1",
            origin.as_bytes(),
            &self.epoch.to_be_bytes(),
            &self.size.to_be_bytes(),
            &self.root,
            &self.from.millis().to_be_bytes(),
            &self.until.millis().to_be_bytes(),
            &self.previous,
        ])
    }

    /// One line of JSON, as an export holds it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = Line {
            seal: self.epoch,
            size: self.size,
            root: hex(&self.root),
            from: self.from,
            until: self.until,
            previous: hex(&self.previous),
            mac: hex(&self.mac),
        };
        // Numbers and texts always serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads [`Seal::to_text`]; a seal has one spelling.
    ///
    /// # Errors
    /// [`AuditError::Seal`].
    pub fn from_text(text: &str) -> Result<Self, AuditError> {
        let line: Line = serde_json::from_str(text).map_err(|_| AuditError::Seal)?;
        let seal = Self {
            epoch: line.seal,
            size: line.size,
            root: from_hex(&line.root).ok_or(AuditError::Seal)?,
            from: line.from,
            until: line.until,
            previous: from_hex(&line.previous).ok_or(AuditError::Seal)?,
            mac: from_hex(&line.mac).ok_or(AuditError::Seal)?,
        };
        if seal.size <= MAX_SIZE && seal.to_text() == text {
            Ok(seal)
        } else {
            Err(AuditError::Seal)
        }
    }
}

/// K(e+1) = H(K(e)), hashed under a label of its own.
fn next_key(key: &Secret<32>) -> Secret<32> {
    let hash = Sha256::new()
        .chain_update(b"countersign/audit/seal-key/v1")
        .chain_update(key.expose());
    Secret::new(hash.finalize().into())
}

/// When sealing began and how long an epoch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Epochs {
    start: Timestamp,
    seconds: u32,
}

impl Epochs {
    fn new(start: Timestamp, seconds: u32) -> Result<Self, AuditError> {
        if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) && start.millis() <= MAX_SIZE {
            Ok(Self { start, seconds })
        } else {
            Err(AuditError::Seal)
        }
    }

    const fn begin(self, epoch: u64) -> Timestamp {
        self.start
            .plus_seconds(epoch.saturating_mul(self.seconds as u64))
    }
}

/// The key of the first epoch, as the verifier keeps it. Text: `cssk_`, base64url of start (milliseconds, 64-bit
/// big-endian), epoch length (seconds, 32-bit big-endian) and key, and a CRC-32 over that in eight hexadecimal digits.
pub struct FirstKey {
    epochs: Epochs,
    key: Secret<32>,
}

impl FirstKey {
    /// The text that is shown once. It is a secret: with it any epoch can be sealed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = zeroize::Zeroizing::new(self.epochs.start.millis().to_be_bytes().to_vec());
        bytes.extend_from_slice(&self.epochs.seconds.to_be_bytes());
        bytes.extend_from_slice(self.key.expose());
        let body = format!("{PREFIX}{}", base64url(&bytes));
        format!("{body}{:08x}", crc32fast::hash(body.as_bytes()))
    }

    /// Reads [`FirstKey::to_text`].
    ///
    /// # Errors
    /// [`AuditError::Seal`], also for a typing error: the check sum finds it.
    pub fn from_text(text: &str) -> Result<Self, AuditError> {
        let at = text.len().checked_sub(8).ok_or(AuditError::Seal)?;
        let (body, sum) = text.split_at_checked(at).ok_or(AuditError::Seal)?;
        if format!("{:08x}", crc32fast::hash(body.as_bytes())) != sum {
            return Err(AuditError::Seal);
        }
        let bytes = body.strip_prefix(PREFIX).ok_or(AuditError::Seal)?;
        let bytes = from_base64url(bytes.as_bytes()).ok_or(AuditError::Seal)?;
        let bytes = zeroize::Zeroizing::new(bytes);
        let (start, rest) = bytes.split_first_chunk().ok_or(AuditError::Seal)?;
        let (seconds, key) = rest.split_first_chunk().ok_or(AuditError::Seal)?;
        let start = Timestamp::from_millis(u64::from_be_bytes(*start));
        Ok(Self {
            epochs: Epochs::new(start, u32::from_be_bytes(*seconds))?,
            key: Secret::new(key.try_into().map_err(|_| AuditError::Seal)?),
        })
    }

    pub(super) fn copy(&self) -> Self {
        Self {
            epochs: self.epochs,
            key: Secret::new(*self.key.expose()),
        }
    }
}

/// The side that seals: holds the key of the present epoch alone.
pub struct Sealer {
    origin: String,
    epochs: Epochs,
    epoch: u64,
    key: Secret<32>,
    previous: Hash,
}

impl Sealer {
    /// Begins to seal the log `origin` at `start`, in epochs of `seconds`, with a random `key`.
    ///
    /// # Errors
    /// [`AuditError::Seal`] unless `seconds` lies between [`MIN_SECONDS`] and [`MAX_SECONDS`].
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

    /// Number of the epoch that will be sealed next.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The seals of every epoch that has ended, at most [`MAX_DUE`]; to be stored, and then passed with
    /// [`Sealer::advance`]. To be called under the lock of the head row, before anything else is appended:
    /// what is appended later belongs to the next epoch.
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

    /// Goes past a seal that was stored: its key is gone from here on. One that was passed before changes nothing.
    ///
    /// # Errors
    /// [`AuditError::SealOrder`] when it is not the next one, or not made with this key.
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

    /// The state to keep outside the database, as text. A secret.
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

    /// Reads [`Sealer::to_state`] of the log `origin`.
    ///
    /// # Errors
    /// [`AuditError::Seal`] for anything else.
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
