//! The refresh rule: which refresh token follows which, and when a family ends.
//!
//! A family is what one consent began. Its tokens stand in generations; each use makes the next.
//! Answers get lost, and clients refresh from many processes at once, so a use can be repeated:
//!
//! | presented token | answer |
//! | --- | --- |
//! | the latest | the next generation |
//! | the one before, within 60 s of the rotation | the *same* latest token, byte for byte |
//! | the one before, later | a new branch: another latest token; the one it replaces is dead |
//! | any other: older, of a dead branch, or not yet issued | theft: the family is revoked |
//!
//! Nothing but the position and the moment of the last rotation is stored: the token itself is derived
//! from them ([`token`]). Two holders of one token stay unseen only while they refresh within 60 s of
//! each other; the first that comes later takes a branch of its own, which kills the other's token.
//!
//! The price of a sharp border: a client that lost an answer and repeats the request twice at once,
//! *just* 60 s later, so that one of the two falls inside the window and one outside, and that then
//! keeps the older of the two answers, looks like two holders and must connect again. A softer border
//! would let a thief stay in step, and is not worth that.

use crate::bytes;
use crate::clock::Timestamp;
use crate::keyring::{Keyring, Purpose};
use crate::secret::mac;
use crate::token::{Kind, NewToken, issue};

/// Seconds after a rotation in which the token before it still gets the same successor, inclusive.
pub const WINDOW: u64 = 60;
/// Seconds for which an unused refresh token is good: 30 days.
pub const IDLE_LIFETIME: u64 = 30 * 86_400;
/// Seconds for which a family lives, from the consent: 90 days.
pub const FAMILY_LIFETIME: u64 = 90 * 86_400;

/// The place of a token in its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// How many tokens were used to get here; 0 is the token that the code gave.
    pub generation: u32,
    /// Which of the tokens of this generation, in the low 16 bits, and which of the generation before
    /// it follows, in the high 16 bits. The second half is what tells the token before the latest from
    /// a dead branch beside it.
    pub branch: u32,
}

impl Position {
    /// The token that the authorization code gives.
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

    /// Whether `self` is the token that `latest` follows.
    fn precedes(self, latest: Self) -> bool {
        self.generation.checked_add(1) == Some(latest.generation) && self.own() == latest.parent()
    }

    /// The first token of the next generation.
    fn next(self) -> Option<Self> {
        Some(Self {
            generation: self.generation.checked_add(1)?,
            branch: self.own() << 16,
        })
    }

    /// The next token of the same generation. `None` after 65,535 of them: at one in 60 s, no client
    /// that is alive for [`IDLE_LIFETIME`] gets there.
    fn beside(self) -> Option<Self> {
        (self.own() < 0xffff).then(|| Self {
            branch: self.branch + 1,
            ..self
        })
    }

    /// The binding of the token at this position: generation and branch, big-endian, then zeros.
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

    /// Reads a binding back; `None` for one that [`Self::to_binding`] does not make.
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

/// Where a family stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FamilyState {
    /// The latest token: the only one that was issued and not used.
    pub latest: Position,
    /// When it was made; whole seconds count.
    pub rotated_at: Timestamp,
}

/// What to do with a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// Store this state, if the stored one is still the one that was looked at, then issue its latest
    /// token.
    Advance(FamilyState),
    /// Issue the latest token of this state, which is the stored one, again.
    Repeat(FamilyState),
    /// A token was used that only a thief, or the victim of one, can have: revoke the family.
    Revoke,
}

/// The rule, total: what follows from presenting the token at `presented` at `now`.
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
        state.latest.beside()
    };
    to.map_or(Rotation::Revoke, |latest| {
        Rotation::Advance(FamilyState {
            latest,
            rotated_at: Timestamp::from_seconds(now.seconds()),
        })
    })
}

/// The refresh token of the grant `grant_id` at `state`: the same bytes each time, as long as the site
/// keeps its keys. Good for [`IDLE_LIFETIME`] from the rotation, and not beyond `ends`.
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
            // The grant's own state revokes refresh tokens, not the connection's counter.
            epoch: 0,
            binding: state.latest.to_binding(),
            lifetime: u32::try_from(left.min(IDLE_LIFETIME)).unwrap_or(0),
            id,
            issued: state.rotated_at,
        },
    )
}
