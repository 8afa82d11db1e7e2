//! Changing records: the entry that explains a change, the sealed text, and the witness after the commit.

use super::beacon;
use super::change::RecordChange;
use super::ending::FINAL_VERSION;
use super::error::RecordError;
use super::ratchet::{Ratchet, RatchetAct};
use super::records::{Records, SITE, raise_all};
use super::sealed::{RecordEntry, Sealed};
use super::site::SiteData;
use super::witness::{WitnessError, WitnessTable};
use crate::audit::append::Appended;
use crate::audit::draft::Draft;
use crate::audit::entry::Entry;
use crate::audit::explained::ExplainedRecord;
use crate::bytes::sha256;
use crate::clock::Timestamp;
use crate::reason::Reason;

impl Records {
    /// Returns the audit draft `draft` with the member `records`, which explains `changes`.
    ///
    /// # Errors
    /// [`RecordError::Misuse`] for a draft or a change that is not valid.
    pub fn explain(draft: &str, changes: &[RecordChange<'_>]) -> Result<String, RecordError> {
        let wrong = RecordError::Misuse("the draft must be the JSON of an audit entry");
        let mut draft = Draft::from_json(draft).map_err(|_| wrong)?;
        for change in changes {
            let data = change.canonical_data()?;
            draft.records.push(ExplainedRecord {
                name: change.name.to_string(),
                version: change.version,
                digest: sha256(data.as_bytes()),
            });
        }
        let draft = draft.to_json();
        Draft::from_json(&draft).map_err(|_| {
            RecordError::Misuse("an audit entry explains at most 32 records: append several")
        })?;
        Ok(draft)
    }

    /// Seals a record. An entry of `append` must explain exactly this version and these data. `previous` is the sealed
    /// text of the version before, which proves to the ratchet what changes.
    ///
    /// # Errors
    /// * [`Reason::AgentAtWork`]: the ratchet is engaged, and the record does not only take rights away.
    /// * [`Reason::RecordRolledBack`]: the version is not above the version of the witness or of `previous`.
    /// * [`Reason::RecordUnexplained`]: no entry of `append` explains it.
    /// * [`Reason::RecordMissing`], [`Reason::RecordForged`], [`Reason::KeysChanged`]: the record of the site cannot be used,
    ///   so no other one can be sealed.
    /// * [`RecordError::Misuse`] for data, a version or an address that the record cannot have.
    pub fn seal(
        &self,
        append: &Appended,
        change: &RecordChange<'_>,
        previous: Option<&str>,
        ratchet: Option<&Ratchet>,
    ) -> Result<String, RecordError> {
        let &RecordChange { name, version, .. } = change;
        let data = change.canonical_data()?;
        let previous = previous
            .map(|text| self.open_text(name, text))
            .transpose()?;
        if let Some(ratchet) = ratchet {
            ratchet.check(RatchetAct::Seal {
                name,
                previous: previous.as_ref().map(|previous| previous.data.as_str()),
                data: &data,
            })?;
        }
        if name == SITE && SiteData::parse(&data).is_none_or(|site| site.address != self.address) {
            return Err(RecordError::Misuse(
                "the record of the site must have the data of siteData()",
            ));
        }
        if name != SITE
            && let Err(reason) = &self.site
        {
            return Err((*reason).into());
        }
        if version <= self.last_version(name, None).min(FINAL_VERSION - 1)
            || previous.is_some_and(|previous| previous.version >= version)
        {
            return Err(Reason::RecordRolledBack.into());
        }
        let mut sealed = Sealed {
            name,
            version,
            data,
            entry: None,
            lineage: self.lineage().filter(|_| name != SITE),
        };
        sealed.entry = append.rows.iter().find_map(|row| {
            let entry = Entry::parse(&row.body).ok()?;
            sealed.is_explained_in(&entry).then_some(RecordEntry {
                sequence: row.seq,
                leaf: row.leaf,
            })
        });
        if sealed.entry.is_none() {
            return Err(Reason::RecordUnexplained.into());
        }
        sealed
            .seal(&self.keyring)
            .ok_or(RecordError::Misuse("the data of the record are too long"))
    }

    /// Raises the witness to records that were committed to the database. With the first record of the site, which has
    /// version 1, it makes the witness. Afterwards, these records count as the current ones.
    ///
    /// # Errors
    /// * The reason of [`Sealed::open`] for a text that does not open.
    /// * [`Reason::SiteMoved`]: the witness belongs to another address: see [`Records::moved`].
    /// * [`Reason::WitnessMissing`]: there is no witness: see [`Records::adopt`].
    /// * [`Reason::AgentAtWork`]: the ratchet is engaged, and there is no witness yet.
    /// * [`RecordError::Witness`]: the witness cannot be read or written durably.
    pub fn committed(
        &mut self,
        texts: &[&str],
        ratchet: Option<&Ratchet>,
    ) -> Result<(), RecordError> {
        let sealed = self.open_all(texts)?;
        if self.is_moved() {
            return Err(Reason::SiteMoved.into());
        }
        let is_first = sealed
            .iter()
            .any(|sealed| sealed.name == SITE && sealed.version == 1);
        let mut refused = None;
        self.witness.update(false, &mut |table| {
            let mut table = match table {
                Some(table) => table.clone(),
                None if !is_first => {
                    refused = Some(Reason::WitnessMissing);
                    return None;
                }
                None if ratchet.is_some() => {
                    refused = Some(Reason::AgentAtWork);
                    return None;
                }
                None => WitnessTable::default(),
            };
            raise_all(&mut table, &sealed);
            Some(table)
        })?;
        if let Some(reason) = refused {
            return Err(reason.into());
        }
        self.take_site(&sealed);
        self.at_former(&mut |table| raise_all(table, &sealed))?;
        Ok(())
    }

    /// Raises the witnesses of the addresses that the site had before, where they are.
    pub(super) fn at_former(
        &self,
        raise: &mut dyn FnMut(&mut WitnessTable),
    ) -> Result<(), WitnessError> {
        let former = self.site.as_ref().map_or(&[][..], |site| &site.data.former);
        for address in former {
            let raised = self.witness_at(address).update(false, &mut |table| {
                let mut table = table?.clone();
                raise(&mut table);
                Some(table)
            });
            match raised {
                // A person has to confirm the database before anybody acts there again.
                Ok(()) | Err(WitnessError::Damaged) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns a sealed copy of the witness, to be stored in the database every hour.
    ///
    /// # Errors
    /// The reason of [`Records::state`] if the site is not in order; [`RecordError::Witness`] if the witness cannot be read.
    pub fn beacon(&self, now: Timestamp) -> Result<String, RecordError> {
        self.checked_state()?;
        let table = self.witness.read()?.ok_or(Reason::WitnessMissing)?;
        beacon::seal(&self.keyring, &table, &self.address, self.lineage(), now)
            .ok_or_else(|| WitnessError::Full.into())
    }
}
