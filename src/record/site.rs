//! The record of the site: its epoch and its address.

use serde::{Deserialize, Serialize};

use super::lineage::Lineage;
use super::name::RecordKind;
use super::sealed::Sealed;
use crate::json;
use crate::words::words;

/// The greatest length of an address, in bytes.
const MAX_ADDRESS: usize = 512;

words! {
    /// Why the record of the site is sealed.
    pub enum SiteEvent {
        /// The site has no usable record yet.
        Created = "created",
        /// A person has acknowledged that the database was restored.
        Restored = "restored",
        /// A person has said that the site has moved to its current address.
        Moved = "moved",
        /// A person has said that the site is a copy of the one at the stored address.
        Copied = "copied",
    }
}

/// The number of former addresses that a site remembers.
const MAX_FORMER: usize = 8;

/// The data of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteData {
    /// The address for which the record was sealed: `HOST[:PORT]/PATH`.
    pub(super) address: String,
    /// What is added to the epoch of each connection.
    pub(super) epoch: u64,
    /// Addresses that the site had before, the latest one last. Their witnesses are kept as high as that of the current
    /// address, so that an old database with its old address brings nothing back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former: Vec<String>,
    /// The lineage of the site. Only the record of a test has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lineage: Option<Lineage>,
}

impl SiteData {
    /// Returns the data of version `version` at `address`, after the record with the data `before`.
    ///
    /// An event that ends all tokens sets the epoch to the version. No earlier epoch is as large, even one that a restored
    /// database does not show: the witness knows the version, and an epoch is never above its version.
    ///
    /// The lineage stays only if the record before shows that the site goes on: after a move, and after a restore of a
    /// database of the same address. A database of another address that was put here is a copy. Its tokens are bound to
    /// that address, so no client loses anything.
    pub(super) fn after(
        before: Option<&Self>,
        event: SiteEvent,
        version: u64,
        address: &str,
        new: Lineage,
    ) -> Self {
        let epoch = match (event, before) {
            (SiteEvent::Moved, Some(before)) => before.epoch,
            (SiteEvent::Created, None) if version == 1 => 0,
            _ => version,
        };
        let goes_on = match event {
            SiteEvent::Moved => true,
            SiteEvent::Restored => before.is_some_and(|before| before.address == address),
            SiteEvent::Created | SiteEvent::Copied => false,
        };
        let before = before.filter(|_| goes_on);
        Self {
            address: address.to_owned(),
            epoch,
            former: before.map_or_else(Vec::new, |before| before.former_at(address)),
            lineage: before.map_or(Some(new), |before| before.lineage),
        }
    }

    /// Returns the addresses that the site had before, if it is at `address` now.
    fn former_at(&self, address: &str) -> Vec<String> {
        let mut former: Vec<String> = self
            .former
            .iter()
            .filter(|known| **known != self.address)
            .chain([&self.address])
            .filter(|known| *known != address)
            .cloned()
            .collect();
        former.drain(..former.len().saturating_sub(MAX_FORMER));
        former
    }

    pub(super) fn of(sealed: &Sealed) -> Option<Self> {
        if sealed.name.kind() == RecordKind::Site {
            Self::parse(&sealed.data)
        } else {
            None
        }
    }

    pub(super) fn parse(data: &str) -> Option<Self> {
        serde_json::from_str(data).ok()
    }

    pub(super) fn to_json(&self) -> String {
        json::raw(self).get().to_owned()
    }
}

/// Returns whether `address` can be the address of a site.
pub(super) fn is_address(address: &str) -> bool {
    (1..=MAX_ADDRESS).contains(&address.len()) && !address.chars().any(char::is_control)
}
