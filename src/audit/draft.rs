//! Drafts: the content of entries that are to be appended, as the caller states it.
//!
//! The extension makes drafts of the requests that it handles, and the plugin passes drafts as JSON. A draft must not contain
//! a token. What people and agents wrote belongs into its [texts](Draft::texts), which can be erased.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entry::{ActorKind, EntryKind, EntryOutcome, VERSION};
use super::explained::{ExplainedRecord, MAX_RECORDS};
use super::text::{Commitments, EntryText, IP, MAX_TEXTS, is_path, salt};
use super::{AuditError, clean, tell};
use crate::bytes::hex;
use crate::clock::Timestamp;
use crate::json::{self, RawJson};
use crate::secret::Secret;

/// The length of the longest draft that is read, in bytes of JSON.
pub const MAX_DRAFT: usize = 1 << 20;

/// The actor, as the caller states it. Texts are cleaned when the entry is built.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The kind of actor.
    pub kind: ActorKind,
    /// The id of the connection.
    #[serde(default)]
    pub connection: Option<u64>,
    /// The id of the WordPress user.
    #[serde(default)]
    pub user: Option<u64>,
    /// The display name of the client, cut to 120 characters. The client chose it, so it proves nothing.
    #[serde(default)]
    pub client: Option<String>,
    /// The IP address, cut to 64 characters. The log keeps it as an [erasable text](super::text) with the path `actor.ip`.
    #[serde(default)]
    pub ip: Option<String>,
}

impl Actor {
    /// An actor without authentication, at an IP address; `ip` is empty if it is unknown.
    pub(crate) fn anonymous(ip: &str) -> Self {
        Self {
            kind: ActorKind::Anonymous,
            connection: None,
            user: None,
            client: None,
            ip: (!ip.is_empty()).then(|| ip.to_owned()),
        }
    }

    /// An agent on a connection, at an IP address; `ip` is empty if it is unknown.
    pub(crate) fn agent(connection: u64, ip: &str) -> Self {
        Self {
            kind: ActorKind::Agent,
            connection: Some(connection),
            ..Self::anonymous(ip)
        }
    }
}

/// The content of an entry, as the caller states it. Sequence number, time and site are added by [`append`](super::append::append).
///
/// `Debug` is not implemented, because a draft may still contain a secret.
///
/// ```
/// use countersign::audit::AuditError;
/// use countersign::audit::draft::Draft;
/// use countersign::clock::Timestamp;
///
/// let json = r#"{"kind":"system","actor":{"kind":"system"},"action":"start","target":"Bearer abc"}"#;
/// let draft = Draft::from_json(json)?;
/// let body = draft.body(0, Timestamp::from_seconds(1_800_000_000), [1; 8])?;
/// assert!(String::from_utf8_lossy(&body).contains(r#""target":"[redacted]""#));
/// assert_eq!(Draft::from_json("{}").err(), Some(AuditError::Draft));
/// # Ok::<(), AuditError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What the entry is about.
    pub kind: EntryKind,
    /// Who acted.
    pub actor: Actor,
    /// The name of the tool or event, such as `connection.paused`, cut to 96 characters.
    pub action: String,
    /// The object of the action, such as `post:12`, cut to 191 characters.
    #[serde(default)]
    pub target: Option<String>,
    /// The requested change: a JSON object of argument names with digests or short values. It is cut to 8 levels, 64 members for
    /// each object or array and 512 characters for each text. If it is still longer than 8 KiB, it is replaced by its length
    /// and SHA-256.
    #[serde(default)]
    pub change: Option<RawJson>,
    /// How the action ended, if it has.
    #[serde(default)]
    pub outcome: Option<EntryOutcome>,
    /// The stable code of a [`Reason`](crate::reason::Reason), cut to 64 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// How the action was approved, such as `confirmed`, cut to 64 characters.
    #[serde(default)]
    pub approval: Option<String>,
    /// The id that links intent, outcome and confirmation: 8 to 64 lower-case hexadecimal digits.
    #[serde(default)]
    pub correlation: Option<String>,
    /// The sequence number of an earlier entry that this one belongs to.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<u64>,
    /// The records that the entry explains, at most [`MAX_RECORDS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<ExplainedRecord>,
    /// The [texts that can be erased](super::text), by the path at which they belong into the entry, such as
    /// `change.arguments.title`. Long ones are told as their beginning, length and digest. At most [`MAX_TEXTS`] are kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, RawJson>,
}

/// The stored form of an entry. The order of the fields is the order of the bytes.
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<ExplainedRecord>,
    #[serde(skip_serializing_if = "Commitments::is_empty")]
    texts: Commitments,
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
    /// Reads a draft from JSON.
    ///
    /// # Errors
    /// [`AuditError::Draft`] unless `json` is one object of the documented fields: for an unknown field or word, a field
    /// that is given twice, a `change` that is not an object, a text with a path that is none, more than [`MAX_RECORDS`]
    /// records, or more than [`MAX_DRAFT`] bytes.
    pub fn from_json(json: &str) -> Result<Self, AuditError> {
        if json.len() > MAX_DRAFT {
            return Err(AuditError::Draft);
        }
        let draft: Self = serde_json::from_str(json).map_err(|_| AuditError::Draft)?;
        let change = draft.change.as_deref();
        let is_object = change.is_none_or(|change| change.get().starts_with('{'));
        let are_paths = draft.texts.keys().all(|path| is_path(path));
        if is_object && are_paths && draft.records.len() <= MAX_RECORDS {
            Ok(draft)
        } else {
            Err(AuditError::Draft)
        }
    }

    /// Returns the draft as JSON, which [`Draft::from_json`] reads.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::raw(self).get().to_owned()
    }

    /// Builds the exact bytes of the entry: compact JSON with its keys in a fixed order. Every text is cut to its length
    /// and is free of invisible characters and of what looks like a secret.
    ///
    /// Redaction recognises what [`redact`](super::redact::redact) finds. It does not recognise a secret of an unknown
    /// form, or one that was encoded or split, so callers pass digests instead of values.
    ///
    /// # Errors
    /// [`AuditError::Action`] when the action is empty; [`AuditError::Correlation`] and [`AuditError::Reference`] when
    /// these fields do not have their form; [`AuditError::Draft`] when `change` is not a JSON object, and for a draft with
    /// texts, which needs [`Draft::entry`].
    pub fn body(&self, seq: u64, time: Timestamp, site: [u8; 8]) -> Result<Vec<u8>, AuditError> {
        self.entry(seq, time, site, None).map(|(body, _)| body)
    }

    /// Builds the bytes of the entry as [`body`](Self::body) does, and the texts to store beside it. Their salts come from
    /// `seed`, which is random for each append and kept nowhere. With a seed, the IP address is one of the texts.
    ///
    /// # Errors
    /// As [`Draft::body`].
    pub fn entry(
        &self,
        seq: u64,
        time: Timestamp,
        site: [u8; 8],
        seed: Option<&Secret<32>>,
    ) -> Result<(Vec<u8>, Vec<EntryText>), AuditError> {
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
        let change: Option<Map<String, Value>> = self
            .change
            .as_deref()
            .map(|change| serde_json::from_str(change.get()))
            .transpose()
            .map_err(|_| AuditError::Draft)?;
        let mut ip = bounded(&self.actor.ip, 64);
        let texts = match seed {
            Some(seed) => self.erasable(ip.take(), seq, seed),
            None if self.texts.is_empty() => Vec::new(),
            None => return Err(AuditError::Draft),
        };
        let mut commitments = Commitments::default();
        for text in &texts {
            commitments.insert(site, seq, text);
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
                ip,
            },
            action,
            target: bounded(&self.target, 191),
            change: change.as_ref().map(clean::change),
            outcome: self.outcome,
            reason: bounded(&self.reason, 64),
            approval: bounded(&self.approval, 64),
            correlation: self.correlation.clone(),
            reference: self.reference,
            records: self.records.clone(),
            texts: commitments,
        };
        let body = serde_json::to_vec(&canonical).map_err(|_| AuditError::Draft)?;
        Ok((body, texts))
    }

    /// Returns the texts of the entry, cleaned, by their paths.
    fn erasable(&self, ip: Option<String>, seq: u64, seed: &Secret<32>) -> Vec<EntryText> {
        let told = self.texts.iter().filter_map(|(path, value)| {
            let name = path.rsplit('.').next().unwrap_or_default();
            let value: Value = serde_json::from_str(value.get()).ok()?;
            Some((path.clone(), tell::bounded(name, value)))
        });
        let ip = ip.map(|ip| (IP.to_owned(), Value::from(ip)));
        ip.into_iter()
            .chain(told.filter(|(path, _)| path != IP))
            .take(MAX_TEXTS)
            .map(|(path, value)| EntryText {
                salt: salt(seed, seq, &path),
                path,
                value: value.to_string(),
            })
            .collect()
    }
}

fn is_correlation(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
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
    fn entry_has_exactly_these_bytes() {
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
    fn malformed_drafts_are_refused() {
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
        // One mebibyte, with spaces, is read; one byte more is refused.
        let padded = |length: usize| format!("{}{FULL}", " ".repeat(length - FULL.len()));
        assert_eq!(body(&padded(1_048_576)), body(FULL));
        assert_eq!(body(&padded(1_048_577)), Err(AuditError::Draft));
    }

    #[test]
    fn largest_entry_is_under_16_kib() {
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
            change: Some(json::raw(&members)),
            outcome: Some(EntryOutcome::Denied),
            reason: Some(long.clone()),
            approval: Some(long),
            correlation: None,
            reference: None,
            records: vec![
                ExplainedRecord {
                    name: "c".repeat(64),
                    version: u64::MAX,
                    digest: [255; 32],
                };
                MAX_RECORDS
            ],
            texts: BTreeMap::new(),
        };
        let body = draft
            .body(u64::MAX, Timestamp::from_millis(u64::MAX), [0; 8])
            .unwrap();
        assert!(body.len() < 16 * 1024, "{}", body.len());
        assert_eq!(
            super::super::entry::Entry::parse(&body)
                .unwrap()
                .summary
                .target
                .unwrap()
                .chars()
                .count(),
            191
        );
    }

    #[test]
    fn draft_is_read_back_from_its_json() {
        let draft = Draft::from_json(FULL).unwrap();
        assert_eq!(body(&draft.to_json()), body(FULL));
    }
}
