//! Whether a connection may be changed, and whether it may act.

use super::groups::{Group, Groups};
use crate::decision::Decision;
use crate::reason::Reason;

/// What an administrator has made of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionState {
    /// It may act.
    Active,
    /// It may not, for now; its tokens live on.
    Paused,
    /// Never again.
    Revoked,
}

impl ConnectionState {
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

/// Decides whether an agent may act now: before a call is admitted, and again before each write of a call.
///
/// `kill_switch` is whether an administrator has stopped all agents. `connection` is the present state and
/// epoch of the connection, or `None` if it does not exist. `token_epoch` is the epoch of the access token.
///
/// ```
/// use countersign::access::{ConnectionState, may_act};
/// use countersign::reason::Reason;
///
/// let active = Some((ConnectionState::Active, 3));
/// assert!(may_act(false, active, 3).is_allowed());
/// assert_eq!(may_act(true, active, 3), Reason::KillSwitch.into());
/// assert_eq!(may_act(false, None, 3), Reason::ConnectionUnknown.into());
/// ```
pub fn may_act(
    kill_switch: bool,
    connection: Option<(ConnectionState, u32)>,
    token_epoch: u32,
) -> Decision {
    match connection {
        _ if kill_switch => Reason::KillSwitch.into(),
        None => Reason::ConnectionUnknown.into(),
        Some((state, epoch)) => speaks(state, epoch, token_epoch),
    }
}

/// Whether a token issued under `token_epoch` still speaks for a connection in `state` whose counter
/// stands at `epoch`. Any difference of the counters kills: a counter that went back is a restored
/// database, in which nothing can be said of the token.
fn speaks(state: ConnectionState, epoch: u32, token_epoch: u32) -> Decision {
    match state {
        ConnectionState::Revoked => Reason::ConnectionRevoked.into(),
        _ if epoch != token_epoch => Reason::TokenRevoked.into(),
        ConnectionState::Paused => Reason::ConnectionPaused.into(),
        ConnectionState::Active => Decision::Allow,
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
        let active = Some((ConnectionState::Active, 3));
        assert!(may_act(false, active, 3).is_allowed());
        assert_eq!(may_act(true, active, 3), Reason::KillSwitch.into());
        assert_eq!(may_act(true, None, 3), Reason::KillSwitch.into());
        assert_eq!(may_act(false, None, 3), Reason::ConnectionUnknown.into());
        for (state, epoch, reason) in [
            (ConnectionState::Active, 4, Reason::TokenRevoked),
            (ConnectionState::Active, 2, Reason::TokenRevoked),
            (ConnectionState::Paused, 4, Reason::TokenRevoked),
            (ConnectionState::Paused, 3, Reason::ConnectionPaused),
            (ConnectionState::Revoked, 3, Reason::ConnectionRevoked),
        ] {
            assert_eq!(may_act(false, Some((state, epoch)), 3), reason.into());
        }
    }

    #[test]
    fn a_state_has_one_word() {
        assert_eq!(
            ConnectionState::parse("active"),
            Some(ConnectionState::Active)
        );
        assert_eq!(
            ConnectionState::parse("paused"),
            Some(ConnectionState::Paused)
        );
        assert_eq!(
            ConnectionState::parse("revoked"),
            Some(ConnectionState::Revoked)
        );
        for word in ["", "Active", "ended"] {
            assert_eq!(ConnectionState::parse(word), None, "{word}");
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
