//! Tokens of every kind: one layout, one way to issue, one way to verify.
//!
//! A token carries its fields in the clear and an HMAC-SHA256 tag over them. There is no algorithm
//! field and nothing in a token chooses how it is checked; the key id only selects among the
//! generations this site holds. What a token is good for is fixed by its [`Kind`], which has a key of
//! its own, and by its binding: 32 bytes that the verifier computes anew from what it knows.

mod issue;
mod layout;
mod peek;
mod verify;

pub use issue::{Grant, MAX_LIFETIME, issue, lifetime};
pub use layout::LENGTH;
pub use peek::{Unproven, peek};
pub use verify::{Claims, peek_kind, verify, verify_bound};

use crate::bytes;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Calls the MCP endpoint as a connection. Subject: connection id. Binding: [`audience`].
    Access,
    /// Asks for the next access token. Subject: grant id.
    Refresh,
    /// An OAuth authorization code. Subject: grant id.
    Code,
    /// Lets one act of exactly these arguments happen. Subject: connection id.
    Confirmation,
    /// Opens a pairing with a remote operations service.
    Pairing,
    /// A link in a mail that leads to a decision.
    Approval,
    /// An upload session for a person without an account.
    Upload,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Access,
        Self::Refresh,
        Self::Code,
        Self::Confirmation,
        Self::Pairing,
        Self::Approval,
        Self::Upload,
    ];

    /// What a token of this kind begins with, for people and for secret scanners.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "csat_",
            Self::Refresh => "csrt_",
            Self::Code => "csac_",
            Self::Confirmation => "cscf_",
            Self::Pairing => "cspr_",
            Self::Approval => "csap_",
            Self::Upload => "csup_",
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Access => 1,
            Self::Refresh => 2,
            Self::Code => 3,
            Self::Confirmation => 4,
            Self::Pairing => 5,
            Self::Approval => 6,
            Self::Upload => 7,
        }
    }
}

/// The binding of a token to a list of facts: SHA-256 over their [`bytes::pae`], behind a label.
#[must_use]
pub fn bind(label: &str, facts: &[&[u8]]) -> [u8; 32] {
    bytes::sha256_pae_of(std::iter::once(label.as_bytes()).chain(facts.iter().copied()))
}

/// The binding of an access token to the resource it was issued for
/// ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)): the exact URL of the MCP endpoint.
#[must_use]
pub fn audience(resource: impl AsRef<[u8]>) -> [u8; 32] {
    bind("audience", &[resource.as_ref()])
}

#[cfg(test)]
mod tests;
