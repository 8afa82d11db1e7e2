//! What a token says of itself, unproven: for a person who looks for a mistake, never for trust.

use super::kind::Kind;
use super::{layout, peek_kind};
use crate::clock::Timestamp;
use crate::keyring::{KeyId, SiteId};

/// The fields of a token that nobody verified: whoever knows the format can write any of them. Neither the
/// tag nor the binding can be had from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedToken {
    /// What it says it is for.
    pub kind: Kind,
    /// The key generation it says it was made with.
    pub key_id: KeyId,
    /// The site it says issued it.
    pub site: SiteId,
    /// Its own id.
    pub id: [u8; 12],
    /// Whom or what it says it speaks for.
    pub subject: u64,
    /// The revocation counter it names.
    pub epoch: u32,
    /// When it says it was issued.
    pub issued: Timestamp,
    /// The first moment at which it says it is no longer good.
    pub expires: Timestamp,
    /// Whether the checksum fits. It finds a slip of the pen or a cut; it protects nothing.
    pub is_checksum_right: bool,
    /// The first four bytes of its binding: enough to tell two apart.
    pub binding_starts: [u8; 4],
}

/// Reads the fields of a token without verifying anything; `None` for what is not in the form of one.
#[must_use]
pub fn peek(text: &[u8]) -> Option<UnverifiedToken> {
    let kind = peek_kind(text)?;
    let fields = layout::take_apart(kind, text)?.fields;
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
    fn a_peek_says_what_was_granted_and_proves_nothing() {
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
            // One slip in the checksum: still readable, said so, and never verified.
            *text.last_mut().unwrap() ^= 1;
            assert!(!peek(&text).unwrap().is_checksum_right);
            assert_eq!(verify(&keys, kind, &text, now), Err(Reason::TokenMalformed));
        }
    }

    #[test]
    fn what_is_no_token_has_nothing_to_show() {
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
