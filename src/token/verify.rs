//! Checking a token.

use super::kind::Kind;
use super::layout;
use crate::clock::{SKEW_MS, Timestamp};
use crate::keyring::{KeyId, Keyring};
use crate::reason::Reason;
use crate::secret::same;

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// What it is for.
    pub kind: Kind,
    /// Its own id.
    pub id: [u8; 12],
    /// Whom or what it speaks for.
    pub subject: u64,
    /// The subject's revocation counter when it was issued. The caller compares.
    pub epoch: u32,
    /// What it is bound to. The caller compares, with [`Claims::is_bound_to`].
    pub binding: [u8; 32],
    /// When it was issued.
    pub issued: Timestamp,
    /// The first moment at which it is no longer good.
    pub expires: Timestamp,
}

impl Claims {
    /// Whether the token is bound to exactly `binding`; in constant time.
    #[must_use]
    pub fn is_bound_to(&self, binding: &[u8; 32]) -> bool {
        same(&self.binding, binding)
    }
}

/// The kind that `text` says it is of, by its prefix alone: for error messages, never for trust.
#[must_use]
pub fn peek_kind(text: &[u8]) -> Option<Kind> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| text.starts_with(kind.prefix().as_bytes()))
}

/// Verifies that `text` is a token of `kind` issued by this site and good at `now`.
///
/// Order: length and prefix, checksum, alphabet, version → site → key id → tag in constant time →
/// time. Revocation (epoch), binding and single use are facts that the caller knows and must compare:
/// they are in the [`Claims`].
///
/// # Errors
/// [`Reason::TokenWrongKind`], [`Reason::TokenMalformed`], [`Reason::TokenWrongSite`],
/// [`Reason::TokenUnknownKey`], [`Reason::TokenForged`], [`Reason::TokenNotYetValid`],
/// [`Reason::TokenExpired`].
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
    // Before the tag only because it names the cause better than "unknown key" would: the key of
    // another site is never the same as ours.
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

/// Verifies a token as [`verify`] does, and that it is bound to exactly `binding`.
///
/// # Errors
/// As [`verify`]; [`Reason::TokenWrongAudience`] for a token with another binding.
pub fn verify_bound(
    keyring: &Keyring,
    kind: Kind,
    text: &[u8],
    binding: &[u8; 32],
    now: Timestamp,
) -> Result<Claims, Reason> {
    let claims = verify(keyring, kind, text, now)?;
    if claims.is_bound_to(binding) {
        Ok(claims)
    } else {
        Err(Reason::TokenWrongAudience)
    }
}
