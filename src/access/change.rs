//! Whether a connection may be changed, and whether it may act.

use super::groups::{Group, Groups};
use crate::decision::Decision;
use crate::reason::Reason;

/// What an administrator has made of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It may act.
    Active,
    /// It may not, for now; its tokens live on.
    Paused,
    /// Never again.
    Revoked,
}

impl State {
    /// The state of that name: `active`, `paused` or `revoked`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "active" => Some(Self::Active),
            "paused" => Some(Self::Paused),
            "revoked" => Some(Self::Revoked),
            _ => None,
        }
    }
}

/// Whether the groups of a connection may change `from` one set `to` another. Narrowing may always
/// be done; widening only where the site allows it. `read` is always on and counts as neither.
pub fn change(from: Groups, to: Groups, allow_widening: bool) -> Decision {
    if allow_widening || to.is_within(from.with(Group::Read)) {
        Decision::Allow
    } else {
        Reason::WideningRefused.into()
    }
}

/// Whether a token issued under `token_epoch` still speaks for a connection in `state` whose counter
/// stands at `epoch`. Any difference of the counters kills: a counter that went back is a restored
/// database, in which nothing can be said of the token.
pub fn speaks(state: State, epoch: u32, token_epoch: u32) -> Decision {
    match state {
        State::Revoked => Reason::ConnectionRevoked.into(),
        _ if epoch != token_epoch => Reason::TokenRevoked.into(),
        State::Paused => Reason::ConnectionPaused.into(),
        State::Active => Decision::Allow,
    }
}

/// Whether a connection that has `held` may use what any one of `needed` opens. What needs no group
/// is open to nobody.
#[must_use]
pub const fn admits(held: Groups, needed: Groups) -> bool {
    held.intersects(needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_is_free_and_widening_is_not() {
        let wide = Groups::of(&[Group::Read, Group::Seo, Group::Publish]);
        let narrow = Groups::of(&[Group::Read, Group::Seo]);
        assert!(change(wide, narrow, false).is_allowed());
        assert!(change(narrow, narrow, false).is_allowed());
        assert_eq!(change(narrow, wide, false), Reason::WideningRefused.into());
        assert!(change(narrow, wide, true).is_allowed());
        assert!(change(narrow, Groups::NONE, false).is_allowed());
        let swapped = Groups::of(&[Group::Read, Group::Image]);
        assert!(!change(narrow, swapped, false).is_allowed());
        assert!(change(Groups::NONE, Groups::of(&[Group::Read]), false).is_allowed());
    }

    #[test]
    fn only_an_active_connection_of_the_same_epoch_speaks() {
        assert!(speaks(State::Active, 3, 3).is_allowed());
        for (state, epoch, reason) in [
            (State::Active, 4, Reason::TokenRevoked),
            (State::Active, 2, Reason::TokenRevoked),
            (State::Paused, 4, Reason::TokenRevoked),
            (State::Paused, 3, Reason::ConnectionPaused),
            (State::Revoked, 3, Reason::ConnectionRevoked),
        ] {
            assert_eq!(speaks(state, epoch, 3), reason.into());
        }
    }

    #[test]
    fn a_state_has_one_word() {
        assert_eq!(State::parse("active"), Some(State::Active));
        assert_eq!(State::parse("paused"), Some(State::Paused));
        assert_eq!(State::parse("revoked"), Some(State::Revoked));
        for word in ["", "Active", "ended"] {
            assert_eq!(State::parse(word), None, "{word}");
        }
    }

    #[test]
    fn what_needs_no_group_is_open_to_nobody() {
        let all: Groups = Group::ALL.iter().copied().collect();
        assert!(!admits(all, Groups::NONE));
        assert!(admits(
            all,
            Groups::of(&[Group::Publish, Group::TrashRestore])
        ));
    }
}
