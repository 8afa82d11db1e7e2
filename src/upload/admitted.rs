//! Whether a connection may have upload sessions now, and what they may not write.

use super::terms::UploadMisuse;
use crate::access::{FieldRules, Group, may_act};
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

/// Returns the fields that a connection may not write; none if there is no record.
///
/// # Errors
/// As for [`admitted`].
pub(super) fn fields_of(connection: FoundRecord<'_>) -> Result<FieldRules, UploadMisuse> {
    match connection {
        FoundRecord::Genuine(record) => Connection::of(record, record.id())
            .map(|known| known.fields)
            .map_err(|_| UploadMisuse::Connection),
        FoundRecord::Denied(_) | FoundRecord::Missing => Ok(FieldRules::default()),
    }
}
