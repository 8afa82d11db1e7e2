//! The item that a call acts on: considered before the call begins, and checked directly before it writes.

use super::{CallStage, McpCall};
use crate::audit::attempt::Attempt;
use crate::call::Misuse;
use crate::call::consider::TargetRule;
use crate::call::denied::DeniedCall;
use crate::call::target::{MAX_ITEMS, Target, TargetDigests};
use crate::decision::Decision;
use crate::mcp::reply::McpReply;
use crate::mcp::wire::error::RpcError;
use crate::reason::Reason;

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
    /// `target` is what WordPress knows of the item, as JSON, or for a tool that changes many items a list of what it knows of
    /// each; the PHP class `McpCall` documents it. All items of a call must be permitted. A call of
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
        let target = Target::parse(target)?;
        let keyring = &self.response.endpoint.keyring;
        let decided = match &target {
            Target::Items(items) if rule.is_of_many() => {
                rule.consider_items(items, keyring).map(|items| {
                    let combined = items.combined(keyring);
                    self.items = items;
                    Some(combined)
                })
            }
            target if rule.is_of_many() == matches!(target, Target::Items(_)) => {
                rule.consider(target, keyring)
            }
            _ => return Err(Misuse::Target),
        };
        match decided {
            Ok(digests) => {
                self.considered = true;
                self.before = target.into_item();
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
        if let (true, Some(item)) = (rule.is_of_many(), now.item()) {
            let keyring = &self.response.endpoint.keyring;
            let id = item.id();
            return Ok(match rule.check_item(item, &mut self.items, keyring) {
                Ok(digests) => {
                    self.items.note(id, "digest_before", &digests.summary());
                    now.into_item()
                        .into_iter()
                        .for_each(|item| self.items.keep(*item));
                    Decision::Allow
                }
                Err(DeniedCall { reason, detail }) => {
                    self.drift = detail;
                    reason.into()
                }
            });
        }
        let decided = rule
            .check(&now, &self.response.endpoint.keyring)
            .and_then(|digests| {
                // A call without review and fingerprint is compared with the moment at which it was considered.
                if let (Some(then), Some(now)) = (&self.target, &digests) {
                    then.unchanged(now)?;
                }
                Ok(digests)
            });
        Ok(match decided {
            Ok(digests) => {
                self.target = digests;
                self.before = now.into_item();
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

    /// Notes for the audit log what the call made of its target, field by field: the item as it is stored after the
    /// change, and the id of the revision with the state before, if there is one.
    ///
    /// # Errors
    /// Those of [`check_target`](Self::check_target).
    pub fn changed(&mut self, target: &str, revision: Option<u64>) -> Result<(), Misuse> {
        let now = self.running(target)?;
        if let Some(item) = now.item() {
            let digests = item.digests(&self.response.endpoint.keyring);
            if self.rule.as_ref().is_some_and(TargetRule::is_of_many) {
                self.items
                    .note(item.id(), "digest_after", &digests.summary());
                self.items.changed(item);
                if let Some(revision) = revision {
                    self.items.note(item.id(), "revision", &revision);
                }
                return Ok(());
            }
            self.note("digest_after", &digests.summary());
            if let Some(before) = self.before.take().filter(|before| before.is_same(item)) {
                self.attempt.changed(before.differences(item));
            }
        }
        if let Some(revision) = revision {
            self.note("revision", &revision);
        }
        Ok(())
    }

    /// Ends an item of a call on many: the answer to the call has an entry of the audit log for it. `target` is such as
    /// `post:12`, and `reason` and `detail` are those of [`deny`](Self::deny) for an item that was refused.
    ///
    /// Returns what the agent reads about the refusal, or an empty text.
    ///
    /// # Errors
    /// [`Misuse::NotBegun`], [`Misuse::Answered`], or [`Misuse::TooManyItems`].
    pub fn item(
        &mut self,
        target: &str,
        reason: Option<&str>,
        detail: Option<&str>,
    ) -> Result<String, Misuse> {
        match self.stage {
            CallStage::Decided => return Err(Misuse::NotBegun),
            CallStage::Answered => return Err(Misuse::Answered),
            CallStage::Begun if self.entries.len() >= MAX_ITEMS => {
                return Err(Misuse::TooManyItems);
            }
            CallStage::Begun => {}
        }
        let error = reason.map(|reason| {
            let reason = Reason::from_word(reason).unwrap_or(Reason::ToolFailed);
            let mut error = RpcError::new(reason);
            error.detail = self.detail(reason, detail);
            error
        });
        self.drift = None;
        let id = target.rsplit_once(':').and_then(|(_, id)| id.parse().ok());
        let mut attempt = Attempt {
            target: Some(target.to_owned()),
            ..self.attempt.clone()
        };
        attempt.tell_item(id.and_then(|id: u64| self.changes.get(&id)));
        if let Some(id) = id {
            self.items.tell(id, &mut attempt);
        }
        let reason = error.as_ref().map(|error| error.reason);
        self.entries.push(attempt.outcome(&self.actor, reason));
        Ok(error.map_or_else(String::new, |error| self.response.words(&error)))
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
        self.attempt.note(name, value);
    }
}
