//! The records of one site: its state, opening its records, and the witness behind them.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::RecordError;
use super::lineage::Lineage;
use super::name::{MAX_NUMBER, RecordKind, RecordName};
use super::opened::Record;
use super::sealed::Sealed;
use super::site::{SiteData, SiteEvent, is_address};
use super::witness::{self, Witness, WitnessError, WitnessOf, WitnessPlace, WitnessTable};
use crate::decision::Decision;
use crate::entropy::{Entropy, EntropyError};
use crate::json::Object;
use crate::keyring::Keyring;
use crate::reason::Reason;
use crate::store::Store;

/// The records of a site.
pub struct Records {
    pub(super) keyring: Arc<Keyring>,
    pub(super) store: Arc<dyn Store>,
    pub(super) address: String,
    pub(super) site: Result<StoredSite, Reason>,
    /// The witness of the stored address; of the current one if there is no usable record of the site.
    pub(super) witness: Box<dyn Witness>,
    unraised: Mutex<Option<WitnessError>>,
}

/// The record of the site, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredSite {
    pub(super) version: u64,
    pub(super) data: SiteData,
}

impl StoredSite {
    fn open(keyring: &Keyring, text: Option<&str>) -> Result<Self, Reason> {
        let text = text.ok_or(Reason::RecordMissing)?;
        let sealed = Sealed::open(keyring, text)?;
        Ok(Self {
            version: sealed.version,
            data: SiteData::of(&sealed).ok_or(Reason::RecordForged)?,
        })
    }
}

pub(super) const SITE: RecordName = RecordName::single(RecordKind::Site);

impl Records {
    /// Reads the record of the site: `site` is its sealed text, `None` if it is missing. `address` is the current address
    /// of the site. A bad state is told by [`Records::state`].
    ///
    /// # Errors
    /// [`RecordError::Misuse`] for text that cannot be an address.
    pub fn new(
        keyring: Arc<Keyring>,
        store: Arc<dyn Store>,
        site: Option<&str>,
        address: &str,
    ) -> Result<Self, RecordError> {
        if !is_address(address) {
            return Err(RecordError::Misuse(
                "the address must be 1 to 512 bytes without control characters",
            ));
        }
        let site = StoredSite::open(&keyring, site);
        let stored = site.as_ref().map_or(address, |site| &site.data.address);
        Ok(Self {
            witness: witness::open(&store, WitnessOf::new(keyring.site(), stored)),
            address: address.to_owned(),
            keyring,
            store,
            site,
            unraised: Mutex::new(None),
        })
    }

    /// Returns whether agents may act on the site at all. A newer record of the site raises the witness.
    ///
    /// The reason is one of `record_missing`, `record_forged`, `keys_changed`, `site_moved`, `witness_unusable`,
    /// `witness_missing` and `record_rolled_back`.
    pub fn state(&self) -> Decision {
        match self.checked_state() {
            Ok(()) => Decision::Allow,
            Err(reason) => reason.into(),
        }
    }

    pub(super) fn checked_state(&self) -> Result<(), Reason> {
        self.state_by(&self.witness.read())
    }

    /// Returns the state of the site by what was read from its witness.
    fn state_by(
        &self,
        witness: &Result<Option<Arc<WitnessTable>>, WitnessError>,
    ) -> Result<(), Reason> {
        let site = self.site.as_ref().map_err(|reason| *reason)?;
        if self.is_moved() {
            // A database from before a move, which the witness of the current address knows about.
            return match self.witness_at(&self.address).read() {
                Ok(Some(table)) if table.is_behind(SITE, site.version) => {
                    Err(Reason::RecordRolledBack)
                }
                _ => Err(Reason::SiteMoved),
            };
        }
        match witness {
            Err(_) => Err(Reason::WitnessUnusable),
            Ok(None) => Err(Reason::WitnessMissing),
            Ok(Some(table)) if table.is_behind(SITE, site.version) => Err(Reason::RecordRolledBack),
            Ok(Some(table)) => {
                self.raise_to(table, SITE, site.version);
                Ok(())
            }
        }
    }

    /// Returns the epoch of the site, 0 if its record is not usable.
    #[must_use]
    pub fn site_epoch(&self) -> u64 {
        self.site.as_ref().map_or(0, |site| site.data.epoch)
    }

    /// Returns the lineage of the site; `None` if its record is not usable.
    pub(super) fn lineage(&self) -> Option<Lineage> {
        self.site.as_ref().ok().and_then(|site| site.data.lineage)
    }

    /// Returns the data of the next version of the site's record.
    ///
    /// # Errors
    /// [`EntropyError`] if the source of randomness fails.
    pub fn site_data(
        &self,
        event: SiteEvent,
        entropy: &dyn Entropy,
    ) -> Result<String, EntropyError> {
        let before = self.site.as_ref().ok().map(|site| &site.data);
        let (version, new) = (self.last_version(SITE, None) + 1, Lineage::random(entropy)?);
        Ok(SiteData::after(before, event, version, &self.address, new).to_json())
    }

    /// Opens the record `name` from its sealed text: `None` if the database has no such row, an empty text if the row was
    /// never sealed. A newer version raises the witness.
    ///
    /// # Errors
    /// * [`Reason::RecordMissing`]: there is no text, although the witness may know the record.
    /// * [`Reason::RecordUnsealed`]: the text is empty, and the witness does not know the record.
    /// * [`Reason::RecordForged`], [`Reason::KeysChanged`]: see [`Sealed::open`]; also for another record.
    /// * [`Reason::RecordForeign`]: the record is of another lineage.
    /// * [`Reason::RecordRolledBack`]: the record is behind its witness.
    pub fn open(&self, name: RecordName, text: Option<&str>) -> Result<Record, Reason> {
        let text = match text {
            None => return Err(Reason::RecordMissing),
            Some("") => {
                let known = self.witness.read().ok().flatten();
                let is_known = known.is_some_and(|table| table.least(name).is_some());
                return Err(if is_known {
                    Reason::RecordMissing
                } else {
                    Reason::RecordUnsealed
                });
            }
            Some(text) => text,
        };
        let sealed = self.open_text(name, text)?;
        // Read once: the same table tells the state of the site.
        let witness = self.witness.read();
        if let Ok(Some(table)) = &witness {
            if table.is_behind(name, sealed.version) {
                return Err(Reason::RecordRolledBack);
            }
            self.raise_to(table, name, sealed.version);
        }
        let entry = sealed.entry.ok_or(Reason::RecordForged)?;
        let state = match self.state_by(&witness) {
            Ok(()) => Decision::Allow,
            Err(reason) => reason.into(),
        };
        Ok(Record::new(sealed, entry, self.site_epoch(), state))
    }

    pub(super) fn open_text(&self, name: RecordName, text: &str) -> Result<Sealed, Reason> {
        let sealed = Sealed::open(&self.keyring, text)?;
        if sealed.name != name {
            return Err(Reason::RecordForged);
        }
        // Nothing is granted while the record of the site is not usable.
        let is_foreign = match &self.site {
            Ok(site) => name != SITE && sealed.lineage != site.data.lineage,
            Err(_) => false,
        };
        if is_foreign {
            return Err(Reason::RecordForeign);
        }
        Ok(sealed)
    }

    /// Returns whether all agents are stopped: unless the site is in order, and a current record of the kill switch says
    /// that it is off.
    #[must_use]
    pub fn is_stopped(&self, text: Option<&str>) -> bool {
        let name = RecordName::single(RecordKind::KillSwitch);
        let is_off = self.open(name, text).is_ok_and(|record| {
            let data = Object::parse(record.data());
            record.site_state().is_allowed()
                && data.is_some_and(|data| data.get("on").is_some_and(|on| on.get() == "false"))
        });
        !is_off
    }

    /// Tells where the witness lies.
    #[must_use]
    pub fn place(&self) -> WitnessPlace {
        self.witness.place()
    }

    /// Returns the number of records that the witness knows.
    #[must_use]
    pub fn known(&self) -> usize {
        let table = self.witness.read().ok().flatten();
        table.map_or(0, |table| table.len())
    }

    /// Returns why the witness could not be read now, or could not be raised to a record that was read since this value
    /// exists. Reading records does not fail for that.
    #[must_use]
    pub fn failure(&self) -> Option<WitnessError> {
        let unraised = *self.unraised.lock().unwrap_or_else(PoisonError::into_inner);
        self.witness.read().err().or(unraised)
    }

    /// Returns a random id for a new record, from 1 to 2^63 - 1.
    ///
    /// # Errors
    /// [`EntropyError`] if the source of randomness fails.
    pub fn new_id(entropy: &dyn Entropy) -> Result<u64, EntropyError> {
        loop {
            let mut bytes = [0; 8];
            entropy.fill(&mut bytes)?;
            let id = u64::from_be_bytes(bytes) & MAX_NUMBER;
            if id != 0 {
                return Ok(id);
            }
        }
    }

    pub(super) fn is_moved(&self) -> bool {
        self.site
            .as_ref()
            .is_ok_and(|site| site.data.address != self.address)
    }

    pub(super) fn witness_at(&self, address: &str) -> Box<dyn Witness> {
        witness::open(&self.store, WitnessOf::new(self.keyring.site(), address))
    }

    /// Opens texts of any kind but beacons.
    pub(super) fn open_all(&self, texts: &[&str]) -> Result<Vec<Sealed>, Reason> {
        texts
            .iter()
            .map(|text| {
                Sealed::open(&self.keyring, text).and_then(|sealed| match sealed.name.kind() {
                    RecordKind::Beacon => Err(Reason::RecordForged),
                    RecordKind::Site if SiteData::of(&sealed).is_none() => {
                        Err(Reason::RecordForged)
                    }
                    _ => Ok(sealed),
                })
            })
            .collect()
    }

    /// Takes the newest record of the site among `sealed` as the stored one.
    pub(super) fn take_site(&mut self, sealed: &[Sealed]) {
        let newest = sealed
            .iter()
            .filter_map(|sealed| Some((sealed.version, SiteData::of(sealed)?)))
            .max_by_key(|(version, _)| *version);
        if let Some((version, data)) = newest
            && self
                .site
                .as_ref()
                .map_or(true, |site| site.version < version)
        {
            self.witness = self.witness_at(&data.address);
            self.site = Ok(StoredSite { version, data });
        }
    }

    /// Raises the witness, whose table is `table`, to a record that was read. A failure is kept for [`Records::failure`].
    fn raise_to(&self, table: &WitnessTable, name: RecordName, version: u64) {
        // The witness of another address belongs to the original of a copy.
        if self.site.is_err() || self.is_moved() || table.least(name) >= Some(version) {
            return;
        }
        let raised = self.witness.update(false, &mut |table| {
            let mut table = table?.clone();
            table.raise(name, version).then_some(table)
        });
        let raised = raised.and_then(|()| {
            self.at_former(&mut |table| {
                table.raise(name, version);
            })
        });
        if let Err(error) = raised {
            let mut unraised = self.unraised.lock().unwrap_or_else(PoisonError::into_inner);
            *unraised = Some(error);
        }
    }
}

pub(super) fn raise_all(table: &mut WitnessTable, sealed: &[Sealed]) {
    for sealed in sealed {
        table.raise(sealed.name, sealed.version);
    }
}
