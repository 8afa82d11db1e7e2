//! A session that is open for one request.

use std::sync::Arc;

use super::admitted::admitted;
use super::mark::Mark;

use super::terms::{UploadMisuse, UploadTerms};
use crate::access::FieldRules;
use crate::bytes::hex;
use crate::call::target::Target;
use crate::clock::Timestamp;
use crate::decision::Decision;
use crate::keyring::SiteId;
use crate::reason::Reason;
use crate::record::FoundRecord;
use crate::store::Store;
use crate::token::Claims;

/// A genuine link that has not expired. Its session may be closed.
#[derive(Debug, Clone)]
pub struct UploadLink {
    pub(super) claims: Claims,
    pub(super) ip: String,
}

impl UploadLink {
    /// Returns the id of the session: 24 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.claims.id)
    }

    /// Returns the id of the connection that the session belongs to.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.claims.subject
    }

    /// Returns when the session ends.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.claims.expires
    }

    pub(super) fn mark(&self, site: SiteId) -> Mark {
        Mark::new(
            site,
            self.claims.id,
            self.claims.issued,
            self.claims.expires,
        )
    }
}

/// A session that was open when its request began.
pub struct UploadSession {
    pub(super) mark: Mark,
    pub(super) connection: u64,
    pub(super) epoch: u32,
    pub(super) terms: UploadTerms,
    pub(super) fields: FieldRules,
    pub(super) store: Arc<dyn Store>,
}

impl UploadSession {
    /// Returns the id of the connection that the session belongs to.
    #[must_use]
    pub const fn connection(&self) -> u64 {
        self.connection
    }

    /// Returns what may be uploaded.
    #[must_use]
    pub const fn terms(&self) -> &UploadTerms {
        &self.terms
    }

    /// Decides whether the session is still open and its connection may still act. Ask before each write.
    ///
    /// # Errors
    /// [`UploadMisuse::Connection`] if the record is not that of the connection of the session.
    pub fn may_go_on(
        &self,
        connection: FoundRecord<'_>,
        kill_switch: bool,
        now: Timestamp,
    ) -> Result<Decision, UploadMisuse> {
        if let FoundRecord::Genuine(record) = connection
            && record.id() != self.connection
        {
            return Err(UploadMisuse::Connection);
        }
        if let Err(reason) = self.mark.check(&*self.store, now) {
            return Ok(reason.into());
        }
        admitted(connection, kill_switch, Some(self.epoch))
    }

    /// Decides whether an upload may change an item, or make an item what `target` says. It may if visitors do not see it;
    /// otherwise the refusal is [`Reason::WriteRefused`]. The PHP class `McpCall` documents the form of `target`.
    ///
    /// # Errors
    /// [`UploadMisuse::Target`] if it has another form.
    pub fn may_change(&self, target: &str) -> Result<Decision, UploadMisuse> {
        let target = Target::parse(target).map_err(|_| UploadMisuse::Target)?;
        Ok(if target.is_visible() {
            Reason::WriteRefused.into()
        } else {
            Decision::Allow
        })
    }

    /// Returns whether no rule of the connection forbids a field, as the record said when the session was opened.
    #[must_use]
    pub const fn may_write_every_field(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns the rule that forbids the connection to write a field of an item, or `None` if it may.
    #[must_use]
    pub fn forbids(&self, field: &str) -> Option<&str> {
        self.fields.forbids(field)
    }
}
