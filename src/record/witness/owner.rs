//! What a witness belongs to.

use crate::bytes::{hex, sha256_pae};
use crate::keyring::SiteId;

/// The site and the address that a witness belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessOf {
    pub(super) site: SiteId,
    pub(super) address: [u8; 16],
}

impl WitnessOf {
    /// Names the witness of `site` at `address`.
    #[must_use]
    pub fn new(site: SiteId, address: &str) -> Self {
        let parts = [b"countersign/witness/v1".as_slice(), address.as_bytes()];
        let mut digest = [0; 16];
        let hash = sha256_pae(&parts);
        digest
            .iter_mut()
            .zip(hash)
            .for_each(|(to, from)| *to = from);
        Self {
            site,
            address: digest,
        }
    }

    /// Returns a word for the names of files and values.
    pub(super) fn word(&self) -> String {
        let parts = [self.site.as_bytes().as_slice(), &self.address];
        let [a, b, c, d, e, f, g, h, ..] = sha256_pae(&parts);
        hex(&[a, b, c, d, e, f, g, h])
    }
}
