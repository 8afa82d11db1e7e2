//! The connection as the plugin knows it.

use serde::Deserialize;

use super::error::Error;
use super::guard::Limit;
use crate::access::{Groups, State};

/// A connection, read.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) id: u64,
    pub(super) client: Option<String>,
    pub(super) user: Option<u64>,
    pub(super) state: State,
    pub(super) groups: Groups,
    pub(super) epoch: u32,
    pub(super) limit: Option<Limit>,
}

#[derive(Deserialize)]
struct Stored {
    id: u64,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    user: Option<u64>,
    state: String,
    groups: Vec<String>,
    epoch: u32,
    #[serde(default)]
    limit: Option<Limit>,
}

impl Connection {
    /// Reads the connection that has `id`.
    pub(super) fn parse(json: &str, id: u64) -> Result<Self, Error> {
        let stored: Stored = serde_json::from_str(json).map_err(|_| Error::Connection)?;
        let sensible = |limit: &Limit| limit.max > 0 && limit.window > 0;
        if stored.id != id || !stored.limit.as_ref().is_none_or(sensible) {
            return Err(Error::Connection);
        }
        Ok(Self {
            id,
            client: stored.client,
            user: stored.user,
            state: State::parse(&stored.state).ok_or(Error::Connection)?,
            groups: Groups::parse_known(&stored.groups),
            epoch: stored.epoch,
            limit: stored.limit,
        })
    }
}
