//! Whether a connection may act, and whether its groups may be changed.

use super::groups::{Group, Groups};
use crate::decision::Decision;
use crate::reason::Reason;
use crate::words::words;

words! {
    /// The state of a connection, which an administrator sets.
    pub enum ConnectionState {
        /// It may act.
        Active = "active",
        /// It may not act until it is resumed. Its tokens stay valid.
        Paused = "paused",
        /// It may never act again.
        Revoked = "revoked",
    }
}

/// Decides whether the groups of a connection may change from `from` to `to`. Groups may always be
/// removed; adding one is refused with [`Reason::WideningRefused`] unless the site allows widening.
/// [`Group::Read`] may always be added, because every connection has it.
pub fn change(from: Groups, to: Groups, allow_widening: bool) -> Decision {
    if allow_widening || to.is_within(from.with(Group::Read)) {
        Decision::Allow
    } else {
        Reason::WideningRefused.into()
    }
}

/// Decides whether an agent may act now: before a call is admitted, and again before each write of a call.
///
/// `kill_switch` is whether an administrator has stopped all agents. `connection` is the current state and
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
        Some((state, epoch)) => is_valid_for(state, epoch, token_epoch),
    }
}

/// Decides whether a token with `token_epoch` is valid for a connection in `state` with `epoch`. A token
/// with a later epoch is refused too: the database was restored from a backup, which may have lost a
/// revocation.
fn is_valid_for(state: ConnectionState, epoch: u32, token_epoch: u32) -> Decision {
    match state {
        ConnectionState::Revoked => Reason::ConnectionRevoked.into(),
        _ if epoch != token_epoch => Reason::TokenRevoked.into(),
        ConnectionState::Paused => Reason::ConnectionPaused.into(),
        ConnectionState::Active => Decision::Allow,
    }
}

/// Returns whether a connection with the groups `held` may use a tool that needs one of `needed`. A tool
/// that needs no group is closed to every connection.
#[must_use]
pub const fn admits(held: Groups, needed: Groups) -> bool {
    held.intersects(needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_may_be_removed_but_not_added() {
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
    fn only_an_active_connection_of_the_same_epoch_may_act() {
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
    fn states_have_exactly_one_word() {
        assert_eq!(
            ConnectionState::from_word("active"),
            Some(ConnectionState::Active)
        );
        assert_eq!(
            ConnectionState::from_word("paused"),
            Some(ConnectionState::Paused)
        );
        assert_eq!(
            ConnectionState::from_word("revoked"),
            Some(ConnectionState::Revoked)
        );
        for word in ["", "Active", "ended"] {
            assert_eq!(ConnectionState::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_tool_that_needs_no_group_is_closed_to_every_connection() {
        let all: Groups = Group::ALL.iter().copied().collect();
        assert!(!admits(all, Groups::NONE));
        assert!(admits(
            all,
            Groups::of(&[Group::Publish, Group::TrashRestore])
        ));
    }
}
