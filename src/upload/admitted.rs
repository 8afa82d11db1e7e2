//! Whether a connection may have upload sessions now.

use super::terms::UploadMisuse;
use crate::access::{Group, may_act};
use crate::call::connection::Connection;
use crate::decision::Decision;
use crate::reason::Reason;
use crate::record::FoundRecord;

/// Decides whether a connection may have upload sessions now.
///
/// # Errors
/// [`UploadMisuse::Connection`] if the record is not one of a connection.
pub(super) fn admitted(
    connection: FoundRecord<'_>,
    kill_switch: bool,
    token_epoch: Option<u32>,
) -> Result<Decision, UploadMisuse> {
    let decision =
        may_act(kill_switch, connection, token_epoch).map_err(|_| UploadMisuse::Connection)?;
    if let (Decision::Allow, FoundRecord::Genuine(record)) = (decision, connection) {
        let known = Connection::of(record, record.id()).map_err(|_| UploadMisuse::Connection)?;
        if !known.groups.contains(Group::UploadPortal) {
            return Ok(Reason::ToolOutsideGroups.into());
        }
    }
    Ok(decision)
}
