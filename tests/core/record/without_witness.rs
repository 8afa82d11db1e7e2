//! A site in WebAssembly, whose store keeps no witness: everything but the protection against restored databases works.

use std::sync::Arc;

use countersign::decision::Decision;
use countersign::reason::Reason;
use countersign::record::SiteEvent;
use countersign::store::{MemoryStore, Store};

use super::support::{ADDRESS, CONNECTION, NOW, Site, name, site as site_name, switch};

/// The store of one life of the site.
fn life() -> (tempfile::TempDir, Arc<dyn Store>) {
    let dir = tempfile::tempdir().unwrap();
    let store = MemoryStore::of_site(&dir.path().join("site"), 1 << 20, NOW).unwrap();
    (dir, Arc::new(store))
}

fn state(site: &Site) -> Option<Reason> {
    match site.records().state() {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

#[test]
fn the_witness_is_off_by_name() {
    let (_dir, store) = life();
    let (site, _) = Site::new(store);
    let records = site.records();
    assert_eq!(records.place().word, "off");
    assert_eq!(records.place().keeps_data, Some(false));
    assert_eq!((records.known(), records.failure()), (0, None));
}

#[test]
fn agents_may_act_after_every_start_of_the_site_without_a_person() {
    let (_dir, store) = life();
    let (mut site, switch) = Site::new(store);
    let connection = site.commit(name(CONNECTION, 7), 1, "{}");
    assert_eq!(state(&site), None);
    let (_dir, store) = life();
    site.store = store;
    assert_eq!(state(&site), None);
    assert!(!site.records().is_stopped(Some(&switch)));
    let opened = site.records().open(name(CONNECTION, 7), Some(&connection));
    assert!(opened.unwrap().site_state().is_allowed());
    let next = site.commit(name(CONNECTION, 7), 2, "{}");
    assert!(
        site.records()
            .open(name(CONNECTION, 7), Some(&next))
            .is_ok()
    );
}

#[test]
fn a_restored_record_is_not_noticed_and_a_forged_one_is() {
    let (_dir, store) = life();
    let (mut site, _) = Site::new(store);
    let old = site.commit(name(CONNECTION, 7), 1, "{}");
    site.commit(name(CONNECTION, 7), 2, "{}");
    // What is off, and nothing else.
    assert!(site.records().open(name(CONNECTION, 7), Some(&old)).is_ok());
    let open = |text: Option<&str>| site.records().open(name(CONNECTION, 7), text).err();
    assert_eq!(open(None), Some(Reason::RecordMissing));
    assert_eq!(open(Some("")), Some(Reason::RecordUnsealed));
    let forged = old.replacen(['a', 'b', 'c'], "d", 1);
    assert_ne!(forged, old);
    assert_eq!(open(Some(&forged)), Some(Reason::RecordForged));
    let other = site.records().open(name(CONNECTION, 8), Some(&old)).err();
    assert_eq!(other, Some(Reason::RecordForged));
}

#[test]
fn a_person_still_decides_what_a_site_at_another_address_is() {
    for event in [SiteEvent::Moved, SiteEvent::Copied] {
        let (_dir, store) = life();
        let (mut site, switch_text) = Site::new(store);
        let connection = site.commit(name(CONNECTION, 7), 1, "{}");
        site.address = "127.0.0.1:9400/";
        assert_eq!(state(&site), Some(Reason::SiteMoved));
        assert!(site.records().is_stopped(Some(&switch_text)));
        let data = site.data(event);
        let moved = site.seal(site_name(), 2, &data).unwrap();
        let texts = [moved.as_str(), &connection];
        let mut records = site.records();
        let done = match event {
            SiteEvent::Moved => records.moved(None, &texts, NOW, None),
            _ => records.copied(&texts, None),
        };
        done.unwrap();
        assert!(records.state().is_allowed());
        site.text = Some(moved);
        assert_eq!(state(&site), None);
        let opened = site.records().open(name(CONNECTION, 7), Some(&connection));
        let foreign = (event == SiteEvent::Copied).then_some(Reason::RecordForeign);
        assert_eq!(opened.err(), foreign);
        site.address = ADDRESS;
        assert_eq!(state(&site), Some(Reason::SiteMoved));
    }
}

#[test]
fn a_beacon_is_made_and_nothing_must_be_adopted() {
    let (_dir, store) = life();
    let (site, switch_text) = Site::new(store);
    let beacon = site.records().beacon(NOW).unwrap();
    let (_dir, store) = life();
    let site = Site { store, ..site };
    let mut records = site.records();
    let texts = [site.text.as_deref().unwrap(), &switch_text];
    assert_eq!(
        records.adopt(Some(&beacon), &texts, false, NOW, None),
        Ok(())
    );
    assert!(records.state().is_allowed());
    assert!(records.open(switch(), Some(&switch_text)).is_ok());
}
