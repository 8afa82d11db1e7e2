//! A site whose records are sealed, committed and restored as the plugin does it.

use std::path::Path;
use std::sync::Arc;

use countersign::audit::append::{Appended, Head};
use countersign::audit::log::Log;
use countersign::clock::Timestamp;
use countersign::entropy::SystemEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::record::{RecordChange, RecordError, RecordKind, RecordName, Records, SiteEvent};
use countersign::store::{MemoryStore, Store};

use crate::support::store::TestStore;

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
/// A time at which versions count by one.
pub const EARLY: Timestamp = Timestamp::from_seconds(0);
pub const ADDRESS: &str = "shop.example/";

pub fn name(kind: RecordKind, id: u64) -> RecordName {
    RecordName::new(kind, id).unwrap()
}

pub const CONNECTION: RecordKind = RecordKind::Connection;

pub fn site() -> RecordName {
    name(RecordKind::Site, 0)
}

pub fn switch() -> RecordName {
    name(RecordKind::KillSwitch, 0)
}

pub fn keys(site: [u8; 8], material: u8) -> Arc<Keyring> {
    Arc::new(Keyring::open(SiteId::new(site), &[material; 64], &[]).unwrap())
}

pub fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new(NOW))
}

/// A store whose witness is a file in `folder`.
pub fn in_folder(folder: &Path) -> Arc<dyn Store> {
    Arc::new(TestStore::in_folder(NOW, folder))
}

/// The appends of one audit log.
pub struct Explained {
    log: Log,
    head: Head,
}

impl Explained {
    pub fn new(keyring: &Arc<Keyring>) -> Self {
        let log = Log::new(Arc::clone(keyring), memory(), "shop.example").unwrap();
        Self {
            log,
            head: Head::default(),
        }
    }

    pub fn append(&mut self, changes: &[RecordChange<'_>]) -> Appended {
        let draft = r#"{"kind":"connection","actor":{"kind":"admin"},"action":"test"}"#;
        let draft = Records::explain(draft, changes).unwrap();
        let appended = self
            .log
            .append(&self.head, &[&draft], NOW, &SystemEntropy)
            .unwrap();
        self.head = appended.head.clone();
        appended
    }
}

/// The keys, the store and the log of a site.
pub struct Site {
    pub keyring: Arc<Keyring>,
    pub store: Arc<dyn Store>,
    pub log: Explained,
    /// The sealed text of the record `site` in the database.
    pub text: Option<String>,
    pub address: &'static str,
}

impl Site {
    /// A site without records.
    pub fn empty(store: Arc<dyn Store>) -> Self {
        let keyring = keys([1; 8], b'm');
        Self {
            log: Explained::new(&keyring),
            keyring,
            store,
            text: None,
            address: ADDRESS,
        }
    }

    /// A site with its first records, and the sealed text of the kill switch, which is off.
    pub fn new(store: Arc<dyn Store>) -> (Self, String) {
        let mut site = Self::empty(store);
        let data = site.data(SiteEvent::Created);
        site.text = Some(site.commit(self::site(), 1, &data));
        let switch = site.commit(switch(), 1, r#"{"on":false}"#);
        (site, switch)
    }

    pub fn records(&self) -> Records {
        let (keyring, store) = (Arc::clone(&self.keyring), Arc::clone(&self.store));
        Records::new(keyring, store, self.text.as_deref(), self.address).unwrap()
    }

    /// Returns the data of the next record of the site.
    pub fn data(&self, event: SiteEvent) -> String {
        self.records().site_data(event, &SystemEntropy).unwrap()
    }

    pub fn seal(
        &mut self,
        name: RecordName,
        version: u64,
        data: &str,
    ) -> Result<String, RecordError> {
        let change = RecordChange {
            name,
            version,
            data,
        };
        let append = self.log.append(&[change]);
        self.records().seal(&append, &change, None, None)
    }

    /// Seals a record and raises the witness.
    pub fn commit(&mut self, name: RecordName, version: u64, data: &str) -> String {
        let text = self.seal(name, version, data).unwrap();
        self.records().committed(&[&text], None).unwrap();
        text
    }
}
