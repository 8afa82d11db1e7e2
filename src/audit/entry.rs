//! One entry: what the caller knows, the exact bytes that are kept, and what is read back from them.
//!
//! The bytes are built once, stored as they are and hashed as they are. Nothing ever builds them again
//! from columns: that is where home-made logs break (key order, number and time spelling).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AuditError, clean};
use crate::bytes::{from_hex, hex};
use crate::clock::Timestamp;
use crate::words::words;

/// The version every entry begins with.
pub const VERSION: u8 = 1;

/// Longest draft that is read, in bytes of JSON.
pub const MAX_DRAFT: usize = 1 << 20;

words! {
    /// What an entry is about.
    pub enum EntryKind {
        /// Something is about to be done.
        Intent = "intent",
        /// What became of an intent.
        Outcome = "outcome",
        /// Something was asked and refused.
        Refusal = "refusal",
        /// Rights were given.
        Grant = "grant",
        /// Rights were taken away.
        Revoke = "revoke",
        /// A connection was made, changed, paused or ended.
        Connection = "connection",
        /// A setting of Countersign was changed.
        Setting = "setting",
        /// The kill switch was turned.
        KillSwitch = "kill_switch",
        /// A confirmation was asked for, given or used.
        Confirmation = "confirmation",
        /// A step of the OAuth server.
        Oauth = "oauth",
        /// Countersign itself: start, upgrade, retention, acknowledged restore.
        System = "system",
        /// An operations service says what it would do.
        Proposal = "proposal",
        /// Something is wrong with the site, or was.
        Incident = "incident",
        /// What the policy made of a proposal.
        Decision = "decision",
        /// A person allowed or refused what waited for one.
        Approval = "approval",
        /// What an action changed was put back.
        Rollback = "rollback",
        /// The site reported its state.
        Heartbeat = "heartbeat",
    }
}

words! {
    /// Who acted.
    pub enum ActorKind {
        /// An agent on a connection.
        Agent = "agent",
        /// A person in WordPress's administration.
        Admin = "admin",
        /// The site itself.
        System = "system",
        /// Somebody who proved nothing.
        Anonymous = "anonymous",
    }
}

words! {
    /// How it ended.
    pub enum EntryOutcome {
        /// Done.
        Ok = "ok",
        /// Not allowed.
        Denied = "denied",
        /// Tried, and failed.
        Failed = "failed",
        /// Begun, and the end was never seen.
        Interrupted = "interrupted",
    }
}

/// Who acted, as the caller knows it. Texts are cleaned when the entry is built.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// What sort of actor.
    pub kind: ActorKind,
    /// The connection's id.
    #[serde(default)]
    pub connection: Option<u64>,
    /// The WordPress user's id.
    #[serde(default)]
    pub user: Option<u64>,
    /// The client's display name, at most 120 characters. The client chose it: it proves nothing.
    #[serde(default)]
    pub client: Option<String>,
    /// The address, at most 64 characters. An entry is never changed, so where an address must be
    /// erasable the caller passes a keyed digest of it and keeps the address apart.
    #[serde(default)]
    pub ip: Option<String>,
}

/// What the caller knows of an entry. Sequence, time and site are added by
/// [`append`](super::append::append).
///
/// Has no `Debug`: a draft may still hold what must not be seen.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What the entry is about.
    pub kind: EntryKind,
    /// Who acted.
    pub actor: Actor,
    /// The tool's name or the event's, such as `connection.paused`; at most 96 characters.
    pub action: String,
    /// What was acted on, such as `post:12`; at most 191 characters.
    #[serde(default)]
    pub target: Option<String>,
    /// What was asked: argument names with digests or short values. At most 8 levels, 64 members each,
    /// 512 characters a text, 8 KiB in all; a larger one is replaced by its length and SHA-256.
    #[serde(default)]
    pub change: Option<Map<String, Value>>,
    /// How it ended, once it has.
    #[serde(default)]
    pub outcome: Option<EntryOutcome>,
    /// The stable code of a [`Reason`](crate::reason::Reason), at most 64 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// How it was approved, such as `confirmed`; at most 64 characters.
    #[serde(default)]
    pub approval: Option<String>,
    /// What links intent, outcome and confirmation: 8 to 64 lower-case hexadecimal digits.
    #[serde(default)]
    pub correlation: Option<String>,
    /// The sequence number of an earlier entry this one belongs to.
    #[serde(default, rename = "ref")]
    pub reference: Option<u64>,
}

/// The kept form: field order is the order of the bytes.
#[derive(Serialize)]
struct Canonical {
    v: u8,
    seq: u64,
    time: Timestamp,
    site: String,
    kind: EntryKind,
    actor: CanonicalActor,
    action: String,
    target: Option<String>,
    change: Option<Map<String, Value>>,
    outcome: Option<EntryOutcome>,
    reason: Option<String>,
    approval: Option<String>,
    correlation: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<u64>,
}

#[derive(Serialize)]
struct CanonicalActor {
    kind: ActorKind,
    connection: Option<u64>,
    user: Option<u64>,
    client: Option<String>,
    ip: Option<String>,
}

impl Draft {
    /// Reads a draft from the JSON the plugin hands over.
    ///
    /// # Errors
    /// [`AuditError::Draft`] for anything but one object of the documented fields: an unknown field or word, a
    /// field twice, more than [`MAX_DRAFT`] bytes.
    pub fn from_json(json: &str) -> Result<Self, AuditError> {
        if json.len() > MAX_DRAFT {
            return Err(AuditError::Draft);
        }
        serde_json::from_str(json).map_err(|_| AuditError::Draft)
    }

    /// The exact bytes of the entry: compact JSON in a fixed order of keys, every text bounded, free of
    /// invisible characters and of whatever looks like a token.
    ///
    /// Redaction knows Countersign's tokens, `Bearer` credentials and JWTs as they are written. It does not
    /// know a secret that was encoded or split first: callers pass digests, not values.
    ///
    /// # Errors
    /// [`AuditError::Action`], [`AuditError::Correlation`], [`AuditError::Reference`].
    pub fn body(&self, seq: u64, time: Timestamp, site: [u8; 8]) -> Result<Vec<u8>, AuditError> {
        let bounded =
            |text: &Option<String>, max| text.as_deref().map(|text| clean::text(text, max));
        let action = clean::text(&self.action, 96);
        if action.is_empty() {
            return Err(AuditError::Action);
        }
        if !self.correlation.as_deref().is_none_or(is_correlation) {
            return Err(AuditError::Correlation);
        }
        if self.reference.is_some_and(|earlier| earlier >= seq) {
            return Err(AuditError::Reference);
        }
        let canonical = Canonical {
            v: VERSION,
            seq,
            time,
            site: hex(&site),
            kind: self.kind,
            actor: CanonicalActor {
                kind: self.actor.kind,
                connection: self.actor.connection,
                user: self.actor.user,
                client: bounded(&self.actor.client, 120),
                ip: bounded(&self.actor.ip, 64),
            },
            action,
            target: bounded(&self.target, 191),
            change: self.change.as_ref().map(clean::change),
            outcome: self.outcome,
            reason: bounded(&self.reason, 64),
            approval: bounded(&self.approval, 64),
            correlation: self.correlation.clone(),
            reference: self.reference,
        };
        serde_json::to_vec(&canonical).map_err(|_| AuditError::Draft)
    }
}

fn is_correlation(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The copies of an entry's fields that the table keeps as columns to filter by. They prove nothing: the
/// verifier compares them with the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// When, by the clock of the machine that wrote it.
    pub time: Timestamp,
    /// What the entry is about.
    pub kind: EntryKind,
    /// What sort of actor.
    pub actor: ActorKind,
    /// The connection's id.
    pub connection: Option<u64>,
    /// The WordPress user's id.
    pub user: Option<u64>,
    /// The client's display name.
    pub client: Option<String>,
    /// The tool's or event's name.
    pub action: String,
    /// What was acted on.
    pub target: Option<String>,
    /// How it ended.
    pub outcome: Option<EntryOutcome>,
    /// The stable code of the reason.
    pub reason: Option<String>,
    /// What links intent, outcome and confirmation.
    pub correlation: Option<String>,
}

impl Summary {
    /// Reads the columns of a table row, by their names; `None` when one has not the form it was written in.
    pub fn from_columns<'a>(
        number: &dyn Fn(&str) -> Option<u64>,
        text: &dyn Fn(&str) -> Option<&'a str>,
    ) -> Option<Self> {
        let optional = |name| text(name).map(str::to_owned);
        let word = |name| text(name);
        Some(Self {
            time: Timestamp::from_millis(number("time")?),
            kind: EntryKind::from_word(word("kind")?)?,
            actor: ActorKind::from_word(word("actor")?)?,
            connection: number("connection"),
            user: number("user"),
            client: optional("client"),
            action: optional("action")?,
            target: optional("target"),
            outcome: match word("outcome") {
                None => None,
                Some(code) => Some(EntryOutcome::from_word(code)?),
            },
            reason: optional("reason"),
            correlation: optional("correlation"),
        })
    }
}

/// What is read back from an entry's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The position the entry was written for, from 0.
    pub seq: u64,
    /// The site that wrote it.
    pub site: [u8; 8],
    /// The earlier entry it belongs to.
    pub reference: Option<u64>,
    /// The fields that are kept as columns too.
    pub summary: Summary,
}

// Fields that are only checked to be there: reading stays strict without keeping them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<'a> {
    v: u8,
    seq: u64,
    time: Timestamp,
    #[serde(borrow)]
    site: &'a str,
    kind: EntryKind,
    actor: StoredActor,
    action: String,
    target: Option<String>,
    #[serde(rename = "change")]
    _change: IgnoredAny,
    outcome: Option<EntryOutcome>,
    reason: Option<String>,
    #[serde(rename = "approval")]
    _approval: IgnoredAny,
    correlation: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredActor {
    kind: ActorKind,
    connection: Option<u64>,
    user: Option<u64>,
    client: Option<String>,
    #[serde(rename = "ip")]
    _ip: IgnoredAny,
}

impl Entry {
    /// Reads an entry's bytes. Says nothing about whether they are the bytes that were written: the
    /// [tree](super::tree) does.
    ///
    /// # Errors
    /// [`AuditError::Body`] for anything but a version 1 entry.
    pub fn parse(body: &[u8]) -> Result<Self, AuditError> {
        let stored: Stored<'_> = serde_json::from_slice(body).map_err(|_| AuditError::Body)?;
        if stored.v != VERSION {
            return Err(AuditError::Body);
        }
        Ok(Self {
            seq: stored.seq,
            site: from_hex(stored.site).ok_or(AuditError::Body)?,
            reference: stored.reference,
            summary: Summary {
                time: stored.time,
                kind: stored.kind,
                actor: stored.actor.kind,
                connection: stored.actor.connection,
                user: stored.actor.user,
                client: stored.actor.client,
                action: stored.action,
                target: stored.target,
                outcome: stored.outcome,
                reason: stored.reason,
                correlation: stored.correlation,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"{"ref":3,"kind":"outcome","actor":{"kind":"agent","connection":1,"user":7,"client":"Claude","ip":"192.0.2.1"},
        "action":"update_post","target":"post:12","change":{"title":"new","a":{"z":1,"b":[true,null]}},"outcome":"ok",
        "reason":null,"approval":"confirmed","correlation":"00ff00ff00ff00ff"}"#;

    fn body(json: &str) -> Result<String, AuditError> {
        let bytes = Draft::from_json(json)?.body(
            4,
            Timestamp::from_millis(1_700_000_000_123),
            [0xab; 8],
        )?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_bytes_are_exactly_these() {
        assert_eq!(
            body(FULL).unwrap(),
            r#"{"v":1,"seq":4,"time":1700000000123,"site":"abababababababab","kind":"outcome","actor":{"kind":"agent","connection":1,"user":7,"client":"Claude","ip":"192.0.2.1"},"action":"update_post","target":"post:12","change":{"a":{"b":[true,null],"z":1},"title":"new"},"outcome":"ok","reason":null,"approval":"confirmed","correlation":"00ff00ff00ff00ff","ref":3}"#
        );
        assert_eq!(
            body(r#"{"kind":"system","actor":{"kind":"system"},"action":"start"}"#).unwrap(),
            r#"{"v":1,"seq":4,"time":1700000000123,"site":"abababababababab","kind":"system","actor":{"kind":"system","connection":null,"user":null,"client":null,"ip":null},"action":"start","target":null,"change":null,"outcome":null,"reason":null,"approval":null,"correlation":null,"ref":null}"#
        );
    }

    #[test]
    fn columns_are_what_the_body_says() {
        fn columns<'a>(changed: &'a str, to: Option<&'a str>) -> Option<Summary> {
            let text = |name: &str| match name {
                _ if name == changed => to,
                "kind" => Some("outcome"),
                "actor" => Some("agent"),
                "client" => Some("Claude"),
                "action" => Some("update_post"),
                "target" => Some("post:12"),
                "outcome" => Some("ok"),
                "correlation" => Some("00ff00ff00ff00ff"),
                _ => None,
            };
            let number = |name: &str| match name {
                _ if name == changed => to.and_then(|text| text.parse().ok()),
                "time" => Some(1_700_000_000_123),
                "connection" => Some(1),
                "user" => Some(7),
                _ => None,
            };
            Summary::from_columns(&number, &text)
        }
        let written = Entry::parse(body(FULL).unwrap().as_bytes())
            .unwrap()
            .summary;
        assert_eq!(columns("", None).as_ref(), Some(&written));
        for name in ["time", "kind", "actor", "action"] {
            assert_eq!(columns(name, None), None, "{name}");
        }
        for name in ["kind", "actor", "outcome"] {
            assert_eq!(columns(name, Some("invented")), None, "{name}");
        }
        for name in [
            "client",
            "target",
            "outcome",
            "correlation",
            "connection",
            "user",
        ] {
            let other = columns(name, None).unwrap();
            assert_ne!(other, written, "{name}");
        }
        assert_ne!(columns("reason", Some("x")).unwrap(), written);
    }

    #[test]
    fn what_was_written_is_read_back() {
        let entry = Entry::parse(body(FULL).unwrap().as_bytes()).unwrap();
        assert_eq!(
            (entry.seq, entry.site, entry.reference),
            (4, [0xab; 8], Some(3))
        );
        let summary = entry.summary;
        assert_eq!(summary.time.millis(), 1_700_000_000_123);
        assert_eq!(
            (summary.kind, summary.outcome),
            (EntryKind::Outcome, Some(EntryOutcome::Ok))
        );
        assert_eq!((summary.connection, summary.user), (Some(1), Some(7)));
        assert_eq!(
            (summary.action.as_str(), summary.target.as_deref()),
            ("update_post", Some("post:12"))
        );
        assert_eq!(
            (summary.reason, summary.correlation.as_deref()),
            (None, Some("00ff00ff00ff00ff"))
        );
    }

    #[test]
    fn a_bad_draft_is_an_error() {
        for (wrong, error) in [
            ("", AuditError::Draft),
            ("[]", AuditError::Draft),
            (
                r#"{"kind":"system","actor":{"kind":"system"}}"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"sytsem","actor":{"kind":"system"},"action":"a"}"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"a","seq":1}"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system","role":"x"},"action":"a"}"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"system","kind":"grant","actor":{"kind":"system"},"action":"a"}"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"a","change":[]}"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"a"} x"#,
                AuditError::Draft,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"\u0000"}"#,
                AuditError::Action,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"a","correlation":"00FF00FF"}"#,
                AuditError::Correlation,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"a","correlation":"00"}"#,
                AuditError::Correlation,
            ),
            (
                r#"{"kind":"system","actor":{"kind":"system"},"action":"a","ref":4}"#,
                AuditError::Reference,
            ),
        ] {
            assert_eq!(body(wrong).err(), Some(error), "{wrong}");
        }
        // A mebibyte is read, spaces and all, and no byte more.
        let padded = |length: usize| format!("{}{FULL}", " ".repeat(length - FULL.len()));
        assert_eq!(body(&padded(1_048_576)), body(FULL));
        assert_eq!(body(&padded(1_048_577)), Err(AuditError::Draft));
    }

    #[test]
    fn foreign_bytes_are_not_an_entry() {
        let good = body(FULL).unwrap();
        for wrong in [
            good.replace("\"v\":1", "\"v\":2"),
            good.replace("abababababababab", "abab"),
            good.replace("\"ref\":3", "\"ref\":3,\"x\":1"),
            good.replace("\"kind\":\"outcome\"", "\"kind\":\"other\""),
            good.replace(",\"approval\":\"confirmed\"", ""),
            format!("{good}x"),
            String::new(),
        ] {
            assert_ne!(wrong, good);
            assert_eq!(
                Entry::parse(wrong.as_bytes()),
                Err(AuditError::Body),
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_largest_entry_stays_small() {
        let long = "é\\\"".repeat(10_000);
        let members: Map<String, Value> = (0..99)
            .map(|n| (format!("{long}{n}"), long.clone().into()))
            .collect();
        let draft = Draft {
            kind: EntryKind::Refusal,
            actor: Actor {
                kind: ActorKind::Anonymous,
                connection: Some(u64::MAX),
                user: Some(u64::MAX),
                client: Some(long.clone()),
                ip: Some(long.clone()),
            },
            action: long.clone(),
            target: Some(long.clone()),
            change: Some(members),
            outcome: Some(EntryOutcome::Denied),
            reason: Some(long.clone()),
            approval: Some(long),
            correlation: None,
            reference: None,
        };
        let body = draft
            .body(u64::MAX, Timestamp::from_millis(u64::MAX), [0; 8])
            .unwrap();
        assert!(body.len() < 16 * 1024, "{}", body.len());
        assert_eq!(
            Entry::parse(&body)
                .unwrap()
                .summary
                .target
                .unwrap()
                .chars()
                .count(),
            191
        );
    }
}
