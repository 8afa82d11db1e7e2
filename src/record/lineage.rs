//! The lineage of a site: what tells a copy from its original.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bytes::{from_hex, hex};
use crate::entropy::{Entropy, EntropyError};

/// The lineage of a site: 8 random bytes, written as 16 lower-case hexadecimal digits.
///
/// A new site, a copy and a new beginning have a lineage of their own. A record is believed only by the lineage for which
/// it was sealed: a copy has the same keys and the same site id, and its records have versions that the original did not
/// see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lineage([u8; 8]);

impl Lineage {
    /// Returns the lineage with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Returns a new lineage.
    ///
    /// # Errors
    /// [`EntropyError`] if the source of randomness fails.
    pub(super) fn random(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Lineage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Lineage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        from_hex(text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a lineage has 16 hexadecimal digits"))
    }
}
