//! Confirmation tokens: `request_review` issues one, and it lets exactly one call happen.
//!
//! A token is bound to the connection, its epoch, the tool and the canonical form of the arguments, and
//! is valid for a few minutes. It is checked after everything else that could refuse the call, and is used up
//! only when the call begins, so a refusal for another reason does not use up the token.

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
    binding: [u8; 32],
}

impl ConfirmationSubject {
    /// The call of `tool` with `arguments`, which must not contain a confirmation token.
    pub(crate) fn new(connection: u64, epoch: u32, tool: &str, arguments: &Object) -> Self {
        let canonical = json::canonical(&json::raw(arguments));
        Self {
            connection,
            epoch,
            binding: token::bind("confirmation", &[tool.as_bytes(), canonical.as_bytes()]),
        }
    }
}

/// Issues the token with `id` for `subject`. It is valid for `lifetime` seconds.
pub(crate) fn issue(
    keyring: &Keyring,
    subject: &ConfirmationSubject,
    id: [u8; 12],
    lifetime: u32,
    world: World<'_>,
) -> String {
    token::issue(
        keyring,
        &NewToken {
            kind: Kind::Confirmation,
            subject: subject.connection,
            epoch: subject.epoch,
            binding: subject.binding,
            lifetime,
            id,
            issued: world.now,
        },
    )
}

/// Verifies that the token `text` confirms `subject`. Does not use the token up.
///
/// # Errors
/// [`Reason::ConfirmationMalformed`], [`Reason::ConfirmationExpired`] or
/// [`Reason::ConfirmationMismatch`].
pub(crate) fn check(
    keyring: &Keyring,
    subject: &ConfirmationSubject,
    text: &str,
    world: World<'_>,
) -> Result<Claims, Reason> {
    let claims = token::verify(keyring, Kind::Confirmation, text.as_bytes(), world.now).map_err(
        |reason| match reason {
            Reason::TokenExpired => Reason::ConfirmationExpired,
            _ => Reason::ConfirmationMalformed,
        },
    )?;
    if claims.subject == subject.connection
        && claims.epoch == subject.epoch
        && claims.is_bound_to(&subject.binding)
    {
        Ok(claims)
    } else {
        Err(Reason::ConfirmationMismatch)
    }
}

/// Returns the correlation id that links a review and the confirmed call in the audit log: 16 hexadecimal
/// digits. It is a digest of the token's id, so it does not reveal the token.
pub(crate) fn correlation(id: &[u8; 12]) -> String {
    let digest = bytes::sha256(&[b"countersign/correlation".as_slice(), id].concat());
    bytes::hex(digest.get(..8).unwrap_or_default())
}

/// Removes the confirmation token from `arguments`. Returns `None` if there is none, and `Some(None)` if
/// the argument is not a string.
pub(crate) fn take(arguments: &mut Object) -> Option<Option<String>> {
    arguments
        .remove(ARGUMENT)
        .map(|raw| serde_json::from_str(raw.get()).ok())
}
