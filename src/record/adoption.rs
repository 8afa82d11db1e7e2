//! Making a witness: for a site that has lost it, that has moved, or that is a copy.

use super::beacon::Beacon;
use super::error::RecordError;
use super::ratchet::{Ratchet, RatchetAct};
use super::records::{Records, SITE, raise_all};
use super::sealed::Sealed;
use super::site::SiteData;
use super::witness::{WitnessError, WitnessTable};
use crate::clock::Timestamp;
use crate::reason::Reason;

/// How much older than the making of a witness a record may be that neither the beacon nor the database showed then, in
/// milliseconds. The clocks of several web servers differ, and replicas of the database lag.
const FLOOR_MARGIN_MS: u64 = 5 * 60 * 1000;

impl Records {
    /// Makes the witness of a site that has lost it, from the last beacon and from `texts`, all records of the database.
    ///
    /// Without a person this needs a beacon that is less than two hours old. A person who has confirmed that the database
    /// is current needs none, and also replaces a damaged witness. Records behind the beacon stay behind, and so are records
    /// from before now that neither the beacon nor `texts` show: the lost witness may have known better.
    ///
    /// # Errors
    /// * [`Reason::AgentAtWork`]: the ratchet is engaged.
    /// * The reason of [`Records::state`]: the record of the site is not usable, or is of another address.
    /// * [`Reason::WitnessMissing`]: a person must confirm.
    /// * The reason of [`Sealed::open`] for a text that does not open.
    /// * [`RecordError::Witness`]: the witness cannot be written durably.
    pub fn adopt(
        &mut self,
        beacon: Option<&str>,
        texts: &[&str],
        confirmed: bool,
        now: Timestamp,
        ratchet: Option<&Ratchet>,
    ) -> Result<(), RecordError> {
        give(ratchet)?;
        match self.checked_state() {
            Ok(()) => return Ok(()),
            Err(Reason::WitnessMissing) => {}
            Err(Reason::WitnessUnusable) if confirmed => {}
            Err(reason) => return Err(reason.into()),
        }
        let beacon = beacon.and_then(|text| Beacon::open(&self.keyring, text, self.lineage()));
        let is_fresh = beacon
            .as_ref()
            .is_some_and(|beacon| beacon.is_fresh(&self.address, now));
        if !confirmed && !is_fresh {
            return Err(Reason::WitnessMissing.into());
        }
        let mut made = beacon.map_or_else(WitnessTable::default, |beacon| beacon.table);
        let mut sealed = self.open_all(texts)?;
        sealed.retain(|sealed| sealed.name == SITE || sealed.lineage == self.lineage());
        raise_all(&mut made, &sealed);
        made.raise_floor(floor(now));
        if let Ok(site) = &self.site {
            made.raise(SITE, site.version);
        }
        self.witness
            .update(confirmed, &mut |table| Some(joined(table, &made)))?;
        Ok(())
    }

    /// Gives the site a witness at its current address, after a person has said that it has moved there. Call it after
    /// the commit of the record of the site for [`SiteEvent::Moved`](super::SiteEvent::Moved). `texts` are all records of
    /// the database, with that record.
    ///
    /// The new witness has the versions of the old address's witness, or of `beacon` if that is missing, of a witness that
    /// the current address had before, and of `texts`. Without the old witness, other records from before `now` are behind. If the site goes on, the witness of the old address gets the same
    /// versions: a database from before the move would else bring back there what was ended since. If the database of
    /// another place was put here, that place goes on too, and its witness is not touched.
    ///
    /// # Errors
    /// Those of [`Records::copied`].
    pub fn moved(
        &mut self,
        beacon: Option<&str>,
        texts: &[&str],
        now: Timestamp,
        ratchet: Option<&Ratchet>,
    ) -> Result<(), RecordError> {
        let (sealed, site) = self.relocated(texts, ratchet)?;
        let mut made = WitnessTable::default();
        match self.witness.read() {
            Ok(Some(table)) => made.merge(&table),
            Ok(None) | Err(WitnessError::Damaged) => {
                let beacon =
                    beacon.and_then(|text| Beacon::open(&self.keyring, text, self.lineage()));
                if let Some(beacon) = beacon {
                    made.merge(&beacon.table);
                }
                made.raise_floor(floor(now));
            }
            Err(error) => return Err(error.into()),
        }
        raise_all(&mut made, &sealed);
        self.witness_at(&site.address)
            .update(true, &mut |table| Some(joined(table, &made)))?;
        self.take_site(&sealed);
        self.at_former(&mut |table| table.merge(&made))?;
        Ok(())
    }

    /// Gives a copy of the site a witness of its own, after a person has said that it is one. Call it after the commit of
    /// the record of the site for [`SiteEvent::Copied`](super::SiteEvent::Copied). `texts` are all records of the database,
    /// with that record. The witness of the original is not touched.
    ///
    /// # Errors
    /// * [`Reason::AgentAtWork`]: the ratchet is engaged.
    /// * The reason of [`Sealed::open`] for a text that does not open.
    /// * [`RecordError::Misuse`]: the stored record is not of another address, or `texts` have no newer one of the current
    ///   address.
    /// * [`RecordError::Witness`]: the witness cannot be written durably.
    pub fn copied(&mut self, texts: &[&str], ratchet: Option<&Ratchet>) -> Result<(), RecordError> {
        let (sealed, site) = self.relocated(texts, ratchet)?;
        let mut made = WitnessTable::default();
        raise_all(&mut made, &sealed);
        self.witness_at(&site.address)
            .update(true, &mut |table| Some(joined(table, &made)))?;
        self.take_site(&sealed);
        Ok(())
    }

    /// Opens `texts` and returns the new record of the site among them.
    fn relocated(
        &self,
        texts: &[&str],
        ratchet: Option<&Ratchet>,
    ) -> Result<(Vec<Sealed>, SiteData), RecordError> {
        give(ratchet)?;
        let sealed = self.open_all(texts)?;
        let before = self.site.as_ref().map_or(0, |site| site.version);
        let new = sealed
            .iter()
            .filter(|sealed| sealed.version > before)
            .filter_map(SiteData::of)
            .find(|site| site.address == self.address);
        match new {
            Some(site) if self.is_moved() => Ok((sealed, site)),
            _ => Err(RecordError::Misuse(
                "a moved site or a copy needs a new record of the site with its current address",
            )),
        }
    }
}

fn give(ratchet: Option<&Ratchet>) -> Result<(), Reason> {
    ratchet.map_or(Ok(()), |ratchet| ratchet.check(RatchetAct::Give))
}

const fn floor(now: Timestamp) -> u64 {
    now.millis().saturating_sub(FLOOR_MARGIN_MS)
}

fn joined(table: Option<&WitnessTable>, made: &WitnessTable) -> WitnessTable {
    let mut joined = table.cloned().unwrap_or_default();
    joined.merge(made);
    joined
}
