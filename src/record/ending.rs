//! The final version of a record that has ended.

use super::name::{RecordKind, RecordName};
use crate::json::Object;

/// The version of a record that has ended: a connection that was revoked. No version follows it.
///
/// The witness of such a record refuses every other version, so a restored database revives nothing, also if a person
/// confirms it. It is the largest integer that every reader of JSON keeps.
pub const FINAL_VERSION: u64 = (1 << 53) - 1;

/// Returns whether `data` end the record `name`.
pub(super) fn ends(name: RecordName, data: &str) -> bool {
    name.kind() == RecordKind::Connection
        && Object::parse(data).is_some_and(|data| data.text("state").as_deref() == Some("revoked"))
}
