//! `Countersign\Records`.

use std::sync::Arc;

use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::opened::PhpRecord;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::php::audit::PhpAuditAppend;
use crate::php::convert::{ArrayRow, Either, assoc, int, number, string_list};
use crate::php::decision::PhpDecision;
use crate::php::error::{BindingError, BindingResult, misuse};
use crate::php::keyring::PhpKeyring;
use crate::php::ratchet;
use crate::php::store::PhpStore;
use crate::reason::Reason;
use crate::record::{RecordChange, RecordError, RecordKind, RecordName, Records, SiteEvent};

/// The records of a site.
#[php_class]
#[php(name = "Countersign\\Records")]
pub struct PhpRecords(Records);

impl From<RecordError> for BindingError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Refused(reason) => ratchet::refused(reason),
            other => Self::of(other.reason(), other.to_string()),
        }
    }
}

fn name(kind: &str, id: i64) -> BindingResult<RecordName> {
    RecordKind::from_word(kind)
        .zip(u64::try_from(id).ok())
        .and_then(|(kind, id)| RecordName::new(kind, id))
        .filter(|name| name.kind() != RecordKind::Beacon)
        .ok_or_else(|| {
            misuse("a record has one of the documented kinds, and the id 0 if there is only one of its kind")
        })
}

#[php_impl]
impl PhpRecords {
    pub fn __construct(
        keyring: &PhpKeyring,
        store: &PhpStore,
        site: Option<&str>,
        address: &str,
    ) -> BindingResult<Self> {
        let (keyring, store) = (Arc::clone(&keyring.0), Arc::clone(&store.0));
        Ok(Self(Records::new(keyring, store, site, address)?))
    }

    pub fn state(&self) -> PhpDecision {
        self.0.state().into()
    }

    pub fn site_epoch(&self) -> i64 {
        int(self.0.site_epoch())
    }

    pub fn site_data(&self, event: &str) -> BindingResult<String> {
        let event = SiteEvent::from_word(event)
            .ok_or_else(|| misuse("the event must be created, restored, moved or copied"))?;
        Ok(self.0.site_data(event, &SystemEntropy)?)
    }

    #[php(optional = text)]
    pub fn next_version(
        &self,
        kind: &str,
        id: i64,
        text: Option<&str>,
        data: Option<&str>,
    ) -> BindingResult<i64> {
        Ok(int(self.0.next_version(
            name(kind, id)?,
            text,
            data,
            SystemClock.now(),
        )))
    }

    pub fn open(
        &self,
        kind: &str,
        id: i64,
        text: Option<&str>,
    ) -> BindingResult<Either<PhpRecord, PhpDecision>> {
        Ok(match self.0.open(name(kind, id)?, text) {
            Ok(record) => Either::One(PhpRecord(record)),
            Err(reason) => Either::Other(reason.into()),
        })
    }

    pub fn open_behind(
        &self,
        kind: &str,
        id: i64,
        text: &str,
    ) -> BindingResult<Either<PhpRecord, PhpDecision>> {
        let name = name(kind, id)?;
        let opened = ratchet::with(|ratchet| self.0.open_behind(name, text, ratchet));
        match opened {
            Ok(record) => Ok(Either::One(PhpRecord(record))),
            Err(RecordError::Refused(reason)) if reason != Reason::AgentAtWork => {
                Ok(Either::Other(reason.into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    pub fn is_stopped(&self, text: Option<&str>) -> bool {
        self.0.is_stopped(text)
    }

    pub fn explain(&self, draft: &str, records: &ZendHashTable) -> BindingResult<String> {
        let expected = "a record to explain has kind, id, version and data";
        let rows = ArrayRow::list(records, &["kind", "id", "version", "data"], expected)?;
        let changes = rows
            .iter()
            .map(|row| {
                let kind = row.word("kind", |word| Some(word.to_owned()))?;
                Ok(RecordChange {
                    name: name(&kind, row.number("id")?)?,
                    version: row.number("version")?,
                    data: row.text("data")?.ok_or_else(|| misuse(expected))?,
                })
            })
            .collect::<BindingResult<Vec<_>>>()?;
        Ok(Records::explain(draft, &changes)?)
    }

    #[php(optional = replaced)]
    pub fn seal(
        &self,
        append: &PhpAuditAppend,
        kind: &str,
        id: i64,
        version: i64,
        data: &str,
        replaced: Option<&str>,
    ) -> BindingResult<String> {
        let change = RecordChange {
            name: name(kind, id)?,
            version: number(version, "the version of a record is 1 or more")?,
            data,
        };
        let sealed = ratchet::with(|ratchet| self.0.seal(&append.0, &change, replaced, ratchet));
        Ok(sealed?)
    }

    pub fn committed(&mut self, texts: &ZendHashTable) -> BindingResult<()> {
        let texts = string_list(texts)?;
        Ok(ratchet::with(|ratchet| self.0.committed(&texts, ratchet))?)
    }

    pub fn beacon(&self) -> BindingResult<String> {
        Ok(self.0.beacon(SystemClock.now())?)
    }

    pub fn adopt(
        &mut self,
        beacon: Option<&str>,
        texts: &ZendHashTable,
        confirmed: bool,
    ) -> BindingResult<PhpDecision> {
        let (texts, now) = (string_list(texts)?, SystemClock.now());
        let adopted =
            ratchet::with(|ratchet| self.0.adopt(beacon, &texts, confirmed, now, ratchet));
        match adopted {
            Ok(()) => Ok(self.0.state().into()),
            Err(RecordError::Refused(reason)) if reason != Reason::AgentAtWork => Ok(reason.into()),
            Err(error) => Err(error.into()),
        }
    }

    pub fn moved(&mut self, beacon: Option<&str>, texts: &ZendHashTable) -> BindingResult<()> {
        let texts = string_list(texts)?;
        Ok(ratchet::with(|ratchet| {
            self.0.moved(beacon, &texts, SystemClock.now(), ratchet)
        })?)
    }

    pub fn copied(&mut self, texts: &ZendHashTable) -> BindingResult<()> {
        let texts = string_list(texts)?;
        Ok(ratchet::with(|ratchet| self.0.copied(&texts, ratchet))?)
    }

    pub fn witness(&self) -> crate::php::convert::PhpArray {
        let place = self.0.place();
        let failure = self.0.failure().map(|failure| failure.to_string());
        assoc([
            ("place".to_owned(), place.word.into_zval(false)?),
            ("keeps_data".to_owned(), place.keeps_data.into_zval(false)?),
            ("records".to_owned(), int(self.0.known()).into_zval(false)?),
            ("failure".to_owned(), failure.into_zval(false)?),
        ])
    }

    pub fn new_id() -> BindingResult<i64> {
        Ok(int(Records::new_id(&SystemEntropy)?))
    }
}
