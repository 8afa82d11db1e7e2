//! Whether a connection may act now, by its record.

use serde::Deserialize;

use super::change::ConnectionState;
use crate::decision::Decision;
use crate::reason::Reason;
use crate::record::{FoundRecord, Record, RecordKind, UnusableRecord};

/// What the record of a connection says about whether the connection may act.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionStanding {
    state: ConnectionState,
    /// The refusal while the connection is paused.
    paused: Reason,
    epoch: u32,
    token_epoch: u32,
}

#[derive(Deserialize)]
struct StandingData {
    state: String,
    #[serde(default)]
    state_reason: String,
    epoch: u32,
}

impl ConnectionStanding {
    /// Reads the record of a connection.
    ///
    /// # Errors
    /// [`UnusableRecord`] if it is of another kind or form, or the sum of its epoch and the site's exceeds 32 bits.
    pub fn of(record: &Record) -> Result<Self, UnusableRecord> {
        let data: StandingData = record.read(RecordKind::Connection)?;
        let token_epoch = u64::from(data.epoch).saturating_add(record.site_epoch());
        Ok(Self {
            state: ConnectionState::from_word(&data.state).ok_or(UnusableRecord)?,
            paused: [Reason::AccountChanged, Reason::RecordRolledBack]
                .into_iter()
                .find(|reason| reason.code() == data.state_reason)
                .unwrap_or(Reason::ConnectionPaused),
            epoch: data.epoch,
            token_epoch: u32::try_from(token_epoch).map_err(|_| UnusableRecord)?,
        })
    }

    /// Returns the epoch that the record states, without the epoch of the site.
    #[must_use]
    pub const fn own_epoch(&self) -> u32 {
        self.epoch
    }

    /// Returns the epoch that tokens must have: that of the connection and that of the site together.
    #[must_use]
    pub const fn token_epoch(&self) -> u32 {
        self.token_epoch
    }

    /// Returns the epoch that the record must state for a token with `token_epoch` to be a current one, if the token is
    /// ahead of the record. Then the database is older than the token.
    #[must_use]
    pub const fn behind(&self, token_epoch: u32) -> Option<u32> {
        if self.is_revoked() || token_epoch <= self.token_epoch {
            return None;
        }
        self.epoch.checked_add(token_epoch - self.token_epoch)
    }

    /// Returns whether the connection has ended.
    #[must_use]
    pub const fn is_revoked(&self) -> bool {
        matches!(self.state, ConnectionState::Revoked)
    }

    /// Decides whether the connection may act, with a token of the epoch `token_epoch` or, for an act without a token,
    /// with `None`.
    pub fn decide(&self, token_epoch: Option<u32>) -> Decision {
        let epoch = self.token_epoch;
        match (self.state, token_epoch) {
            (ConnectionState::Revoked, _) => Reason::ConnectionRevoked.into(),
            (_, Some(token)) if token < epoch => Reason::TokenRevoked.into(),
            (_, Some(token)) if token > epoch => Reason::RecordRolledBack.into(),
            (ConnectionState::Paused, _) => self.paused.into(),
            (ConnectionState::Active, _) => Decision::Allow,
        }
    }
}

/// Decides whether the agent of a connection may act now: before a call is admitted, before each write of a call, and
/// before something that the agent caused happens later.
///
/// `kill_switch` is whether an administrator has stopped all agents. `token_epoch` is the epoch of the access token, or
/// `None` for an act without a token. A token of a later epoch is refused with [`Reason::RecordRolledBack`]: the database
/// was restored from a backup, which may have lost a revocation.
///
/// # Errors
/// Those of [`ConnectionStanding::of`].
pub fn may_act(
    kill_switch: bool,
    connection: FoundRecord<'_>,
    token_epoch: Option<u32>,
) -> Result<Decision, UnusableRecord> {
    Ok(match connection.usable() {
        _ if kill_switch => Reason::KillSwitch.into(),
        Ok(Some(record)) => ConnectionStanding::of(record)?.decide(token_epoch),
        Ok(None) => Reason::ConnectionUnknown.into(),
        Err(refusal) => Decision::Deny(refusal.denial),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(
        state: ConnectionState,
        paused: Reason,
        epoch: u32,
        site: u32,
    ) -> ConnectionStanding {
        ConnectionStanding {
            state,
            paused,
            epoch,
            token_epoch: epoch + site,
        }
    }

    #[test]
    fn only_an_active_connection_acts_and_only_with_the_current_epoch() {
        use ConnectionState::{Active, Paused, Revoked};
        let plain = Reason::ConnectionPaused;
        for (state, paused, token, expected) in [
            (Active, plain, Some(5), None),
            (Active, plain, None, None),
            (Active, plain, Some(4), Some(Reason::TokenRevoked)),
            (Active, plain, Some(6), Some(Reason::RecordRolledBack)),
            (Paused, plain, Some(5), Some(plain)),
            (Paused, plain, None, Some(plain)),
            (Paused, plain, Some(4), Some(Reason::TokenRevoked)),
            (Paused, plain, Some(6), Some(Reason::RecordRolledBack)),
            (
                Paused,
                Reason::AccountChanged,
                Some(5),
                Some(Reason::AccountChanged),
            ),
            (Revoked, plain, Some(5), Some(Reason::ConnectionRevoked)),
            (Revoked, plain, Some(6), Some(Reason::ConnectionRevoked)),
            (Revoked, plain, None, Some(Reason::ConnectionRevoked)),
        ] {
            let expected = expected.map_or(Decision::Allow, Decision::from);
            let found = standing(state, paused, 2, 3).decide(token);
            assert_eq!(found, expected, "{state:?} {token:?}");
        }
    }

    #[test]
    fn a_record_behind_a_token_is_raised_by_what_is_missing() {
        let active = standing(ConnectionState::Active, Reason::ConnectionPaused, 2, 3);
        assert_eq!((active.own_epoch(), active.token_epoch()), (2, 5));
        assert_eq!(active.behind(4), None);
        assert_eq!(active.behind(5), None);
        assert_eq!(active.behind(6), Some(3));
        assert_eq!(active.behind(u32::MAX), Some(u32::MAX - 3));
        let revoked = standing(ConnectionState::Revoked, Reason::ConnectionPaused, 2, 3);
        assert_eq!(revoked.behind(6), None);
    }

    #[test]
    fn without_a_record_nobody_acts() {
        let decide = |stopped, found| may_act(stopped, found, Some(1)).unwrap();
        let denied = FoundRecord::Denied(Reason::RecordForged.into());
        assert_eq!(
            decide(false, FoundRecord::Missing),
            Reason::ConnectionUnknown.into()
        );
        assert_eq!(decide(false, denied), Reason::RecordForged.into());
        for found in [FoundRecord::Missing, denied] {
            assert_eq!(decide(true, found), Reason::KillSwitch.into());
        }
    }
}
