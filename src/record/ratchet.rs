//! What a process can still do after it has begun a call of an agent.
//!
//! A tool that goes astray runs in the process of the call. From the start of the call until the next request begins, this
//! process can only take rights away: pause the connection of the call, or switch the kill switch on. It can also invite
//! people to upload files for the connection of the call. The rule is checked by each operation at its time, so an object
//! that was made before the call gains nothing.

use super::name::{RecordKind, RecordName};
use crate::json::Object;
use crate::reason::Reason;

/// What a process is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatchetAct<'a> {
    /// Seal a record.
    Seal {
        /// Its name.
        name: RecordName,
        /// The canonical data of the record that it replaces, if that was proved.
        previous: Option<&'a str>,
        /// Its canonical data.
        data: &'a str,
    },
    /// Seal or open a secret of the vault.
    OpenSecret {
        /// The purpose for which it is sealed.
        purpose: &'a str,
    },
    /// Open the vault itself, to open secrets with it.
    OpenVault,
    /// Issue the link of an upload session of a connection: it grants less than the calls of this connection.
    Invite {
        /// The id of the connection.
        connection: u64,
    },
    /// Anything else that gives rights: issuing tokens, approving, taking over records, acknowledging a restored log,
    /// changing keys or slots.
    Give,
}

/// The state of a process that has begun a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratchet {
    connection: u64,
    purposes: Vec<String>,
}

impl Ratchet {
    /// Engages the ratchet for a call of `connection` that declared to open secrets for `purposes`.
    #[must_use]
    pub const fn new(connection: u64, purposes: Vec<String>) -> Self {
        Self {
            connection,
            purposes,
        }
    }

    /// Checks an act.
    ///
    /// # Errors
    /// [`Reason::AgentAtWork`] unless it only takes rights away, or belongs to the call.
    pub fn check(&self, act: RatchetAct<'_>) -> Result<(), Reason> {
        let permitted = match act {
            RatchetAct::Seal {
                name,
                previous,
                data,
            } => match name.kind() {
                RecordKind::KillSwitch => member_is(data, "on", "true"),
                RecordKind::Connection => {
                    name.id() == self.connection
                        && previous.is_some_and(|previous| only_pauses(previous, data))
                }
                _ => false,
            },
            RatchetAct::OpenSecret { purpose } => {
                self.purposes.iter().any(|declared| declared == purpose)
            }
            RatchetAct::OpenVault => !self.purposes.is_empty(),
            RatchetAct::Invite { connection } => connection == self.connection,
            RatchetAct::Give => false,
        };
        if permitted {
            Ok(())
        } else {
            Err(Reason::AgentAtWork)
        }
    }
}

/// Returns whether the member `name` of the canonical object `data` is written as `text`.
fn member_is(data: &str, name: &str, text: &str) -> bool {
    Object::parse(data).is_some_and(|data| data.get(name).is_some_and(|value| value.get() == text))
}

/// Returns whether a connection with the data `before` is paused by `after`, and nothing else changes.
fn only_pauses(before: &str, after: &str) -> bool {
    let (Some(mut before), Some(mut after)) = (Object::parse(before), Object::parse(after)) else {
        return false;
    };
    let was = before.text("state");
    let is_paused = after.text("state").as_deref() == Some("paused")
        && matches!(was.as_deref(), Some("active" | "paused"));
    for name in ["state", "state_at", "state_by", "state_reason"] {
        before.remove(name);
        after.remove(name);
    }
    is_paused && before.to_json() == after.to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIVE: &str =
        r#"{"epoch":1,"groups":["read"],"state":"active","state_at":1,"state_reason":""}"#;
    const PAUSED: &str =
        r#"{"epoch":1,"groups":["read"],"state":"paused","state_at":2,"state_reason":"admin"}"#;

    fn seals(kind: RecordKind, id: u64, previous: Option<&str>, data: &str) -> bool {
        let name = RecordName::new(kind, id).unwrap();
        let act = RatchetAct::Seal {
            name,
            previous,
            data,
        };
        Ratchet::new(7, Vec::new()).check(act).is_ok()
    }

    #[test]
    fn only_the_own_connection_can_be_paused() {
        let connection = RecordKind::Connection;
        assert!(seals(connection, 7, Some(ACTIVE), PAUSED));
        assert!(seals(connection, 7, Some(PAUSED), PAUSED));
        assert!(!seals(connection, 8, Some(ACTIVE), PAUSED));
        assert!(!seals(connection, 7, None, PAUSED));
        assert!(!seals(connection, 7, Some(PAUSED), ACTIVE));
        assert!(!seals(connection, 7, Some(ACTIVE), ACTIVE));
        let by_a_person = PAUSED.replace('{', r#"{"state_by":3,"#);
        assert!(seals(connection, 7, Some(ACTIVE), &by_a_person));
        assert!(seals(connection, 7, Some(&by_a_person), PAUSED));
        let revoked = ACTIVE.replace("active", "revoked");
        assert!(!seals(connection, 7, Some(&revoked), PAUSED));
        for wider in [
            PAUSED.replace(r#"["read"]"#, r#"["read","publish"]"#),
            PAUSED.replace(r#""epoch":1"#, r#""epoch":2"#),
            PAUSED.replace('{', r#"{"admin":true,"#),
            PAUSED.replace(r#""groups":["read"],"#, ""),
            "[]".to_owned(),
        ] {
            assert!(!seals(connection, 7, Some(ACTIVE), &wider), "{wider}");
        }
    }

    #[test]
    fn the_kill_switch_can_be_switched_on() {
        let kind = RecordKind::KillSwitch;
        assert!(seals(kind, 0, None, r#"{"on":true}"#));
        for wrong in [r#"{"on":false}"#, r#"{"on":"true"}"#, "{}", "true", ""] {
            assert!(!seals(kind, 0, Some(r#"{"on":false}"#), wrong), "{wrong}");
        }
    }

    #[test]
    fn other_records_and_rights_are_refused() {
        for (kind, id) in [
            (RecordKind::Site, 0),
            (RecordKind::Settings, 0),
            (RecordKind::Grant, 7),
            (RecordKind::Client, 7),
        ] {
            assert!(!seals(kind, id, Some(ACTIVE), PAUSED), "{}", kind.word());
        }
        let ratchet = Ratchet::new(7, vec!["mail".to_owned()]);
        assert_eq!(ratchet.check(RatchetAct::Give), Err(Reason::AgentAtWork));
        let open = |purpose| ratchet.check(RatchetAct::OpenSecret { purpose });
        assert_eq!(open("mail"), Ok(()));
        assert_eq!(open("mai"), Err(Reason::AgentAtWork));
        assert_eq!(ratchet.check(RatchetAct::OpenVault), Ok(()));
        let invite = |connection| ratchet.check(RatchetAct::Invite { connection });
        assert_eq!(invite(7), Ok(()));
        assert_eq!(invite(8), Err(Reason::AgentAtWork));
        let without = Ratchet::new(7, Vec::new());
        assert_eq!(
            without.check(RatchetAct::OpenVault),
            Err(Reason::AgentAtWork)
        );
    }
}
