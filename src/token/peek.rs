//! The fields of a token without verification, for troubleshooting only. Never base a decision on them.

use super::kind::Kind;
use super::{layout, peek_kind};
use crate::bytes::hex;
use crate::clock::Timestamp;
use crate::keyring::{KeyId, SiteId};

/// The fields of a token that was not verified. Anyone who knows the format can write them. The tag and
/// most of the binding are left out, so that the result cannot be used as a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedToken {
    /// The claimed kind.
    pub kind: Kind,
    /// The claimed id of the key that issued it.
    pub key_id: KeyId,
    /// The site that claims to have issued it.
    pub site: SiteId,
    /// The id of the token.
    pub id: [u8; 12],
    /// The claimed subject.
    pub subject: u64,
    /// The claimed revocation counter of the subject.
    pub epoch: u32,
    /// The claimed time of issue.
    pub issued: Timestamp,
    /// The time from which it claims to be expired.
    pub expires: Timestamp,
    /// Whether the checksum is right. It detects typing errors and truncation, but not forgery.
    pub is_checksum_right: bool,
    /// The first four bytes of the binding, enough to distinguish two bindings.
    pub binding_starts: [u8; 4],
}

impl UnverifiedToken {
    /// Returns the fields as one line of JSON, and whether the token claims to be expired at `now`.
    #[must_use]
    pub fn to_json(&self, now: Timestamp) -> String {
        serde_json::json!({
            "verified": false,
            "form": "token",
            "checksum": self.is_checksum_right,
            "kind": self.kind.name(),
            "site": self.site.to_string(),
            "key_id": hex(&self.key_id.0),
            "id": hex(&self.id),
            "subject": self.subject,
            "epoch": self.epoch,
            "issued_at": self.issued.seconds(),
            "expires_at": self.expires.seconds(),
            "expired": now >= self.expires,
        })
        .to_string()
    }
}

/// Reads the fields of a token without verifying anything. Returns `None` if `text` does not have the layout of a
/// token.
#[must_use]
pub fn peek(text: &[u8]) -> Option<UnverifiedToken> {
    let kind = peek_kind(text)?;
    let fields = layout::decode_unchecked(kind, text)?.fields;
    let issued = Timestamp::from_seconds(u64::from(fields.issued));
    let [a, b, c, d, ..] = fields.binding;
    Some(UnverifiedToken {
        kind,
        key_id: KeyId(fields.key_id),
        site: SiteId::new(fields.site),
        id: fields.id,
        subject: fields.subject,
        epoch: fields.epoch,
        issued,
        expires: issued.plus_seconds(u64::from(fields.lifetime)),
        is_checksum_right: layout::has_checksum(text),
        binding_starts: [a, b, c, d],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::Keyring;
    use crate::reason::Reason;
    use crate::token::{NewToken, issue, verify};

    #[test]
    fn peek_reads_the_fields_even_if_the_checksum_is_wrong() {
        let keys = Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        for kind in Kind::ALL.iter().copied() {
            let grant = NewToken {
                kind,
                subject: 7,
                epoch: 3,
                binding: [9; 32],
                lifetime: 60,
                id: [5; 12],
                issued: now,
            };
            let mut text = issue(&keys, &grant).into_bytes();
            let seen = peek(&text).unwrap();
            assert_eq!(
                (seen.kind, seen.key_id, seen.site),
                (kind, keys.key_id(), keys.site())
            );
            assert_eq!((seen.id, seen.subject, seen.epoch), ([5; 12], 7, 3));
            assert_eq!((seen.issued, seen.expires), (now, now.plus_seconds(60)));
            assert_eq!(
                (seen.is_checksum_right, seen.binding_starts),
                (true, [9; 4])
            );
            // A wrong checksum is reported. The fields stay readable, but the token does not verify.
            *text.last_mut().unwrap() ^= 1;
            assert!(!peek(&text).unwrap().is_checksum_right);
            assert_eq!(verify(&keys, kind, &text, now), Err(Reason::TokenMalformed));
        }
    }

    #[test]
    fn peek_returns_none_for_text_that_is_not_a_token() {
        for text in [
            &b""[..],
            b"csat_",
            &[b'a'; layout::LENGTH],
            &[0xff; layout::LENGTH],
        ] {
            assert_eq!(peek(text), None);
        }
    }
}
