//! What the fuzz targets share: keys, a moment, and bytes turned into fields.

use countersign::clock::Timestamp;
use countersign::keyring::{Keyring, SiteId};
use ed25519_dalek::SigningKey;

/// The moment of every run.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// The site of every run.
pub const SITE: SiteId = SiteId::new([1; 8]);

/// Keys that nobody who wrote an input has: whatever verifies under them was not forged but found by accident.
#[must_use]
pub fn stranger() -> Keyring {
    Keyring::open(SITE, &[0x5a; 64], &[]).expect("sound material")
}

/// A key that signs what a target needs signed.
#[must_use]
pub fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Takes fields off the front of an input; what it lacks is zero.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let length = N.min(self.0.len());
        let (head, tail) = self.0.split_at(length);
        out[..length].copy_from_slice(head);
        self.0 = tail;
        out
    }

    /// The next eight bytes as a number.
    pub fn number(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    /// Up to `most` bytes, their number first.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let [length] = self.array();
        let length = usize::from(length).min(most).min(self.0.len());
        let (head, tail) = self.0.split_at(length);
        self.0 = tail;
        head
    }
}

/// `text` with one bit of one byte turned over; `None` of nothing.
#[must_use]
pub fn flipped(text: &[u8], at: u64) -> Option<Vec<u8>> {
    let place = usize::try_from(at / 8).ok()?.checked_rem(text.len())?;
    let mut out = text.to_vec();
    out[place] ^= 1 << (at % 8);
    Some(out)
}
