//! Which version of a record follows, and records behind their witness.

use super::ending::{FINAL_VERSION, ends};
use super::error::RecordError;
use super::name::{RecordKind, RecordName};
use super::opened::Record;
use super::ratchet::{Ratchet, RatchetAct};
use super::records::{Records, SITE};
use super::witness::Witness;
use crate::clock::Timestamp;
use crate::reason::Reason;

impl Records {
    /// Returns the version that follows all known ones of a record: of `text`, if it opens, and of the witness. It is
    /// [`FINAL_VERSION`] if `data` end the record, or if the record has ended.
    ///
    /// It is not below the time `now` in milliseconds. So after a restore that nobody could notice, no version is given
    /// twice: an older record of a time that is lost is always behind. The record of the site counts by one, and a grant
    /// has only version 1.
    #[must_use]
    pub fn next_version(
        &self,
        name: RecordName,
        text: Option<&str>,
        data: Option<&str>,
        now: Timestamp,
    ) -> u64 {
        if data.is_some_and(|data| ends(name, data)) {
            return FINAL_VERSION;
        }
        let next = self.last_version(name, text).saturating_add(1);
        let least = match name.kind() {
            RecordKind::Site | RecordKind::Grant => 1,
            _ => now.millis().min(FINAL_VERSION - 1),
        };
        FINAL_VERSION.min(next.max(least))
    }

    /// Returns the last known version of a record, 0 if none is known.
    pub(super) fn last_version(&self, name: RecordName, text: Option<&str>) -> u64 {
        let stored = text
            .and_then(|text| self.open_text(name, text).ok())
            .map(|sealed| sealed.version);
        let of_site = match (&self.site, name == SITE) {
            (Ok(site), true) => Some(site.version),
            _ => None,
        };
        let read = |witness: &dyn Witness| witness.read().ok().flatten()?.least(name);
        let here = self
            .is_moved()
            .then(|| read(&*self.witness_at(&self.address)))
            .flatten();
        let known = [stored, of_site, read(&*self.witness), here];
        known.into_iter().flatten().max().unwrap_or(0)
    }

    /// Opens a record that is genuine but behind its witness, because the database was restored, so that a person can see it
    /// and decide to seal it again as a new version. The returned record grants nothing: its state of the site denies.
    ///
    /// # Errors
    /// * [`Reason::AgentAtWork`]: the ratchet is engaged.
    /// * The reason of [`Records::state`]: a person has to answer about the whole site first.
    /// * [`Reason::RecordForged`], [`Reason::KeysChanged`]: the text is not genuine.
    /// * [`Reason::ConnectionRevoked`]: the witness knows that the record has ended. Nothing revives it.
    /// * [`RecordError::Misuse`]: the record is not behind its witness.
    pub fn open_behind(
        &self,
        name: RecordName,
        text: &str,
        ratchet: Option<&Ratchet>,
    ) -> Result<Record, RecordError> {
        ratchet.map_or(Ok(()), |ratchet| ratchet.check(RatchetAct::Give))?;
        self.checked_state()?;
        let sealed = self.open_text(name, text)?;
        let table = self.witness.read()?.ok_or(Reason::WitnessMissing)?;
        if !table.is_behind(name, sealed.version) {
            return Err(RecordError::Misuse(
                "the record is not behind its witness: use open()",
            ));
        }
        if table.least(name) == Some(FINAL_VERSION) {
            return Err(Reason::ConnectionRevoked.into());
        }
        let entry = sealed.entry.ok_or(Reason::RecordForged)?;
        let denied = Reason::RecordRolledBack.into();
        Ok(Record::new(sealed, entry, self.site_epoch(), denied))
    }
}
