//! The connection that a call is made for.

use serde::Deserialize;

use super::misuse::Misuse;
use crate::access::{ConnectionState, Groups};
use crate::limit::CallLimit;

/// A connection as the plugin stores it: one agent, acting for one WordPress user.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) id: u64,
    /// The name of the client program, for the audit log.
    pub(crate) client: Option<String>,
    /// The id of the WordPress user.
    pub(crate) user: Option<u64>,
    pub(crate) state: ConnectionState,
    pub(crate) groups: Groups,
    /// The number of times that all tokens of the connection were revoked.
    pub(crate) epoch: u32,
    pub(crate) limit: Option<CallLimit>,
}

#[derive(Deserialize)]
struct StoredConnection {
    id: u64,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    user: Option<u64>,
    state: String,
    groups: Vec<String>,
    epoch: u32,
    #[serde(default)]
    limit: Option<CallLimit>,
}

impl Connection {
    /// Reads a connection from JSON: `{"id", "client"?, "user"?, "state", "groups": [..], "epoch",
    /// "limit"?: {"max", "window"}}`. Names of groups that this version does not know are ignored.
    ///
    /// # Errors
    /// [`Misuse::Connection`] if a member is missing or has another type, or if the id is not `id`.
    pub(crate) fn parse(json: &str, id: u64) -> Result<Self, Misuse> {
        let stored: StoredConnection =
            serde_json::from_str(json).map_err(|_| Misuse::Connection)?;
        let usable = |limit: &CallLimit| limit.max > 0 && limit.window > 0;
        if stored.id != id || !stored.limit.as_ref().is_none_or(usable) {
            return Err(Misuse::Connection);
        }
        Ok(Self {
            id,
            client: stored.client,
            user: stored.user,
            state: ConnectionState::from_word(&stored.state).ok_or(Misuse::Connection)?,
            groups: Groups::parse_known(&stored.groups),
            epoch: stored.epoch,
            limit: stored.limit,
        })
    }
}
