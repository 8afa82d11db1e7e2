//! What a call needs because of the item that it acts on: a group, a confirmation, and that the item has not changed.

use std::collections::BTreeMap;

use super::denied::DeniedCall;
use super::items::{ConsideredItems, listed};
use super::served::Served;
use super::target::{Target, TargetDigests, TargetItem};
use crate::access::{Confirm, Groups};
use crate::keyring::Keyring;
use crate::reason::Reason;

/// What a call needs because of its target. It is decided before the call begins, and again directly before it writes.
#[derive(Clone)]
pub(crate) struct TargetRule {
    confirm: Confirm,
    /// The groups of which the connection needs one for a visible item.
    visible_groups: Groups,
    /// The groups of the connection.
    held: Groups,
    /// Whether the call is made now. A review of it needs no confirmation.
    acts: bool,
    /// Whether the call is one on many items.
    of_many: bool,
    /// The item as the confirmation or the fingerprint states it; for a call on many, all of them as the confirmation does.
    expected: Vec<TargetDigests>,
    /// The items of a call on many as their fingerprints state them.
    read: BTreeMap<u64, TargetDigests>,
    /// Whether the call has a confirmation.
    confirmed: bool,
    /// Whether the review of the call did not know what it acts on.
    unbound: bool,
}

impl TargetRule {
    /// The rule of a call of `tool` by a connection that holds `held`.
    pub(crate) fn new(tool: Served<'_>, held: Groups, acts: bool) -> Self {
        Self {
            confirm: tool.confirm(),
            visible_groups: tool.visible_groups(held),
            held,
            acts,
            of_many: tool.items().is_some(),
            expected: Vec::new(),
            read: BTreeMap::new(),
            confirmed: false,
            unbound: false,
        }
    }

    /// Notes that the call has a confirmation, of an item with these digests.
    pub(crate) fn confirm(&mut self, digests: Option<TargetDigests>) {
        self.confirmed = true;
        self.unbound = digests.is_none();
        self.expected.extend(digests);
    }

    /// Notes what the item was when the agent read it.
    pub(crate) fn expect(&mut self, digests: TargetDigests) {
        self.expected.push(digests);
    }

    /// Notes what one of the items of a call on many was when the agent read it.
    pub(crate) fn expect_item(&mut self, id: u64, digests: TargetDigests) {
        self.read.insert(id, digests);
    }

    /// Returns whether the call is one on many items.
    pub(crate) const fn is_of_many(&self) -> bool {
        self.of_many
    }

    /// Decides whether the connection may change the item, without comparing it.
    ///
    /// # Errors
    /// [`Reason::NeedsPublish`], [`Reason::ConfirmationMissing`], or [`Reason::WriteRefused`] for a tool that has no
    /// confirmation: it changes nothing that visitors see.
    pub(crate) fn permit(&self, target: &Target) -> Result<(), Reason> {
        self.permit_one(target.is_visible())
    }

    fn permit_one(&self, visible: bool) -> Result<(), Reason> {
        if visible && !self.held.intersects(self.visible_groups) {
            return Err(Reason::NeedsPublish);
        }
        if visible && self.acts && !self.confirmed {
            return Err(match self.confirm {
                Confirm::Never => Reason::WriteRefused,
                Confirm::Visible | Confirm::Always => Reason::ConfirmationMissing,
            });
        }
        Ok(())
    }

    /// Decides before the call begins. A confirmed call is compared with its review only in [`check`](Self::check), because
    /// a token that was used before is refused for that reason.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub(crate) fn consider(
        &self,
        target: &Target,
        keyring: &Keyring,
    ) -> Result<Option<TargetDigests>, DeniedCall> {
        if self.confirmed {
            self.permit(target)?;
            return Ok(target.item().map(|item| item.digests(keyring)));
        }
        self.check(target, keyring)
    }

    /// Decides whether the call may act on `target` as it is now. Returns its digests.
    ///
    /// # Errors
    /// [`Reason::TargetChanged`] with the names of the changed fields, [`Reason::NeedsPublish`],
    /// [`Reason::ConfirmationMissing`].
    pub(crate) fn check(
        &self,
        target: &Target,
        keyring: &Keyring,
    ) -> Result<Option<TargetDigests>, DeniedCall> {
        self.permit(target)?;
        let digests = target.item().map(|item| item.digests(keyring));
        for expected in &self.expected {
            match (target, digests) {
                // The tool answers that the item does not exist.
                (Target::None, _) => {}
                (_, None) => return Err(Reason::TargetChanged.into()),
                (_, Some(now)) => expected.unchanged(&now)?,
            }
        }
        // A confirmation whose review did not know what the call acts on says nothing about an item.
        if self.unbound && digests.is_some() {
            return Err(Reason::TargetChanged.into());
        }
        Ok(digests)
    }

    /// Decides about the items of a call on many before it begins. A review also compares them with what the agent has read;
    /// the call itself compares each item directly before it is written, so that one that changed does not end the others.
    ///
    /// # Errors
    /// Those of [`permit`](Self::permit) with the ids of the items that visitors see, or [`Reason::TargetChanged`].
    pub(crate) fn consider_items(
        &self,
        items: &[TargetItem],
        keyring: &Keyring,
    ) -> Result<ConsideredItems, DeniedCall> {
        let visible = items.iter().filter(|item| item.is_visible());
        let visible: Vec<String> = visible.map(|item| item.id().to_string()).collect();
        self.permit_one(!visible.is_empty())
            .map_err(|reason| DeniedCall {
                reason,
                detail: Some(format!("Visitors see these items: {}.", listed(&visible))),
            })?;
        let considered = ConsideredItems::new(items, keyring);
        if !self.acts {
            considered.unchanged_since(&self.read)?;
        }
        Ok(considered)
    }

    /// Decides whether all items of a confirmed call are as they were at its review.
    ///
    /// # Errors
    /// [`Reason::TargetChanged`] with the names of the fields that changed in at least one of them.
    pub(crate) fn check_confirmed(
        &self,
        items: &ConsideredItems,
        keyring: &Keyring,
    ) -> Result<(), DeniedCall> {
        let now = items.combined(keyring);
        for reviewed in &self.expected {
            let drift = reviewed.drift(&now);
            if !drift.is_empty() {
                return Err(DeniedCall {
                    reason: Reason::TargetChanged,
                    detail: Some(format!(
                        "Changed since the review, in at least one item: {}.",
                        drift.join(", ")
                    )),
                });
            }
        }
        Ok(())
    }

    /// Decides whether a call on many may act on one of its items as it is now.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub(crate) fn check_item(
        &self,
        item: &TargetItem,
        items: &mut ConsideredItems,
        keyring: &Keyring,
    ) -> Result<TargetDigests, DeniedCall> {
        self.permit_one(item.is_visible())?;
        let now = item.digests(keyring);
        if let Some(read) = self.read.get(&item.id()) {
            read.unchanged(&now)?;
        }
        items.check(item.id(), now)?;
        Ok(now)
    }
}
