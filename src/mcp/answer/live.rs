//! Whether a call that was allowed may still go on.

use super::McpCall;
use crate::access::{admits, may_act};
use crate::call::Misuse;
use crate::call::connection::Connection;
use crate::decision::Decision;
use crate::reason::Reason;
use crate::record::FoundRecord;

impl McpCall {
    /// Decides whether the call may go on, by what opening the record of its connection gives now. Ask before each write:
    /// somebody may have stopped all agents, paused or revoked the connection, or taken the permission for this call from
    /// it. `kill_switch` is whether all agents are stopped.
    ///
    /// # Errors
    /// [`Misuse::Connection`] if the record is not that of the connection of this call, or cannot be read.
    pub fn may_go_on(
        &self,
        kill_switch: bool,
        connection: FoundRecord<'_>,
    ) -> Result<Decision, Misuse> {
        let now = match connection {
            FoundRecord::Genuine(record) => Some(Connection::of(record, self.connection)?),
            FoundRecord::Denied(_) | FoundRecord::Missing => None,
        };
        let decision = may_act(kill_switch, connection, Some(self.epoch))?;
        let is_narrowed = now
            .zip(self.needs)
            .is_some_and(|(now, needed)| !admits(now.groups, needed));
        Ok(if decision.is_allowed() && is_narrowed {
            Reason::ToolOutsideGroups.into()
        } else {
            decision
        })
    }
}
