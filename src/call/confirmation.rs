//! Confirmation tokens: `request_review` issues one, and it lets exactly one call happen.
//!
//! A token is bound to the connection, its epoch, the tool, the canonical form of the arguments, and the item that the call
//! acts on as it was at the review. It is valid for a few minutes. It is used up only when the call begins, so a refusal
//! before does not use up the token.
//!
//! The digests of the item's fields follow the token in its text. The binding covers them, so they cannot be changed, and
//! a call can be compared with the item at any later time.

use super::target::{self, TargetDigests};
use super::world::World;
use crate::bytes;
use crate::json::{self, Object};
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{self, Claims, Kind, NewToken};

/// The argument of a tool call that carries a confirmation token.
pub(crate) const ARGUMENT: &str = "confirmation_token";

/// The tool that issues confirmation tokens.
pub(crate) const REVIEW_TOOL: &str = "request_review";

/// The call that a confirmation token is bound to.
pub(crate) struct ConfirmationSubject {
    connection: u64,
    epoch: u32,
    tool: String,
    arguments: String,
}

impl ConfirmationSubject {
    /// The call of `tool` with `arguments`, which must not contain a confirmation token.
    pub(crate) fn new(connection: u64, epoch: u32, tool: &str, arguments: &Object) -> Self {
        Self {
            connection,
            epoch,
            tool: tool.to_owned(),
            arguments: json::canonical(&json::raw(arguments)),
        }
    }

    /// Returns the binding to the call, and to the item that it acts on, if there is one.
    fn binding(&self, target: Option<&TargetDigests>) -> [u8; 32] {
        let call = [self.tool.as_bytes(), self.arguments.as_bytes()];
        match target {
            None => token::bind("confirmation", &call),
            Some(target) => {
                let [tool, arguments] = call;
                token::bind("confirmation", &[tool, arguments, target.as_bytes()])
            }
        }
    }
}

/// Issues the token with `id` for `subject`, whose item has the digests `target`. It is valid for `lifetime` seconds.
pub(crate) fn issue(
    keyring: &Keyring,
    subject: &ConfirmationSubject,
    target: Option<&TargetDigests>,
    id: [u8; 12],
    lifetime: u32,
    world: World<'_>,
) -> String {
    let mut text = token::issue(
        keyring,
        &NewToken {
            kind: Kind::Confirmation,
            subject: subject.connection,
            epoch: subject.epoch,
            binding: subject.binding(target),
            lifetime,
            id,
            issued: world.now,
        },
    );
    if let Some(target) = target {
        text.push_str(&target.to_text());
    }
    text
}

/// A verified confirmation.
pub(crate) struct Confirmed {
    pub(crate) claims: Claims,
    /// The item that the call acts on, as it was at the review.
    pub(crate) target: Option<TargetDigests>,
}

/// Verifies that the token `text` confirms `subject`. Does not use the token up, and does not compare the item.
///
/// # Errors
/// [`Reason::ConfirmationMalformed`], [`Reason::ConfirmationExpired`] or
/// [`Reason::ConfirmationMismatch`].
pub(crate) fn check(
    keyring: &Keyring,
    subject: &ConfirmationSubject,
    text: &str,
    world: World<'_>,
) -> Result<Confirmed, Reason> {
    let (token, target) = split(text).ok_or(Reason::ConfirmationMalformed)?;
    let claims = token::verify(keyring, Kind::Confirmation, token.as_bytes(), world.now).map_err(
        |reason| match reason {
            Reason::TokenExpired => Reason::ConfirmationExpired,
            _ => Reason::ConfirmationMalformed,
        },
    )?;
    if claims.subject == subject.connection
        && claims.epoch == subject.epoch
        && claims.is_bound_to(&subject.binding(target.as_ref()))
    {
        Ok(Confirmed { claims, target })
    } else {
        Err(Reason::ConfirmationMismatch)
    }
}

/// Splits the text of a confirmation into the token and the digests after it.
fn split(text: &str) -> Option<(&str, Option<TargetDigests>)> {
    if text.len() <= token::LENGTH {
        return Some((text, None));
    }
    let (token, digests) = text.split_at_checked(token::LENGTH)?;
    if digests.len() != target::TEXT_LENGTH {
        return None;
    }
    TargetDigests::from_text(digests).map(|digests| (token, Some(digests)))
}

/// Returns the correlation id that links a review and the confirmed call in the audit log: 16 hexadecimal
/// digits. It is a digest of the token's id, so it does not reveal the token.
pub(crate) fn correlation(id: &[u8; 12]) -> String {
    let digest = bytes::sha256(&[b"countersign/correlation".as_slice(), id].concat());
    bytes::hex(digest.get(..8).unwrap_or_default())
}

/// Removes the confirmation token from `arguments`. Returns `None` if there is none or it is null, and `Some(None)` if
/// the argument is not a string.
pub(crate) fn take(arguments: &mut Object) -> Option<Option<String>> {
    arguments
        .remove(ARGUMENT)
        .filter(|raw| json::kind(raw) != "null")
        .map(|raw| serde_json::from_str(raw.get()).ok())
}
