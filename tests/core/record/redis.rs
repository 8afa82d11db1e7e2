//! The witness of a site whose store is a shared one.

use std::sync::Arc;

use countersign::decision::Decision;
use countersign::reason::Reason;
use countersign::record::Records;
use countersign::store::Store;

use super::support::{CONNECTION, NOW, Site, name};
use crate::store::redis_server::Server;

fn store(server: &Server) -> Arc<dyn Store> {
    Arc::new(server.store(1 << 24, NOW))
}

fn state(records: &Records) -> Option<Reason> {
    match records.state() {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

#[test]
fn witness_outlives_a_server_that_keeps_its_data() {
    let mut server = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]);
    let (mut site, _) = Site::new(store(&server));
    let old = site.commit(name(CONNECTION, 7), 1, "{}");
    let new = site.commit(name(CONNECTION, 7), 2, "{}");
    let place = site.records().place();
    assert_eq!((place.word, place.keeps_data), ("store", Some(true)));
    server.stop();
    server.again();
    site.store = store(&server);
    // The restart resets the store, but not the witness.
    assert_eq!(state(&site.records()), None);
    let open = |text| site.records().open(name(CONNECTION, 7), Some(text));
    assert_eq!(open(&old).err(), Some(Reason::RecordRolledBack));
    assert!(open(&new).is_ok());
}

#[test]
fn lost_data_of_the_server_are_a_missing_witness() {
    let mut server = Server::start(&[]);
    let (mut site, _) = Site::new(store(&server));
    assert_eq!(site.records().place().keeps_data, Some(false));
    server.stop();
    server.again();
    site.store = store(&server);
    assert_eq!(state(&site.records()), Some(Reason::WitnessMissing));
}

#[test]
fn two_machines_raise_one_witness_at_the_same_time() {
    let server = Server::start(&[]);
    let (mut site, _) = Site::new(store(&server));
    let texts: Vec<String> = (1..=40)
        .map(|id| site.seal(name(CONNECTION, id), 2, "{}").unwrap())
        .collect();
    let stores = [store(&server), store(&server)];
    std::thread::scope(|scope| {
        for (half, store) in texts.chunks(20).zip(&stores) {
            let (keyring, text) = (Arc::clone(&site.keyring), site.text.clone());
            scope.spawn(move || {
                for sealed in half {
                    let (keyring, store) = (Arc::clone(&keyring), Arc::clone(store));
                    let address = super::support::ADDRESS;
                    let mut records =
                        Records::new(keyring, store, text.as_deref(), address).unwrap();
                    records.committed(&[sealed], None).unwrap();
                }
            });
        }
    });
    assert_eq!(site.records().known(), 42);
    server.signal("-STOP");
    let broken = state(&site.records());
    server.signal("-CONT");
    assert_eq!(broken, Some(Reason::WitnessUnusable));
}
