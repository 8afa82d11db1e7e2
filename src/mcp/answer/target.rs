//! The item that a call acts on: considered before the call begins, and checked directly before it writes.

use super::{CallStage, McpCall};
use crate::call::Misuse;
use crate::call::consider::unchanged;
use crate::call::denied::DeniedCall;
use crate::call::target::{Target, TargetDigests};
use crate::decision::Decision;
use crate::json::{self, Object};
use crate::mcp::reply::McpReply;
use crate::mcp::wire::error::RpcError;

impl McpCall {
    /// Returns whether [`consider`](Self::consider) must be called before [`begin`](Self::begin). It need not for a call
    /// that changes nothing.
    #[must_use]
    pub const fn needs_target(&self) -> bool {
        self.rule.is_some()
    }

    /// Decides whether the call may act on its target: visitors do not see it, or the connection may change what visitors
    /// see and has a confirmation; and it is as it was when it was reviewed or read.
    ///
    /// `target` is what WordPress knows of the item, as JSON; the PHP class `McpCall` documents it. A call of
    /// `request_review` is considered with the target of the call under review. [`intent`](Self::intent) contains the digest
    /// of the item afterwards.
    ///
    /// Returns `None` if the call may begin. Returns a refusal as the answer otherwise:
    /// [`NeedsPublish`](crate::reason::Reason::NeedsPublish),
    /// [`ConfirmationMissing`](crate::reason::Reason::ConfirmationMissing) or
    /// [`TargetChanged`](crate::reason::Reason::TargetChanged). It does not use up a confirmation token.
    ///
    /// # Errors
    /// [`Misuse::Target`] if `target` does not have the documented form, [`Misuse::NotConsidered`] if the call has begun or
    /// was considered before.
    pub fn consider(&mut self, target: &str) -> Result<Option<McpReply>, Misuse> {
        if self.stage != CallStage::Decided || self.considered {
            return Err(Misuse::NotConsidered);
        }
        let Some(rule) = &self.rule else {
            return Ok(None);
        };
        match rule.consider(&Target::parse(target)?, &self.response.endpoint.keyring) {
            Ok(digests) => {
                self.considered = true;
                self.target = digests;
                if let Some(digests) = digests {
                    self.note("digest_before", &digests.summary());
                }
                self.intent = Some(self.attempt.intent(&self.actor));
                Ok(None)
            }
            Err(DeniedCall { reason, detail }) => {
                self.stage = CallStage::Answered;
                self.attempt.approval = None;
                let mut error = RpcError::new(reason);
                error.detail = detail;
                let entry = self.attempt.refusal(&self.actor, reason);
                let reply = self.response.denied_result(&error);
                Ok(Some(reply.with_entry(Some(entry))))
            }
        }
    }

    /// Decides, directly before the call writes, whether its target is still the one that was considered, and still needs
    /// nothing that the call does not have. `target` is the item as it is stored now.
    ///
    /// A refusal is answered with [`deny`](Self::deny), which adds the names of the changed fields.
    ///
    /// # Errors
    /// [`Misuse::Target`] if `target` is not an item of the documented form, [`Misuse::NotConsidered`] for a call without a
    /// considered target, [`Misuse::NotBegun`] or [`Misuse::Answered`].
    pub fn check_target(&mut self, target: &str) -> Result<Decision, Misuse> {
        let now = self.running(target)?;
        let rule = self.rule.as_ref().ok_or(Misuse::NotConsidered)?;
        let decided = rule
            .check(&now, &self.response.endpoint.keyring)
            .and_then(|digests| {
                // A call without review and fingerprint is compared with the moment at which it was considered.
                if let (Some(then), Some(now)) = (&self.target, &digests) {
                    unchanged(then, now)?;
                }
                Ok(digests)
            });
        Ok(match decided {
            Ok(digests) => {
                self.target = digests;
                if let Some(digests) = digests {
                    self.note("digest_before", &digests.summary());
                }
                Decision::Allow
            }
            Err(DeniedCall { reason, detail }) => {
                self.drift = detail;
                reason.into()
            }
        })
    }

    /// Decides whether the running call may change an item that it has not named, or make an item what `target` says. It may
    /// if visitors do not see it, or if the connection may change what visitors see and the call has a confirmation. A tool
    /// without a confirmation changes nothing that visitors see: [`WriteRefused`](crate::reason::Reason::WriteRefused).
    ///
    /// `target` has the form of [`consider`](Self::consider). A new item has the id 0.
    ///
    /// # Errors
    /// [`Misuse::Target`] for another form, [`Misuse::NotConsidered`] for a call that changes nothing,
    /// [`Misuse::NotBegun`].
    pub fn may_change(&self, target: &str) -> Result<Decision, Misuse> {
        if self.stage == CallStage::Decided {
            return Err(Misuse::NotBegun);
        }
        let rule = self.rule.as_ref().ok_or(Misuse::NotConsidered)?;
        Ok(match rule.permit(&Target::parse(target)?) {
            Ok(()) => Decision::Allow,
            Err(reason) => reason.into(),
        })
    }

    /// Notes for the audit log what the call made of its target: the item as it is stored after the change, and the id of
    /// the revision with the state before, if there is one.
    ///
    /// # Errors
    /// Those of [`check_target`](Self::check_target).
    pub fn changed(&mut self, target: &str, revision: Option<u64>) -> Result<(), Misuse> {
        let now = self.running(target)?;
        if let Some(item) = now.item() {
            let digests = item.digests(&self.response.endpoint.keyring);
            self.note("digest_after", &digests.summary());
        }
        if let Some(revision) = revision {
            self.note("revision", &revision);
        }
        Ok(())
    }

    /// Returns the fingerprint of an item for an agent that reads it, by which a later call shows what was read.
    ///
    /// # Errors
    /// [`Misuse::Target`] if `target` is not an item of the documented form.
    pub fn fingerprint(&self, target: &str) -> Result<String, Misuse> {
        let target = Target::parse(target)?;
        let item = target.item().ok_or(Misuse::Target)?;
        let digests = item.digests(&self.response.endpoint.keyring);
        Ok(TargetDigests::to_text(digests))
    }

    /// Reads an item for a running call.
    fn running(&self, target: &str) -> Result<Target, Misuse> {
        match self.stage {
            CallStage::Decided => return Err(Misuse::NotBegun),
            CallStage::Answered => return Err(Misuse::Answered),
            CallStage::Begun => {}
        }
        let target = Target::parse(target)?;
        if target.item().is_some() {
            Ok(target)
        } else {
            Err(Misuse::Target)
        }
    }

    /// Adds a member to what the audit log records as the change.
    fn note(&mut self, name: &str, value: &(impl serde::Serialize + ?Sized)) {
        let change = self.attempt.change.as_ref();
        let mut change = change
            .and_then(|change| Object::parse(change.get()))
            .unwrap_or_default();
        change.set(name, json::raw(value));
        self.attempt.change = Some(json::raw(&change));
    }
}
