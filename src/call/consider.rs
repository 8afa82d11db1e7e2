//! What a call needs because of the item that it acts on: a group, a confirmation, and that the item has not changed.

use super::denied::DeniedCall;
use super::served::Served;
use super::target::{Target, TargetDigests};
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
    /// The item as the confirmation or the fingerprint states it.
    expected: Vec<TargetDigests>,
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
            expected: Vec::new(),
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

    /// Decides whether the connection may change the item, without comparing it.
    ///
    /// # Errors
    /// [`Reason::NeedsPublish`], [`Reason::ConfirmationMissing`], or [`Reason::WriteRefused`] for a tool that has no
    /// confirmation: it changes nothing that visitors see.
    pub(crate) fn permit(&self, target: &Target) -> Result<(), Reason> {
        let visible = target.is_visible();
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
                (_, Some(now)) => unchanged(expected, &now)?,
            }
        }
        // A confirmation whose review did not know what the call acts on says nothing about an item.
        if self.unbound && digests.is_some() {
            return Err(Reason::TargetChanged.into());
        }
        Ok(digests)
    }
}

/// # Errors
/// [`Reason::TargetChanged`] with the names of the fields that differ.
pub(crate) fn unchanged(then: &TargetDigests, now: &TargetDigests) -> Result<(), DeniedCall> {
    let drift = then.drift(now);
    if drift.is_empty() {
        return Ok(());
    }
    Err(DeniedCall {
        reason: Reason::TargetChanged,
        detail: Some(format!("Changed: {}.", drift.join(", "))),
    })
}
