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
//! | one that was not issued according to the stored state | none yet: the database is older than the token |
//! | any other: older, or of a replaced branch | none: the family is revoked |
//!
//! A database that was restored from a backup, or a table of it, is older than tokens that were issued since. Such a token
//! is genuine, and no sign of theft. It is recognised in two ways: its position does not occur in the history that leads to
//! the stored state, or it was issued after the last rotation of that state. The family then catches up with the token, and
//! the connection is paused until a person has decided. Afterwards the client goes on with the token that it holds, and
//! every older one is dead.
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

use std::cmp::Ordering;

use crate::bytes;
use crate::clock::Timestamp;
use crate::keyring::{Keyring, Purpose};
use crate::secret::mac;
use crate::token::{Claims, Kind, NewToken, issue};

/// The time after a rotation, in seconds, within which the previous token gets the same successor again.
/// The limit is inclusive.
pub const WINDOW: u64 = 60;
/// The shortest lifetime of a family from the consent on, in seconds: 90 days. It is as long as an unused refresh token is
/// valid if that is longer.
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

    /// Whether no token at this position was issued before the one at `latest` became the latest: the position is later, or
    /// it follows from another token than the one that was the latest of its generation in the end.
    fn is_off(self, latest: Self) -> bool {
        match self.generation.cmp(&latest.generation) {
            Ordering::Greater => true,
            Ordering::Equal => self.parent() != latest.parent() || self.own() > latest.own(),
            Ordering::Less => {
                self.generation.checked_add(1) == Some(latest.generation)
                    && self.own() > latest.parent()
            }
        }
    }

    /// The position of the first token of the next generation; `None` past the greatest generation.
    fn next(self) -> Option<Self> {
        Some(Self {
            generation: self.generation.checked_add(1)?,
            branch: self.own() << 16,
        })
    }

    /// The position of the next token of the same generation; `None` after 65,535 of them. One branch
    /// needs more than 60 s, so this takes a client that fails every minute for 45 days.
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

/// A genuine refresh token, as far as its use depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PresentedToken {
    /// Its position in its family.
    pub position: Position,
    /// When it was issued: the time of the rotation that made it the latest one.
    pub issued: Timestamp,
}

impl PresentedToken {
    /// Returns the token with these claims; `None` if they are not those of a refresh token.
    pub(super) fn of(claims: &Claims) -> Option<Self> {
        Some(Self {
            position: Position::from_binding(&claims.binding)?,
            issued: claims.issued,
        })
    }

    /// Decides what to do if the token is used at `now`, as [`decide`] does. `state` is `None` if the authorization code was
    /// not used yet. There would be no token then, so that state is older than the token.
    pub(super) fn used(self, state: Option<FamilyState>, now: Timestamp) -> Rotation {
        state.map_or_else(
            || Rotation::CatchUp(self.caught_up(now)),
            |state| decide(state, self, now),
        )
    }

    /// The state that a family catches up to if its stored state is older than this token: the token becomes the latest one.
    fn caught_up(self, now: Timestamp) -> FamilyState {
        FamilyState {
            latest: self.position,
            rotated_at: whole(now.max(self.issued)),
        }
    }

    fn is_ahead_of(self, state: FamilyState) -> bool {
        self.issued.seconds() > state.rotated_at.seconds() || self.position.is_off(state.latest)
    }
}

/// What to do with a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// Store this state if the stored one has not changed, then issue its latest token.
    Advance(FamilyState),
    /// Issue the latest token of this state again. It is the stored state.
    Repeat(FamilyState),
    /// Store this state if the stored one has not changed, pause the connection, and issue nothing: the presented token shows
    /// that the stored state is older than the token.
    CatchUp(FamilyState),
    /// Revoke the family: the presented token shows that a token of this family was stolen.
    Revoke,
}

/// Decides what to do if the token `presented` is used at `now`, by the table in the description of this module. Every
/// input has a defined result. The time of the last rotation never goes back, even if the clocks of two machines differ:
/// so a token that was issued after it shows that the stored state is older.
#[must_use]
pub fn decide(state: FamilyState, presented: PresentedToken, now: Timestamp) -> Rotation {
    let age = now.seconds().saturating_sub(state.rotated_at.seconds());
    let position = presented.position;
    let to = if presented.is_ahead_of(state) {
        return Rotation::CatchUp(presented.caught_up(now));
    } else if position == state.latest {
        position.next()
    } else if !position.precedes(state.latest) {
        None
    } else if age <= WINDOW {
        return Rotation::Repeat(state);
    } else {
        state.latest.sibling()
    };
    to.map_or(Rotation::Revoke, |latest| {
        Rotation::Advance(FamilyState {
            latest,
            rotated_at: whole(now.max(state.rotated_at)),
        })
    })
}

/// Returns `time` without the fraction of its second: tokens and stored states have whole seconds.
const fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_seconds(time.seconds())
}

/// Returns the latest refresh token of the grant `grant_id` in `state`. It is the same text each time,
/// as long as the site keeps its keys and settings. It expires `idle` seconds after the rotation, and at `ends` at
/// the latest.
#[must_use]
pub fn token(
    keyring: &Keyring,
    grant_id: u64,
    state: FamilyState,
    idle: u32,
    ends: Timestamp,
) -> String {
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
            // Refresh tokens are revoked with the connection, not with its epoch.
            epoch: 0,
            binding: state.latest.to_binding(),
            lifetime: u32::try_from(left).unwrap_or(u32::MAX).min(idle),
            id,
            issued: state.rotated_at,
        },
    )
}
