//! Entries as they are stored: the words in them, the columns of their table rows, and the reader of their bytes.
//!
//! The bytes of an entry are built once from a [draft](super::draft), and are stored and hashed as they are. They are never
//! rebuilt from columns, because the order of keys or the spelling of a number could then differ.

use super::AuditError;
use super::explained::ExplainedRecord;
use super::text::Commitments;
use crate::bytes::from_hex;
use crate::clock::Timestamp;
use crate::words::words;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The version of the format, with which every entry begins.
pub const VERSION: u8 = 1;

words! {
    /// What an entry is about.
    pub enum EntryKind {
        /// An action is about to be done.
        Intent = "intent",
        /// The result of an intent.
        Outcome = "outcome",
        /// A request was refused.
        Refusal = "refusal",
        /// Rights were granted.
        Grant = "grant",
        /// Rights were revoked.
        Revoke = "revoke",
        /// A connection was created, changed, paused or ended.
        Connection = "connection",
        /// A setting of Countersign was changed.
        Setting = "setting",
        /// The kill switch was switched on or off.
        KillSwitch = "kill_switch",
        /// A confirmation was requested, given or used.
        Confirmation = "confirmation",
        /// A step of the OAuth server.
        Oauth = "oauth",
        /// An event of Countersign itself: start, upgrade, retention, acknowledged restore.
        System = "system",
        /// An operations service proposed an action.
        Proposal = "proposal",
        /// A fault of the site began or ended.
        Incident = "incident",
        /// The decision of the policy about a proposal.
        Decision = "decision",
        /// A person approved or rejected a pending action.
        Approval = "approval",
        /// The changes of an action were undone.
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
        /// A caller without authentication.
        Anonymous = "anonymous",
    }
}

words! {
    /// How an action ended.
    pub enum EntryOutcome {
        /// It was done.
        Ok = "ok",
        /// It was not allowed.
        Denied = "denied",
        /// It was tried and failed.
        Failed = "failed",
        /// It was begun, and its end was not recorded.
        Interrupted = "interrupted",
    }
}

/// Copies of fields of an entry, which the table keeps as columns for filtering. They prove nothing; the verifier compares
/// them with the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The time, by the clock of the server that wrote the entry.
    pub time: Timestamp,
    /// What the entry is about.
    pub kind: EntryKind,
    /// The kind of actor.
    pub actor: ActorKind,
    /// The id of the connection.
    pub connection: Option<u64>,
    /// The id of the WordPress user.
    pub user: Option<u64>,
    /// The display name of the client.
    pub client: Option<String>,
    /// The name of the tool or event.
    pub action: String,
    /// The object of the action, such as `post:12`.
    pub target: Option<String>,
    /// How it ended.
    pub outcome: Option<EntryOutcome>,
    /// The stable code of the reason.
    pub reason: Option<String>,
    /// The id that links intent, outcome and confirmation.
    pub correlation: Option<String>,
}

impl Summary {
    /// Reads the columns of a table row by their names, with `number` and `text`. Returns `None` if a column does not have
    /// its form.
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

/// An entry, as read from its bytes.
///
/// ```
/// use countersign::audit::entry::Entry;
///
/// let body = r#"{"v":1,"seq":0,"time":1800000000000,"site":"0101010101010101","kind":"system","actor":{"kind":"system","connection":null,"user":null,"client":null,"ip":null},"action":"start","target":null,"change":null,"outcome":null,"reason":null,"approval":null,"correlation":null,"ref":null}"#;
/// let entry = Entry::parse(body.as_bytes())?;
/// assert_eq!((entry.seq, entry.summary.action.as_str()), (0, "start"));
/// assert!(Entry::parse(b"{}").is_err());
/// # Ok::<(), countersign::audit::AuditError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The position of the entry in the log, from 0.
    pub seq: u64,
    /// The site that wrote it.
    pub site: [u8; 8],
    /// The position of the earlier entry that it belongs to.
    pub reference: Option<u64>,
    /// The fields that are also kept as columns.
    pub summary: Summary,
    /// The records that it explains.
    pub records: Vec<ExplainedRecord>,
    /// The commitments to its texts, which are stored beside it.
    pub texts: Commitments,
}

// All fields of an entry. Those with an underscore must be present and are not used.
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
    #[serde(default)]
    records: Vec<ExplainedRecord>,
    #[serde(default)]
    texts: Commitments,
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
    /// Reads the bytes of an entry. Whether they are the bytes that were written is shown by the [tree](super::tree) only.
    ///
    /// # Errors
    /// [`AuditError::Body`] for any bytes that are not a version 1 entry.
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
            records: stored.records,
            texts: stored.texts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"v":1,"seq":4,"time":1700000000123,"site":"abababababababab","kind":"outcome","actor":{"kind":"agent","connection":1,"user":7,"client":"Claude","ip":"192.0.2.1"},"action":"update_post","target":"post:12","change":{"a":{"b":[true,null],"z":1},"title":"new"},"outcome":"ok","reason":null,"approval":"confirmed","correlation":"00ff00ff00ff00ff","ref":3}"#;

    #[test]
    fn columns_are_read_and_compared_with_the_body() {
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
        let written = Entry::parse(BODY.as_bytes()).unwrap().summary;
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
    fn entry_is_read_from_its_bytes() {
        let entry = Entry::parse(BODY.as_bytes()).unwrap();
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
    fn other_bytes_are_refused() {
        let good = BODY;
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
}
