//! The layout of a signed action or heartbeat.
//!
//! A message is one header value: `prefix.base64url(canonical bytes).base64url(signature)`. The canonical
//! bytes are the [`pae`] of ten parts, given here with their lengths in bytes: label, key id 16, site 8,
//! id 16, type, issued 8, expires 8, nonce 16, SHA-256 of the payload 32, snapshot id (may be empty).
//! Times are milliseconds since the Unix epoch, big-endian. Each message has exactly one encoding.

use super::domain::Domain;
use super::key::ActionKeyId;
use crate::bytes::{base64url, from_base64url, pae};
use crate::clock::Timestamp;
use crate::keyring::SiteId;

/// The longest text form of a message, in bytes.
pub const MAX_LENGTH: usize = 640;

/// The longest type and the longest snapshot id, in bytes.
const MAX_WORD: usize = 64;

/// The type of an action: 1 to 64 lower-case ASCII letters, digits and `_`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionType(String);

impl ActionType {
    /// Parses `text`. Returns `None` if it is not of the described form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let good = text.len() <= MAX_WORD
            && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        good.then(|| Self(text.to_owned()))
    }

    /// Returns the type that every heartbeat carries: `heartbeat`.
    #[must_use]
    pub fn heartbeat() -> Self {
        Self("heartbeat".to_owned())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of the snapshot on which an action relies: 1 to 64 ASCII letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// Parses `text`. Returns `None` if it is not of the described form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let good = (1..=MAX_WORD).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        good.then(|| Self(text.to_owned()))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The fields of a message. The signature is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionFields {
    pub(super) key_id: ActionKeyId,
    pub(super) site: SiteId,
    pub(super) id: [u8; 16],
    pub(super) action_type: ActionType,
    pub(super) issued: Timestamp,
    pub(super) expires: Timestamp,
    pub(super) nonce: [u8; 16],
    pub(super) digest: [u8; 32],
    pub(super) snapshot: Option<SnapshotId>,
}

impl ActionFields {
    /// Returns the canonical bytes.
    pub(super) fn to_bytes(&self, domain: Domain) -> Vec<u8> {
        let snapshot = self.snapshot.as_ref().map_or("", SnapshotId::as_str);
        pae(&[
            domain.label().as_bytes(),
            self.key_id.as_bytes(),
            self.site.as_bytes(),
            &self.id,
            self.action_type.as_str().as_bytes(),
            &self.issued.millis().to_be_bytes(),
            &self.expires.millis().to_be_bytes(),
            &self.nonce,
            &self.digest,
            snapshot.as_bytes(),
        ])
    }

    /// Reads canonical bytes. Returns `None` for bytes that [`ActionFields::to_bytes`] does not write.
    pub(super) fn from_bytes(domain: Domain, bytes: &[u8]) -> Option<Self> {
        let mut reader = PartReader(bytes);
        if reader.number()? != 10 || reader.part()? != domain.label().as_bytes() {
            return None;
        }
        let fields = Self {
            key_id: ActionKeyId::new(reader.fixed()?),
            site: SiteId::new(reader.fixed()?),
            id: reader.fixed()?,
            action_type: ActionType::parse(reader.text()?)?,
            issued: Timestamp::from_millis(u64::from_be_bytes(reader.fixed()?)),
            expires: Timestamp::from_millis(u64::from_be_bytes(reader.fixed()?)),
            nonce: reader.fixed()?,
            digest: reader.fixed()?,
            snapshot: match reader.text()? {
                "" => None,
                text => Some(SnapshotId::parse(text)?),
            },
        };
        reader.0.is_empty().then_some(fields)
    }
}

struct PartReader<'a>(&'a [u8]);

impl<'a> PartReader<'a> {
    fn number(&mut self) -> Option<u64> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(u64::from_le_bytes(*head))
    }

    fn part(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.part()?.try_into().ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.part()?).ok()
    }
}

/// A decoded message. The signature is not verified yet.
pub(super) struct DecodedAction {
    /// The bytes that were signed, as received.
    pub(super) signed: Vec<u8>,
    pub(super) fields: ActionFields,
    pub(super) signature: Vec<u8>,
}

pub(super) fn encode(domain: Domain, signed: &[u8], signature: &[u8]) -> String {
    let (signed, signature) = (base64url(signed), base64url(signature));
    format!("{}.{signed}.{signature}", domain.prefix())
}

/// Decodes a message of `domain`. Returns `None` if it has another prefix, more or fewer than three
/// parts, characters outside of base64url, or bytes that are not canonical.
pub(super) fn decode(domain: Domain, text: &[u8]) -> Option<DecodedAction> {
    let mut parts = text.split(|byte| *byte == b'.');
    if parts.next()? != domain.prefix().as_bytes() {
        return None;
    }
    let signed = from_base64url(parts.next()?)?;
    let signature = from_base64url(parts.next()?)?;
    if parts.next().is_some() {
        return None;
    }
    Some(DecodedAction {
        fields: ActionFields::from_bytes(domain, &signed)?,
        signed,
        signature,
    })
}

/// Returns the domain that the prefix of `text` claims. This is for error messages, never for a decision.
pub(super) fn peek_domain(text: &[u8]) -> Option<Domain> {
    let prefix = text.split(|byte| *byte == b'.').next()?;
    let mut all = Domain::ALL.iter().copied();
    all.find(|domain| domain.prefix().as_bytes() == prefix)
}
