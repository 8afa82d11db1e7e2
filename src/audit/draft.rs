//! Drafts of audit entries. A draft holds names, types, digests and numbers, never a text that an
//! agent wrote, and never a token.

use serde::Serialize;

use crate::bytes;
use crate::json::{self, Object, RawJson};
use crate::reason::Reason;

/// The most arguments that are summed up.
const MAX_ARGUMENTS: usize = 64;

/// Who asked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Actor {
    pub(crate) kind: &'static str,
    pub(crate) connection: Option<u64>,
    pub(crate) user: Option<u64>,
    pub(crate) client: Option<String>,
    pub(crate) ip: Option<String>,
}

impl Actor {
    pub(crate) fn anonymous(ip: &str) -> Self {
        Self {
            kind: "anonymous",
            connection: None,
            user: None,
            client: None,
            ip: (!ip.is_empty()).then(|| ip.to_owned()),
        }
    }

    pub(crate) fn agent(connection: u64, ip: &str) -> Self {
        Self {
            kind: "agent",
            connection: Some(connection),
            ..Self::anonymous(ip)
        }
    }
}

/// What was tried.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) action: String,
    pub(crate) target: Option<String>,
    pub(crate) change: Option<RawJson>,
    pub(crate) approval: Option<&'static str>,
    pub(crate) correlation: Option<String>,
}

impl Default for Attempt {
    fn default() -> Self {
        Self {
            action: "mcp.request".to_owned(),
            target: None,
            change: None,
            approval: None,
            correlation: None,
        }
    }
}

#[derive(Serialize)]
struct Draft<'a> {
    kind: &'static str,
    actor: &'a Actor,
    action: &'a str,
    target: Option<&'a str>,
    change: Option<&'a RawJson>,
    outcome: Option<&'static str>,
    reason: Option<&'static str>,
    approval: Option<&'static str>,
    correlation: Option<&'a str>,
}

fn draft(
    kind: &'static str,
    actor: &Actor,
    attempt: &Attempt,
    outcome: Option<&'static str>,
    reason: Option<Reason>,
) -> String {
    json::raw(&Draft {
        kind,
        actor,
        action: &attempt.action,
        target: attempt.target.as_deref(),
        change: attempt.change.as_ref(),
        outcome,
        reason: reason.map(Reason::code),
        approval: attempt.approval,
        correlation: attempt.correlation.as_deref(),
    })
    .get()
    .to_owned()
}

/// Something is about to be done.
pub(crate) fn intent(actor: &Actor, attempt: &Attempt) -> String {
    draft("intent", actor, attempt, None, None)
}

/// Something was done, denied or failed.
pub(crate) fn outcome(actor: &Actor, attempt: &Attempt, reason: Option<Reason>) -> String {
    let outcome = match reason {
        None => "ok",
        Some(reason) if is_fault(reason) => "failed",
        Some(_) => "denied",
    };
    draft("outcome", actor, attempt, Some(outcome), reason)
}

/// Something was refused before it was begun.
pub(crate) fn refusal(actor: &Actor, attempt: &Attempt, reason: Reason) -> String {
    draft("refusal", actor, attempt, Some("denied"), Some(reason))
}

/// Whether `reason` is a fault of the site rather than a decision.
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

/// What arguments are, without telling their texts: type and a short digest for each, and the value
/// itself for integers and booleans.
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

/// The change of a call: `{"arguments": summary}`.
pub(crate) fn change(arguments: &Object) -> RawJson {
    json::raw(&Object::default().with("arguments", &summary(arguments)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_an_agent_is_in_a_summary() {
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
    fn outcomes_tell_faults_from_denials() {
        let actor = Actor::agent(7, "192.0.2.1");
        let attempt = Attempt::default();
        assert_eq!(
            outcome(&actor, &attempt, None),
            r#"{"kind":"outcome","actor":{"kind":"agent","connection":7,"user":null,"client":null,"ip":"192.0.2.1"},"action":"mcp.request","target":null,"change":null,"outcome":"ok","reason":null,"approval":null,"correlation":null}"#
        );
        assert!(
            outcome(&actor, &attempt, Some(Reason::ToolFailed)).contains(r#""outcome":"failed""#)
        );
        assert!(
            outcome(&actor, &attempt, Some(Reason::CapabilityDenied))
                .contains(r#""outcome":"denied","reason":"capability_denied""#)
        );
    }
}
