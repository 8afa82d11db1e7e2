//! What a caller tried to do, and the drafts that record it.
//!
//! The change of such a draft summarises arguments by names, types, digests and short numbers, because text that an agent
//! wrote must not get into the log.

use super::draft::{Actor, Draft};
use super::entry::{EntryKind, EntryOutcome};
use crate::bytes;
use crate::json::{self, Object, RawJson};
use crate::reason::Reason;

/// The largest number of arguments in a summary.
const MAX_ARGUMENTS: usize = 64;

/// What a caller tried to do. It becomes up to two drafts: an intent and an outcome, or a refusal.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) action: String,
    pub(crate) target: Option<String>,
    pub(crate) change: Option<RawJson>,
    pub(crate) approval: Option<&'static str>,
    pub(crate) correlation: Option<String>,
    /// The other door than the usual one through which it came. The change says it as `door`.
    pub(crate) door: Option<&'static str>,
}

impl Default for Attempt {
    fn default() -> Self {
        Self {
            action: "mcp.request".to_owned(),
            target: None,
            change: None,
            approval: None,
            correlation: None,
            door: None,
        }
    }
}

impl Attempt {
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

/// Summarises arguments without their texts: the value of each boolean and of each short integer, and the type and a short
/// digest of every other value. Arguments with unusual names are left out.
pub(crate) fn summary(arguments: &Object) -> Object {
    let mut out = Object::default();
    let plain = |name: &str| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    for (name, value) in arguments
        .iter()
        .filter(|(name, _)| plain(name))
        .take(MAX_ARGUMENTS)
    {
        let kind = json::kind(value);
        let short = value.get().len() <= 24;
        let member = if kind == "boolean" || (kind == "integer" && short) {
            value.to_owned()
        } else {
            let digest = bytes::sha256(value.get().as_bytes());
            json::raw(
                &Object::default()
                    .with("type", &kind)
                    .with("sha256", &bytes::hex(&digest).get(..16).unwrap_or_default()),
            )
        };
        out.set(name, member);
    }
    out
}

/// Returns the `change` of a call: `{"arguments": summary}`.
pub(crate) fn change(arguments: &Object) -> RawJson {
    json::raw(&Object::default().with("arguments", &summary(arguments)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_contains_no_text_of_the_agent() {
        let arguments = Object::parse(
            r#"{"id":12,"sticky":true,"title":"secret words","list":["secret"],"f":1.5,
                "csat_ secret":1,"big":123456789012345678901234567890}"#,
        )
        .unwrap();
        let text = change(&arguments).get().to_owned();
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains(r#""id":12,"sticky":true"#), "{text}");
        let digest = bytes::hex(&bytes::sha256(b"\"secret words\""));
        assert!(text.contains(&format!(
            r#""title":{{"type":"string","sha256":"{}"}}"#,
            &digest[..16]
        )));
        assert!(text.contains(r#""big":{"type":"integer""#), "{text}");
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
