//! Verifying tokens.

use super::kind::Kind;
use super::layout;
use crate::clock::{SKEW_MS, Timestamp};
use crate::keyring::{KeyId, Keyring};
use crate::reason::Reason;
use crate::secret::same;

/// The contents of a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The kind of the token.
    pub kind: Kind,
    /// The id of the token.
    pub id: [u8; 12],
    /// The id of the connection or grant for which it was issued; see [`Kind`].
    pub subject: u64,
    /// The revocation counter of the subject at the time of issue. The caller must compare it with the
    /// current one.
    pub epoch: u32,
    /// The binding. The caller must check it with [`Claims::is_bound_to`].
    pub binding: [u8; 32],
    /// The time of issue.
    pub issued: Timestamp,
    /// The time from which the token is expired.
    pub expires: Timestamp,
}

impl Claims {
    /// Whether the token is bound to `binding`. The comparison takes constant time.
    #[must_use]
    pub fn is_bound_to(&self, binding: &[u8; 32]) -> bool {
        same(&self.binding, binding)
    }
}

/// Returns the kind that the prefix of `text` claims. This is for error messages, never for a decision.
#[must_use]
pub fn peek_kind(text: &[u8]) -> Option<Kind> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| text.starts_with(kind.prefix().as_bytes()))
}

/// Verifies that this site issued `text` as a token of `kind` and that it is valid at `now`.
///
/// The checks come in this order: length, prefix, checksum, alphabet and version; site; key id; tag, in
/// constant time; times. Revocation (epoch), binding and single use are left to the caller, who finds
/// the values in the [`Claims`].
///
/// # Errors
/// * [`Reason::TokenWrongKind`]: the prefix is that of another kind.
/// * [`Reason::TokenMalformed`]: `text` does not have the layout of a token.
/// * [`Reason::TokenWrongSite`]: another site issued it.
/// * [`Reason::TokenUnknownKey`]: the keyring does not hold its key.
/// * [`Reason::TokenForged`]: the tag is wrong.
/// * [`Reason::TokenNotYetValid`]: it was issued more than 30 seconds in the future.
/// * [`Reason::TokenExpired`]: its lifetime is over.
pub fn verify(
    keyring: &Keyring,
    kind: Kind,
    text: &[u8],
    now: Timestamp,
) -> Result<Claims, Reason> {
    if text.len() == layout::LENGTH && peek_kind(text).is_some_and(|other| other != kind) {
        return Err(Reason::TokenWrongKind);
    }
    let parts = layout::decode(kind, text).ok_or(Reason::TokenMalformed)?;
    let fields = parts.fields;
    // Checked before the tag because it names the cause better: another site has other keys, so the
    // token would otherwise be refused for its unknown key.
    if fields.site != *keyring.site().as_bytes() {
        return Err(Reason::TokenWrongSite);
    }
    let key = keyring
        .token_key_of(KeyId(fields.key_id), kind)
        .ok_or(Reason::TokenUnknownKey)?;
    if !same(&layout::tag(key, kind, &parts.signed), &parts.tag) {
        return Err(Reason::TokenForged);
    }
    let issued = Timestamp::from_seconds(u64::from(fields.issued));
    let expires = issued.plus_seconds(u64::from(fields.lifetime));
    if issued.seconds() > now.plus_millis(SKEW_MS).seconds() {
        return Err(Reason::TokenNotYetValid);
    }
    if now >= expires {
        return Err(Reason::TokenExpired);
    }
    Ok(Claims {
        kind,
        id: fields.id,
        subject: fields.subject,
        epoch: fields.epoch,
        binding: fields.binding,
        issued,
        expires,
    })
}

/// Verifies a token as [`verify`] does, and that it has the binding that `binding` returns. That is
/// computed for a genuine token only.
///
/// # Errors
/// Those of [`verify`]; [`Reason::TokenWrongAudience`] for a token with another binding.
pub fn verify_bound(
    keyring: &Keyring,
    kind: Kind,
    text: &[u8],
    binding: impl FnOnce() -> [u8; 32],
    now: Timestamp,
) -> Result<Claims, Reason> {
    let claims = verify(keyring, kind, text, now)?;
    if claims.is_bound_to(&binding()) {
        Ok(claims)
    } else {
        Err(Reason::TokenWrongAudience)
    }
}
