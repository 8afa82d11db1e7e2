//! What a caller tried to do, and the drafts that record it.
//!
//! Arguments are told in words, as [texts](super::text) that can be erased: see [`tell`]. Numbers and ids are in the change of
//! the draft.

use std::collections::BTreeMap;

use super::draft::{Actor, Draft};
use super::entry::{EntryKind, EntryOutcome};
use super::tell::{self, Told};
use super::text::MAX_PATH;
use crate::json::{self, Object, RawJson};
use crate::reason::Reason;

/// The largest number of arguments that are told.
const MAX_ARGUMENTS: usize = 32;

/// Where the arguments of a call are in an entry.
const ARGUMENTS: &str = "change.arguments";
/// Where the fields are that a call changed.
const FIELDS: &str = "change.fields";

/// What a caller tried to do. It becomes up to two drafts: an intent and an outcome, or a refusal.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) action: String,
    pub(crate) target: Option<String>,
    pub(crate) change: Option<RawJson>,
    /// The texts of the entry, by their paths.
    pub(crate) texts: BTreeMap<String, RawJson>,
    pub(crate) approval: Option<&'static str>,
    pub(crate) correlation: Option<String>,
    /// The other door than the usual one through which it came. The change says it as `door`.
    pub(crate) door: Option<&'static str>,
}

/// How a call changed a field of an item.
#[derive(Clone)]
pub(crate) struct FieldChange {
    pub(crate) name: &'static str,
    /// `{"from": …, "to": …}`
    pub(crate) told: RawJson,
    /// Whether a person or an agent wrote it, so that it must be erasable.
    pub(crate) is_text: bool,
}

impl Default for Attempt {
    fn default() -> Self {
        Self {
            action: "mcp.request".to_owned(),
            target: None,
            change: None,
            texts: BTreeMap::new(),
            approval: None,
            correlation: None,
            door: None,
        }
    }
}

impl Attempt {
    /// Tells the arguments of the call, instead of those that were told before. Arguments with unusual names are left out.
    pub(crate) fn tell(&mut self, arguments: &Object) {
        self.texts.clear();
        let told = Object::default().with("arguments", &self.arguments(arguments));
        self.change = Some(json::raw(&told));
    }

    /// Tells the call that a review is about, with the name of its tool.
    pub(crate) fn tell_review(&mut self, tool: &str, arguments: &Object) {
        self.texts.clear();
        let told = Object::default().with("tool", tool);
        let told = told.with("arguments", &self.arguments(arguments));
        self.change = Some(json::raw(&told));
    }

    /// Tells the arguments of one item of a call, if there are any, instead of those of the call.
    pub(crate) fn tell_item(&mut self, arguments: Option<&Object>) {
        match arguments {
            Some(arguments) => self.tell(arguments),
            None => {
                self.texts.clear();
                self.change = Some(json::raw(&Object::default()));
            }
        }
    }

    fn arguments(&mut self, arguments: &Object) -> Object {
        let plain = |name: &str| {
            (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        };
        let mut out = Object::default();
        for (name, value) in arguments
            .iter()
            .filter(|(name, _)| plain(name))
            .take(MAX_ARGUMENTS)
        {
            match tell::argument(name, &value.to_owned()) {
                Told::Plain(told) => out.set(name, told),
                Told::Text(told) => self.text(ARGUMENTS, name, told),
            }
        }
        out
    }

    /// Tells what the call changed, field by field: `{"from": …, "to": …}`. Texts can be erased, other values are in the entry.
    pub(crate) fn changed(&mut self, fields: Vec<FieldChange>) {
        let mut plain = Object::default();
        for FieldChange {
            name,
            told,
            is_text,
        } in fields
        {
            if is_text {
                self.text(FIELDS, name, told);
            } else {
                plain.set(name, told);
            }
        }
        if !plain.is_empty() {
            self.note("fields", &plain);
        }
    }

    fn text(&mut self, group: &str, name: &str, told: RawJson) {
        let path = format!("{group}.{name}");
        if path.len() <= MAX_PATH {
            self.texts.insert(path, told);
        }
    }

    /// Adds a member to what the audit log records as the change.
    pub(crate) fn note(&mut self, name: &str, value: &(impl serde::Serialize + ?Sized)) {
        let change = self.change.as_ref();
        let mut change = change
            .and_then(|change| Object::parse(change.get()))
            .unwrap_or_default();
        change.set(name, json::raw(value));
        self.change = Some(json::raw(&change));
    }

    /// Returns the draft, as JSON, of an intent: the attempt is about to be made.
    pub(crate) fn intent(&self, actor: &Actor) -> String {
        self.draft(EntryKind::Intent, actor, None, None)
    }

    /// Returns the draft, as JSON, of the outcome: `ok` without a reason, `failed` if the reason is a fault of the site,
    /// otherwise `denied`.
    pub(crate) fn outcome(&self, actor: &Actor, reason: Option<Reason>) -> String {
        let outcome = match reason {
            None => EntryOutcome::Ok,
            Some(reason) if is_fault(reason) => EntryOutcome::Failed,
            Some(_) => EntryOutcome::Denied,
        };
        self.draft(EntryKind::Outcome, actor, Some(outcome), reason)
    }

    /// Returns the draft, as JSON, of a refusal: the attempt was denied before it began.
    pub(crate) fn refusal(&self, actor: &Actor, reason: Reason) -> String {
        let outcome = Some(EntryOutcome::Denied);
        self.draft(EntryKind::Refusal, actor, outcome, Some(reason))
    }

    fn change_with_door(&self) -> Option<RawJson> {
        let Some(door) = self.door else {
            return self.change.clone();
        };
        let change = self.change.as_ref();
        let change = change.and_then(|change| Object::parse(change.get()));
        Some(json::raw(&change.unwrap_or_default().with("door", &door)))
    }

    fn draft(
        &self,
        kind: EntryKind,
        actor: &Actor,
        outcome: Option<EntryOutcome>,
        reason: Option<Reason>,
    ) -> String {
        Draft {
            kind,
            actor: actor.clone(),
            action: self.action.clone(),
            target: self.target.clone(),
            change: self.change_with_door(),
            outcome,
            reason: reason.map(|reason| reason.code().to_owned()),
            approval: self.approval.map(str::to_owned),
            correlation: self.correlation.clone(),
            reference: None,
            records: Vec::new(),
            texts: self.texts.clone(),
        }
        .to_json()
    }
}

/// Whether `reason` is a fault of the site and not a decision.
const fn is_fault(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::ToolFailed
            | Reason::LimitUnusable
            | Reason::StoreUnavailable
            | Reason::StoreFull
            | Reason::EntropyUnavailable
            | Reason::AuditUnavailable
            | Reason::AuditRollback
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_told_in_words_beside_the_change() {
        let arguments = Object::parse(
            r#"{"id":12,"sticky":true,"title":"my words","list":["words"],"f":1.5,
                "csat_ words":1,"big":123456789012345678901234567890,"password":"correct horse"}"#,
        )
        .unwrap();
        let mut attempt = Attempt::default();
        attempt.tell(&arguments);
        let change = attempt.change.as_ref().unwrap().get().to_owned();
        assert!(
            change.starts_with(r#"{"arguments":{"id":12,"sticky":true,"password":{"sha256":""#),
            "{change}"
        );
        assert!(!change.contains("words"), "{change}");
        let texts: Vec<(&str, &str)> = attempt
            .texts
            .iter()
            .map(|(path, told)| (path.as_str(), told.get()))
            .collect();
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert!(texts.contains(&("change.arguments.title", r#""my words""#)));
        assert!(texts.contains(&("change.arguments.list", r#"["words"]"#)));
        // The arguments that the call is made with replace those that were sent.
        attempt.tell(&Object::parse(r#"{"title":"x"}"#).unwrap());
        assert_eq!(attempt.texts.len(), 1);
    }

    #[test]
    fn fault_is_recorded_as_failed_and_refusal_as_denied() {
        let actor = Actor::agent(7, "192.0.2.1");
        let attempt = Attempt::default();
        assert_eq!(
            attempt.outcome(&actor, None),
            r#"{"kind":"outcome","actor":{"kind":"agent","connection":7,"user":null,"client":null,"ip":"192.0.2.1"},"action":"mcp.request","target":null,"change":null,"outcome":"ok","reason":null,"approval":null,"correlation":null}"#
        );
        assert!(
            attempt
                .outcome(&actor, Some(Reason::ToolFailed))
                .contains(r#""outcome":"failed""#)
        );
        assert!(
            attempt
                .outcome(&actor, Some(Reason::CapabilityDenied))
                .contains(r#""outcome":"denied","reason":"capability_denied""#)
        );
    }
}
