//! Issuing tokens.

use super::kind::Kind;
use super::layout;
use crate::clock::Timestamp;
use crate::keyring::Keyring;

/// The longest lifetime of a token, in seconds: 366 days.
pub const MAX_LIFETIME: u32 = 366 * 86_400;

/// Returns `seconds` as the lifetime of a token, or `None` if it is not within 1 to [`MAX_LIFETIME`].
#[must_use]
pub fn lifetime(seconds: i64) -> Option<u32> {
    let seconds = u32::try_from(seconds).ok()?;
    (1..=MAX_LIFETIME).contains(&seconds).then_some(seconds)
}

/// The contents of a token to be issued.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The kind of the token.
    pub kind: Kind,
    /// The id of the connection or grant for which the token is issued; see [`Kind`].
    pub subject: u64,
    /// The revocation counter of the subject. Raising the counter invalidates all earlier tokens.
    pub epoch: u32,
    /// The binding, as [`super::bind`] computes it.
    pub binding: [u8; 32],
    /// The lifetime from `issued` on, in seconds. A caller that takes it from outside checks it with
    /// [`lifetime`] first.
    pub lifetime: u32,
    /// The id of the token: random bytes, or derived if the same token must be issued again.
    pub id: [u8; 12],
    /// The time of issue, in whole seconds.
    pub issued: Timestamp,
}

/// Issues `token` and returns its text, ASCII of [`LENGTH`](super::LENGTH) bytes. The same contents under
/// the same keys give the same text.
#[must_use]
pub fn issue(keyring: &Keyring, token: &NewToken) -> String {
    let signed = layout::TokenFields {
        kind: token.kind.byte(),
        key_id: keyring.key_id().0,
        site: *keyring.site().as_bytes(),
        // 32 bits of seconds last until 2106. After that, tokens are issued as expired and refused.
        issued: u32::try_from(token.issued.seconds()).unwrap_or(0),
        lifetime: token.lifetime,
        id: token.id,
        subject: token.subject,
        epoch: token.epoch,
        binding: token.binding,
    }
    .to_bytes();
    let tag = layout::tag(keyring.token_key(token.kind), token.kind, &signed);
    layout::encode(token.kind, &signed, &tag)
}
