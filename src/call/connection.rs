//! The connection that a call is made for.

use serde::Deserialize;

use super::misuse::Misuse;
use super::schema::UnknownArguments;
use crate::access::{ConnectionStanding, FieldRules, Groups, PasswordCredential};
use crate::http::WebOrigin;
use crate::limit::CallLimit;
use crate::record::{Record, RecordKind, UnusableRecord};

/// A connection, as its record states it: one agent, acting for one WordPress user.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) id: u64,
    /// The name of the client program, for the audit log.
    pub(crate) client: Option<String>,
    /// The id of the WordPress user.
    pub(crate) user: Option<u64>,
    pub(crate) standing: ConnectionStanding,
    pub(crate) groups: Groups,
    /// The fields that it may not write.
    pub(crate) fields: FieldRules,
    /// The epoch of its tokens.
    pub(crate) epoch: u32,
    pub(crate) limit: Option<CallLimit>,
    pub(crate) unknown_arguments: UnknownArguments,
    /// The web origins of its client, from which a browser may call.
    pub(crate) origins: Vec<WebOrigin>,
    /// The application password that it is for; `None` if it has access tokens.
    pub(crate) credential: Option<PasswordCredential>,
    /// The ids of the users whom it may make the author of items. If empty, only its own user.
    pub(crate) authors: Vec<u64>,
}

#[derive(Deserialize)]
struct ConnectionData {
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    user: Option<u64>,
    groups: Vec<String>,
    #[serde(default)]
    denied_fields: Vec<String>,
    #[serde(default)]
    limit: Option<CallLimit>,
    #[serde(default)]
    drop_unknown_arguments: bool,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    credential: Option<PasswordCredential>,
    #[serde(default)]
    authors: Vec<u64>,
}

impl From<UnusableRecord> for Misuse {
    fn from(_: UnusableRecord) -> Self {
        Self::Connection
    }
}

impl Connection {
    /// Reads the record of the connection `id`. Names of groups that this version does not know are ignored.
    ///
    /// # Errors
    /// [`Misuse::Connection`] if it is another record, a member of its data is missing or has another type, or a rule for
    /// fields is none.
    pub(crate) fn of(record: &Record, id: u64) -> Result<Self, Misuse> {
        let standing = ConnectionStanding::of(record)?;
        let data: ConnectionData = record.read(RecordKind::Connection)?;
        let usable = |limit: &CallLimit| limit.max > 0 && limit.window > 0;
        if record.id() != id || !data.limit.as_ref().is_none_or(usable) {
            return Err(Misuse::Connection);
        }
        Ok(Self {
            id,
            client: data.client,
            user: data.user,
            standing,
            groups: Groups::parse_known(&data.groups),
            fields: FieldRules::parse(&data.denied_fields).map_err(|_| Misuse::Connection)?,
            epoch: standing.token_epoch(),
            limit: data.limit,
            unknown_arguments: if data.drop_unknown_arguments {
                UnknownArguments::Dropped
            } else {
                UnknownArguments::Refused
            },
            origins: WebOrigin::parse_all(&data.origins),
            credential: data.credential,
            authors: data.authors,
        })
    }
}
