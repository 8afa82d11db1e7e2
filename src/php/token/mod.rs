//! The classes of tokens.

mod claims;
mod kind;
mod tokens;

pub(super) use claims::PhpClaims;
pub(super) use kind::PhpTokenKind;
pub(super) use tokens::PhpTokens;
