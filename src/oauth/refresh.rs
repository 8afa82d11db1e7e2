//! Refresh token rotation with reuse detection (OAuth 2.1 §4.3.1, RFC 9700 §4.14.2).
//!
//! All refresh tokens that follow from one consent form a family. Each use of the latest token rotates
//! the family to its next generation. A response can get lost, and a client can refresh from several
//! processes at once, so the previous token may be used again:
//!
//! | presented token | response |
//! | --- | --- |
//! | the latest | a token of the next generation |
//! | the previous one, within 60 s of the rotation | the *same* latest token, byte for byte |
//! | the previous one, later | a new branch: another latest token, which replaces the current one |
//! | any other: older, of a replaced branch, or not yet issued | none: the family is revoked |
//!
//! Only the position of the latest token and the time of the last rotation are stored. The token itself
//! is derived from them ([`token`]). Two holders of the same token stay undetected only while they
//! refresh within 60 s of each other. As soon as one of them refreshes later, it gets a new branch, and
//! the token of the other is no longer valid.
//!
//! The limit is exact, which has one known drawback. Suppose that a client loses a response and sends the
//! request twice at once, exactly 60 s after the rotation, so that one request falls inside the window
//! and the other outside, and that it keeps the older response. This looks like two holders, and the
//! client must connect again. A tolerance would let a thief refresh in step with the victim.

use crate::bytes;
use crate::clock::Timestamp;
use crate::keyring::{Keyring, Purpose};
use crate::secret::mac;
use crate::token::{Kind, NewToken, issue};

/// The time after a rotation, in seconds, within which the previous token gets the same successor again.
/// The limit is inclusive.
pub const WINDOW: u64 = 60;
/// The time after which an unused refresh token expires, in seconds: 30 days.
pub const IDLE_LIFETIME: u64 = 30 * 86_400;
/// The lifetime of a family from the consent on, in seconds: 90 days.
pub const FAMILY_LIFETIME: u64 = 90 * 86_400;

/// The position of a token in its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The number of rotations before this token. The token issued for the authorization code has 0.
    pub generation: u32,
    /// The low 16 bits number the tokens of this generation. The high 16 bits are the number of the
    /// token of the previous generation from which this one follows: they distinguish the previous token
    /// from those of replaced branches.
    pub branch: u32,
}

impl Position {
    /// The position of the token that is issued for the authorization code.
    pub const FIRST: Self = Self {
        generation: 0,
        branch: 0,
    };

    const fn own(self) -> u32 {
        self.branch & 0xffff
    }

    const fn parent(self) -> u32 {
        self.branch >> 16
    }

    /// Whether `self` is the token from which `latest` follows.
    fn precedes(self, latest: Self) -> bool {
        self.generation.checked_add(1) == Some(latest.generation) && self.own() == latest.parent()
    }

    /// The position of the first token of the next generation; `None` past the greatest generation.
    fn next(self) -> Option<Self> {
        Some(Self {
            generation: self.generation.checked_add(1)?,
            branch: self.own() << 16,
        })
    }

    /// The position of the next token of the same generation; `None` after 65,535 of them. One branch
    /// needs more than 60 s, so no client reaches this within [`IDLE_LIFETIME`].
    fn sibling(self) -> Option<Self> {
        (self.own() < 0xffff).then(|| Self {
            branch: self.branch + 1,
            ..self
        })
    }

    /// Returns the binding of the token at this position: generation (4 bytes, big-endian), branch (4
    /// bytes, big-endian), 24 zeros.
    #[must_use]
    pub fn to_binding(self) -> [u8; 32] {
        let mut out = [0; 32];
        let place = self
            .generation
            .to_be_bytes()
            .into_iter()
            .chain(self.branch.to_be_bytes());
        for (to, from) in out.iter_mut().zip(place) {
            *to = from;
        }
        out
    }

    /// Reads a binding that [`Self::to_binding`] made; `None` for any other bytes.
    #[must_use]
    pub fn from_binding(binding: &[u8; 32]) -> Option<Self> {
        let (generation, rest) = binding.split_first_chunk()?;
        let (branch, _) = rest.split_first_chunk()?;
        let position = Self {
            generation: u32::from_be_bytes(*generation),
            branch: u32::from_be_bytes(*branch),
        };
        (position.to_binding() == *binding).then_some(position)
    }
}

/// The stored state of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FamilyState {
    /// The position of the latest token, the only one that was issued and not used.
    pub latest: Position,
    /// When the latest token was issued, in whole seconds.
    pub rotated_at: Timestamp,
}

/// What to do with a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// Store this state if the stored one has not changed, then issue its latest token.
    Advance(FamilyState),
    /// Issue the latest token of this state again. It is the stored state.
    Repeat(FamilyState),
    /// Revoke the family: the presented token shows that a token of this family was stolen.
    Revoke,
}

/// Decides what to do if the token at position `presented` is used at `now`, by the table in the
/// description of this module. Every input has a defined result.
#[must_use]
pub fn decide(state: FamilyState, presented: Position, now: Timestamp) -> Rotation {
    let age = now.seconds().saturating_sub(state.rotated_at.seconds());
    let to = if presented == state.latest {
        presented.next()
    } else if !presented.precedes(state.latest) {
        None
    } else if age <= WINDOW {
        return Rotation::Repeat(state);
    } else {
        state.latest.sibling()
    };
    to.map_or(Rotation::Revoke, |latest| {
        Rotation::Advance(FamilyState {
            latest,
            rotated_at: Timestamp::from_seconds(now.seconds()),
        })
    })
}

/// Returns the latest refresh token of the grant `grant_id` in `state`. It is the same text each time,
/// as long as the site keeps its keys. It expires [`IDLE_LIFETIME`] after the rotation, and at `ends` at
/// the latest.
#[must_use]
pub fn token(keyring: &Keyring, grant_id: u64, state: FamilyState, ends: Timestamp) -> String {
    let left = ends.seconds().saturating_sub(state.rotated_at.seconds());
    let place = bytes::pae(&[
        &grant_id.to_be_bytes(),
        &state.latest.generation.to_be_bytes(),
        &state.latest.branch.to_be_bytes(),
    ]);
    let derived = mac(&keyring.purpose_key(Purpose::Refresh), &place);
    let mut id = [0; 12];
    for (to, from) in id.iter_mut().zip(derived) {
        *to = from;
    }
    issue(
        keyring,
        &NewToken {
            kind: Kind::Refresh,
            subject: grant_id,
            // Refresh tokens are revoked with the state of the grant, not with the connection's epoch.
            epoch: 0,
            binding: state.latest.to_binding(),
            lifetime: u32::try_from(left.min(IDLE_LIFETIME)).unwrap_or(0),
            id,
            issued: state.rotated_at,
        },
    )
}
