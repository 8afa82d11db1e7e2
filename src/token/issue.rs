//! Making a token.

use super::kind::Kind;
use super::layout;
use crate::clock::Timestamp;
use crate::keyring::Keyring;

/// The longest lifetime of a token, in seconds: 366 days.
pub const MAX_LIFETIME: u32 = 366 * 86_400;

/// A lifetime that a token may have: `seconds`, if they are 1 to [`MAX_LIFETIME`].
#[must_use]
pub fn lifetime(seconds: i64) -> Option<u32> {
    let seconds = u32::try_from(seconds).ok()?;
    (1..=MAX_LIFETIME).contains(&seconds).then_some(seconds)
}

/// What a new token shall say.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub kind: Kind,
    /// Whom or what it speaks for; what the number means depends on the kind.
    pub subject: u64,
    /// The revocation counter of the subject: raising the counter kills every token before.
    pub epoch: u32,
    /// What it is bound to, see [`super::bind`].
    pub binding: [u8; 32],
    /// Seconds from `issued` in which it is good; of a caller's choice only as [`lifetime`] allows.
    pub lifetime: u32,
    /// Its own id: unpredictable, or derived where the same token must be made again.
    pub id: [u8; 12],
    /// When it is issued; whole seconds count.
    pub issued: Timestamp,
}

/// Makes the token that `grant` describes. The same grant under the same keys gives the same bytes.
#[must_use]
pub fn issue(keyring: &Keyring, grant: &NewToken) -> String {
    let signed = layout::TokenFields {
        kind: grant.kind.byte(),
        key_id: keyring.key_id().0,
        site: *keyring.site().as_bytes(),
        // 32 bits of seconds last until 2106; past that, tokens are issued as expired: closed.
        issued: u32::try_from(grant.issued.seconds()).unwrap_or(0),
        lifetime: grant.lifetime,
        id: grant.id,
        subject: grant.subject,
        epoch: grant.epoch,
        binding: grant.binding,
    }
    .to_bytes();
    let tag = layout::tag(keyring.token_key(grant.kind), grant.kind, &signed);
    layout::encode(grant.kind, &signed, &tag)
}
