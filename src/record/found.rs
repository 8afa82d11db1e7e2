//! What opening a stored record gave, and what that means for those who depend on it.

use serde::de::DeserializeOwned;

use super::{Record, RecordKind};
use crate::decision::{Decision, Denial};
use crate::reason::Reason;

/// What opening a stored record gave. Every decision on a record takes this, and never text from the database.
#[derive(Debug, Clone, Copy)]
pub enum FoundRecord<'a> {
    /// The record is as it was sealed and not behind its witness.
    Genuine(&'a Record),
    /// The record cannot be used.
    Denied(Denial),
    /// There is no such record.
    Missing,
}

impl<'a> FoundRecord<'a> {
    /// Returns the record, if agents may act on it; `None` if there is none.
    ///
    /// # Errors
    /// [`RecordRefusal`] if the record cannot be used, or if no agent may act on the site.
    pub fn usable(self) -> Result<Option<&'a Record>, RecordRefusal> {
        match self {
            Self::Genuine(record) => match record.site_state() {
                Decision::Allow => Ok(Some(record)),
                Decision::Deny(denial) => Err(RecordRefusal {
                    denial,
                    outlook: TokenOutlook::SiteClosed,
                }),
            },
            Self::Denied(denial) => Err(RecordRefusal::of(denial)),
            Self::Missing => Ok(None),
        }
    }
}

/// A refusal because of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRefusal {
    /// The reason.
    pub denial: Denial,
    /// What the refusal means for tokens.
    pub outlook: TokenOutlook,
}

impl RecordRefusal {
    /// Returns the refusal of one connection, grant or client.
    #[must_use]
    pub const fn of(denial: Denial) -> Self {
        Self {
            denial,
            outlook: TokenOutlook::of(denial.reason),
        }
    }
}

/// What a refusal because of a record means for the tokens that depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOutlook {
    /// They work again after a person has decided about the connection.
    Paused,
    /// They never work again, so the client has to connect again.
    Ended,
    /// They work again after the site was put in order.
    SiteClosed,
}

impl TokenOutlook {
    /// A reason that is not known here closes the site.
    const fn of(reason: Reason) -> Self {
        match reason {
            Reason::ConnectionPaused
            | Reason::AccountChanged
            | Reason::RecordRolledBack
            | Reason::RecordUnsealed => Self::Paused,
            Reason::ConnectionUnknown
            | Reason::ConnectionRevoked
            | Reason::AppPasswordForeign
            | Reason::TokenRevoked
            | Reason::RecordForged
            | Reason::RecordForeign
            | Reason::KeysChanged => Self::Ended,
            _ => Self::SiteClosed,
        }
    }
}

/// A genuine record that the caller may not use here: it is of another kind, has another id, or its data have another
/// form. Only a mistake of the calling program, or a newer version that made the record, can cause this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the record is of another kind, has another id, or its data have another form")]
pub struct UnusableRecord;

impl Record {
    /// Returns the data of the record if it is of `kind`.
    ///
    /// # Errors
    /// [`UnusableRecord`] if the record is of another kind, or its data have another form.
    pub fn read<T: DeserializeOwned>(&self, kind: RecordKind) -> Result<T, UnusableRecord> {
        if self.kind() != kind {
            return Err(UnusableRecord);
        }
        serde_json::from_str(self.data()).map_err(|_| UnusableRecord)
    }
}
