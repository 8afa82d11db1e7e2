//! Confirmation: a token from `request_review` that lets exactly one act happen.
//!
//! The token is bound to connection, epoch, tool and the canonical form of the arguments, lives
//! minutes, and is burned by exactly one act. It is checked last, after everything else that could
//! refuse the act: a refusal for another reason costs no token.

use super::guard::World;
use super::json::{self, Object};
use crate::bytes;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::token::{self, Claims, Kind, NewToken};

/// What a confirmation is for.
pub(super) struct Subject {
    pub(super) connection: u64,
    pub(super) epoch: u32,
    pub(super) binding: [u8; 32],
}

impl Subject {
    /// The act of `tool` with `arguments`, from which any confirmation token was taken out.
    pub(super) fn new(connection: u64, epoch: u32, tool: &str, arguments: &Object) -> Self {
        let canonical = json::canonical(&json::raw(arguments));
        Self {
            connection,
            epoch,
            binding: token::bind("confirmation", &[tool.as_bytes(), canonical.as_bytes()]),
        }
    }
}

/// The token with `id` for `subject`.
pub(super) fn issue(
    keyring: &Keyring,
    subject: &Subject,
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

/// Checks that `text` confirms `subject`, without burning it.
pub(super) fn check(
    keyring: &Keyring,
    subject: &Subject,
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

/// What links a review and its act in the audit log. Made of the token's id, from which the token
/// cannot be made.
pub(super) fn correlation(id: &[u8; 12]) -> String {
    let digest = bytes::sha256(&[b"countersign/correlation".as_slice(), id].concat());
    bytes::hex(digest.get(..8).unwrap_or_default())
}

/// Takes the confirmation token out of `arguments`. The inner `None` is a token that is no string.
pub(super) fn take(arguments: &mut Object) -> Option<Option<String>> {
    arguments
        .remove(super::registry::TOKEN)
        .map(|raw| serde_json::from_str(raw.get()).ok())
}
