//! The keys of epochs, and the first key in its text form.

use sha2::{Digest as _, Sha256};

use crate::audit::AuditError;
use crate::audit::tree::MAX_SIZE;
use crate::bytes::{base64url, from_base64url};
use crate::clock::Timestamp;
use crate::secret::Secret;

/// The length of the shortest epoch, in seconds.
pub const MIN_SECONDS: u32 = 60;
/// The length of the longest epoch, in seconds: 31 days.
pub const MAX_SECONDS: u32 = 31 * 86_400;
/// The number of epochs after which sealing stops. With the shortest epochs this is more than a century.
pub(super) const MAX_EPOCHS: u64 = 60 << 20;

const PREFIX: &str = "cssk_";

/// Derives the key of the next epoch: K(e+1) = SHA-256(label || K(e)).
pub(super) fn next_key(key: &Secret<32>) -> Secret<32> {
    let hash = Sha256::new()
        .chain_update(b"countersign/audit/seal-key/v1")
        .chain_update(key.expose());
    Secret::new(hash.finalize().into())
}

/// When sealing began, and the length of an epoch in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Epochs {
    pub(super) start: Timestamp,
    pub(super) seconds: u32,
}

impl Epochs {
    /// # Errors
    /// [`AuditError::Seal`] unless `seconds` lies between [`MIN_SECONDS`] and [`MAX_SECONDS`].
    pub(super) fn new(start: Timestamp, seconds: u32) -> Result<Self, AuditError> {
        if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) && start.millis() <= MAX_SIZE {
            Ok(Self { start, seconds })
        } else {
            Err(AuditError::Seal)
        }
    }

    pub(super) const fn begin(self, epoch: u64) -> Timestamp {
        self.start
            .plus_seconds(epoch.saturating_mul(self.seconds as u64))
    }
}

/// The key of the first epoch, which the verifier keeps.
///
/// Its text form is `cssk_`, the base64url of start (milliseconds, 64-bit big-endian), epoch length (seconds, 32-bit
/// big-endian) and key (32 bytes), and the CRC-32 of all that in eight hexadecimal digits.
pub struct FirstKey {
    pub(super) epochs: Epochs,
    pub(super) key: Secret<32>,
}

impl FirstKey {
    /// Returns the text form, which is shown once. It is a secret: any epoch can be sealed with it.
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
    /// [`AuditError::Seal`] for any other text. The checksum detects typing errors.
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

    pub(in crate::audit) fn copy(&self) -> Self {
        Self {
            epochs: self.epochs,
            key: Secret::new(*self.key.expose()),
        }
    }
}
