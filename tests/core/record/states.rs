//! The states of a site, and what brings it back.

use countersign::decision::Decision;
use countersign::reason::Reason;
use countersign::record::{RecordError, RecordKind, Records, SiteEvent};

use super::support::{
    ADDRESS, CONNECTION, EARLY, NOW, Site, in_folder, keys, memory, name, site, switch,
};

const ACTIVE: &str = r#"{"epoch":0,"state":"active"}"#;
const PAUSED: &str = r#"{"epoch":0,"state":"paused"}"#;
const TWO_HOURS: u64 = 7_200;

fn state(records: &Records) -> Option<Reason> {
    match records.state() {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.reason),
    }
}

#[test]
fn restored_record_is_behind_its_witness() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let old = site.commit(connection, 1, ACTIVE);
    let new = site.commit(connection, 2, PAUSED);
    let records = site.records();
    assert_eq!(
        records.open(connection, Some(&old)).err(),
        Some(Reason::RecordRolledBack)
    );
    assert!(records.open(connection, Some(&new)).is_ok());
    assert_eq!(
        records.open(connection, None).err(),
        Some(Reason::RecordMissing)
    );
    assert_eq!(
        records.open(connection, Some("")).err(),
        Some(Reason::RecordMissing)
    );
    let never = records.open(name(CONNECTION, 8), Some("")).err();
    assert_eq!(never, Some(Reason::RecordUnsealed));
    assert_eq!(records.next_version(connection, Some(&old), None, EARLY), 3);
    let again = site.seal(connection, 2, ACTIVE);
    assert_eq!(again, Err(RecordError::Refused(Reason::RecordRolledBack)));
}

#[test]
fn reading_a_newer_record_raises_the_witness() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let old = site.commit(connection, 1, ACTIVE);
    // The process that changed the record died before it raised the witness.
    let new = site.seal(connection, 2, PAUSED).unwrap();
    assert!(site.records().open(connection, Some(&old)).is_ok());
    assert!(site.records().open(connection, Some(&new)).is_ok());
    let why = site.records().open(connection, Some(&old)).err();
    assert_eq!(why, Some(Reason::RecordRolledBack));
}

#[test]
fn kill_switch_is_off_only_if_a_current_record_says_so() {
    let (mut site, off) = Site::new(memory());
    assert!(!site.records().is_stopped(Some(&off)));
    assert!(site.records().is_stopped(None));
    assert!(site.records().is_stopped(Some("0")));
    let on = site.commit(switch(), 2, r#"{"on":true}"#);
    assert!(site.records().is_stopped(Some(&on)));
    assert!(site.records().is_stopped(Some(&off)));
    let off = site.commit(switch(), 3, r#"{"on":false}"#);
    assert!(!site.records().is_stopped(Some(&off)));
    site.text = None;
    assert!(site.records().is_stopped(Some(&off)));
}

#[test]
fn restored_site_starts_a_new_epoch_when_acknowledged() {
    let (mut site, _) = Site::new(memory());
    let first = site.text.clone();
    for version in 2..4 {
        let data = site.data(SiteEvent::Restored);
        site.text = Some(site.commit(self::site(), version, &data));
        assert_eq!(site.records().site_epoch(), version);
    }
    // The database shows the first record again.
    site.text = first;
    assert_eq!(state(&site.records()), Some(Reason::RecordRolledBack));
    let data = site.data(SiteEvent::Restored);
    assert_eq!(
        site.records().next_version(self::site(), None, None, EARLY),
        4
    );
    let text = site.commit(self::site(), 4, &data);
    site.text = Some(text);
    assert_eq!(
        (state(&site.records()), site.records().site_epoch()),
        (None, 4)
    );
}

#[test]
fn record_of_the_site_tells_the_state() {
    let (mut site, _) = Site::new(memory());
    assert_eq!(state(&site.records()), None);
    let text = site.text.take().unwrap();
    assert_eq!(state(&site.records()), Some(Reason::RecordMissing));
    site.text = Some(text.replace("csr1", "csr2"));
    assert_eq!(state(&site.records()), Some(Reason::RecordForged));
    site.text = Some(text.clone());
    site.address = "copy.example/";
    assert_eq!(state(&site.records()), Some(Reason::SiteMoved));
    site.address = super::support::ADDRESS;
    site.keyring = keys([1; 8], b'n');
    assert_eq!(state(&site.records()), Some(Reason::KeysChanged));
    site.keyring = keys([1; 8], b'm');
    site.store = memory();
    assert_eq!(state(&site.records()), Some(Reason::WitnessMissing));
}

#[test]
fn lost_witness_is_adopted_from_a_fresh_beacon_or_by_a_person() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let old = site.commit(connection, 1, ACTIVE);
    let new = site.commit(connection, 2, PAUSED);
    let beacon = site.records().beacon(NOW).unwrap();
    let text = site.text.clone().unwrap();
    let lose = |site: &mut Site| site.store = memory();
    let adopt = |site: &Site, beacon: Option<&str>, confirmed, seconds| {
        let texts = [text.as_str(), &old];
        site.records()
            .adopt(beacon, &texts, confirmed, NOW.plus_seconds(seconds), None)
    };
    let missing = Err(RecordError::Refused(Reason::WitnessMissing));
    lose(&mut site);
    assert_eq!(adopt(&site, None, false, 0), missing);
    assert_eq!(adopt(&site, Some(&beacon), false, TWO_HOURS), missing);
    assert_eq!(adopt(&site, Some(&new), false, 0), missing);
    assert_eq!(adopt(&site, Some(&beacon), false, TWO_HOURS - 1), Ok(()));
    // The record was restored together with the loss: the beacon shows it.
    let why = site.records().open(connection, Some(&old)).err();
    assert_eq!(why, Some(Reason::RecordRolledBack));
    assert_eq!(state(&site.records()), None);
    lose(&mut site);
    assert_eq!(adopt(&site, None, true, 0), Ok(()));
    assert!(site.records().open(connection, Some(&old)).is_ok());
    let read = |site: &Site| site.records().open(connection, Some(&new)).is_ok();
    assert!(read(&site));
}

#[test]
fn copy_leaves_the_witness_of_the_original_alone() {
    let store = memory();
    let (mut original, off) = Site::new(store.clone());
    let connection = name(CONNECTION, 7);
    let active = original.commit(connection, 1, ACTIVE);
    let mut copy = Site::empty(store);
    copy.address = "copy.example/";
    copy.text = original.text.clone();
    assert_eq!(state(&copy.records()), Some(Reason::SiteMoved));
    // Reading and changing on the copy raises nothing.
    let revoked = copy.seal(connection, 2, PAUSED).unwrap();
    assert!(copy.records().open(connection, Some(&revoked)).is_ok());
    let moved = Err(RecordError::Refused(Reason::SiteMoved));
    assert_eq!(copy.records().committed(&[&revoked], None), moved);
    assert!(original.records().open(connection, Some(&active)).is_ok());
    let data = copy.data(SiteEvent::Copied);
    let text = copy.seal(site(), 2, &data).unwrap();
    let mut records = copy.records();
    assert!(records.copied(&[&revoked], None).is_err());
    records.copied(&[&text, &off, &revoked], None).unwrap();
    copy.text = Some(text);
    assert_eq!(
        (state(&copy.records()), copy.records().site_epoch()),
        (None, 2)
    );
    let why = copy.records().open(connection, Some(&active)).err();
    assert_eq!(why, Some(Reason::RecordForeign));
    assert!(original.records().open(connection, Some(&active)).is_ok());
    assert_eq!(state(&original.records()), None);
}

#[test]
fn moved_site_keeps_its_witness_and_its_epoch() {
    let store = memory();
    let (mut site, off) = Site::new(store);
    let connection = name(CONNECTION, 7);
    let active = site.commit(connection, 1, ACTIVE);
    site.commit(connection, 2, PAUSED);
    let before = site.text.clone().unwrap();
    site.address = "new.example/shop";
    let data = site.data(SiteEvent::Moved);
    let text = site.seal(self::site(), 2, &data).unwrap();
    let texts = [text.as_str(), &off, &active];
    site.records().moved(None, &texts, EARLY, None).unwrap();
    site.text = Some(text);
    assert_eq!(
        (state(&site.records()), site.records().site_epoch()),
        (None, 0)
    );
    let why = site.records().open(connection, Some(&active)).err();
    assert_eq!(why, Some(Reason::RecordRolledBack));
    // The new place ends a connection, and reads another change that a process did not finish.
    let (ended, read) = (name(CONNECTION, 8), name(CONNECTION, 9));
    let (version, moved) = (site.text.clone().unwrap(), site.address);
    site.text = Some(before.clone());
    site.address = ADDRESS;
    let old = [ended, read].map(|name| site.seal(name, 1, ACTIVE).unwrap());
    site.text = Some(version);
    site.address = moved;
    site.commit(ended, 2, PAUSED);
    let unfinished = site.seal(read, 2, PAUSED).unwrap();
    assert!(site.records().open(read, Some(&unfinished)).is_ok());
    // A database from before the move.
    site.text = Some(before);
    assert_eq!(state(&site.records()), Some(Reason::RecordRolledBack));
    // It also shows the address from before the move.
    site.address = ADDRESS;
    assert_eq!(state(&site.records()), Some(Reason::RecordRolledBack));
    for (name, text) in [(connection, &active), (ended, &old[0]), (read, &old[1])] {
        let why = site.records().open(name, Some(text)).err();
        assert_eq!(why, Some(Reason::RecordRolledBack), "{name}");
    }
    // A person says that a backup was restored. The site knows its other address no more.
    let data = site.data(SiteEvent::Restored);
    assert!(!data.contains("former"), "{data}");
    let text = site.commit(self::site(), 3, &data);
    site.text = Some(text);
    assert_eq!(state(&site.records()), None);
    for (name, text) in [(connection, &active), (ended, &old[0]), (read, &old[1])] {
        let why = site.records().open(name, Some(text)).err();
        assert_eq!(why, Some(Reason::RecordRolledBack), "{name}");
    }
}

#[test]
fn site_remembers_eight_former_addresses() {
    let (mut site, _) = Site::new(memory());
    let places: Vec<&'static str> = (1..=10)
        .map(|place| &*Box::leak(format!("place{place}.example/").into_boxed_str()))
        .collect();
    for (version, place) in (2..).zip(&places) {
        site.address = place;
        let data = site.data(SiteEvent::Moved);
        let text = site.seal(self::site(), version, &data).unwrap();
        site.records().moved(None, &[&text], EARLY, None).unwrap();
        site.text = Some(text);
    }
    let data = site.data(SiteEvent::Restored);
    assert!(!data.contains("place1.example"), "{data}");
    for place in &places[1..9] {
        assert!(data.contains(place), "{data}");
    }
    // A copy has nothing to do with the places of its original.
    site.address = "copy.example/";
    assert!(!site.data(SiteEvent::Copied).contains("place"));
}

#[test]
fn move_without_the_old_witness_gives_no_record_back_that_nobody_showed() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let version = site.records().next_version(connection, None, None, NOW);
    let active = site.commit(connection, version, ACTIVE);
    site.store = memory();
    site.address = "new.example/";
    let data = site.data(SiteEvent::Moved);
    let text = site.seal(self::site(), 2, &data).unwrap();
    let now = NOW.plus_seconds(600);
    site.records().moved(None, &[&text], now, None).unwrap();
    site.text = Some(text);
    assert_eq!(state(&site.records()), None);
    let why = site.records().open(connection, Some(&active)).err();
    assert_eq!(why, Some(Reason::RecordRolledBack));
}

#[test]
fn damaged_witness_of_a_former_address_hinders_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (mut site, _) = Site::new(in_folder(folder.path()));
    let files = || std::fs::read_dir(folder.path()).unwrap();
    let old = files()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_none() && path.to_string_lossy().contains("/witness-"))
        .unwrap();
    site.address = "new.example/";
    let data = site.data(SiteEvent::Moved);
    let text = site.seal(self::site(), 2, &data).unwrap();
    site.records().moved(None, &[&text], EARLY, None).unwrap();
    site.text = Some(text);
    std::fs::write(old, "damaged").unwrap();
    let connection = name(CONNECTION, 7);
    let active = site.commit(connection, 1, ACTIVE);
    assert!(site.records().open(connection, Some(&active)).is_ok());
    let paused = site.seal(connection, 2, PAUSED).unwrap();
    let records = site.records();
    assert!(records.open(connection, Some(&paused)).is_ok());
    assert_eq!(records.failure(), None);
}

/// A copy at another address, whose database is that of `original`, and the sealed answer to the question about it.
fn answered(original: &Site, event: SiteEvent) -> (Site, String) {
    let mut copy = Site::empty(original.store.clone());
    copy.address = "copy.example/";
    copy.text.clone_from(&original.text);
    let data = copy.data(event);
    let version = copy.records().next_version(site(), None, None, EARLY);
    let text = copy.seal(site(), version, &data).unwrap();
    (copy, text)
}

#[test]
fn records_of_a_copy_are_nothing_on_the_original() {
    let (mut original, off) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let narrow = original.commit(connection, 1, ACTIVE);
    let on = original.commit(switch(), 2, r#"{"on":true}"#);
    let (mut copy, text) = answered(&original, SiteEvent::Copied);
    let texts = [text.as_str(), &off, &narrow];
    copy.records().copied(&texts, None).unwrap();
    copy.text = Some(text);
    let wide = copy.commit(connection, 9, ACTIVE);
    let lifted = copy.commit(switch(), 9, r#"{"on":false}"#);
    let new = copy.commit(name(CONNECTION, 9), 1, ACTIVE);
    let beacon = copy.records().beacon(NOW).unwrap();
    // Both sites acknowledge restores.
    for version in 2..5 {
        let data = original.data(SiteEvent::Restored);
        original.text = Some(original.commit(site(), version, &data));
        let data = copy.data(SiteEvent::Restored);
        copy.text = Some(copy.commit(site(), version + 1, &data));
    }
    let foreign = Some(Reason::RecordForeign);
    for (name, text) in [
        (connection, &wide),
        (switch(), &lifted),
        (name(CONNECTION, 9), &new),
    ] {
        assert!(copy.records().open(name, Some(text)).is_ok());
        assert_eq!(original.records().open(name, Some(text)).err(), foreign);
    }
    assert_eq!(copy.records().open(switch(), Some(&on)).err(), foreign);
    assert!(original.records().is_stopped(Some(&lifted)));
    assert!(original.records().open(connection, Some(&narrow)).is_ok());
    // Nothing of the copy makes a witness for the original.
    original.store = memory();
    let site = original.text.clone().unwrap();
    let adopted = original
        .records()
        .adopt(Some(&beacon), &[&site], false, NOW, None);
    assert_eq!(adopted, Err(RecordError::Refused(Reason::WitnessMissing)));
    let texts = [site.as_str(), &narrow, &wide];
    let adopted = original.records().adopt(None, &texts, true, EARLY, None);
    assert_eq!(adopted, Ok(()));
    assert!(original.records().open(connection, Some(&narrow)).is_ok());
}

#[test]
fn database_of_another_place_begins_a_lineage() {
    let (mut original, off) = Site::new(memory());
    let (mut copy, text) = answered(&original, SiteEvent::Copied);
    copy.records().copied(&[&text, &off], None).unwrap();
    // The copy gets the current database of the original, and a person says that it was restored.
    copy.text.clone_from(&original.text);
    assert_eq!(state(&copy.records()), Some(Reason::RecordRolledBack));
    let data = copy.data(SiteEvent::Restored);
    let version = copy.records().next_version(site(), None, None, EARLY);
    let text = copy.seal(site(), version, &data).unwrap();
    copy.records()
        .moved(None, &[&text, &off], EARLY, None)
        .unwrap();
    copy.text = Some(text);
    assert_eq!(state(&copy.records()), None);
    assert_eq!(state(&original.records()), None);
    let lifted = copy.commit(switch(), 9, r#"{"on":false}"#);
    original.commit(switch(), 2, r#"{"on":true}"#);
    assert!(original.records().is_stopped(Some(&lifted)));
}

#[test]
fn new_beginning_believes_nothing_from_before() {
    let (mut site, off) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let active = site.commit(connection, 1, ACTIVE);
    site.commit(switch(), 2, r#"{"on":true}"#);
    // The record of the site is removed, its address is written in another way, and older rows are put back.
    site.text = None;
    site.address = "shop.example/.";
    assert_eq!(state(&site.records()), Some(Reason::RecordMissing));
    let refused = site.seal(connection, 2, PAUSED);
    assert_eq!(refused, Err(RecordError::Refused(Reason::RecordMissing)));
    let data = site.data(SiteEvent::Created);
    site.text = Some(site.commit(self::site(), 1, &data));
    let why = |name, text: &str| site.records().open(name, Some(text)).err();
    assert_eq!(why(connection, &active), Some(Reason::RecordForeign));
    assert_eq!(why(switch(), &off), Some(Reason::RecordForeign));
}

#[test]
fn decision_after_a_restore_outranks_what_the_restore_lost() {
    let (mut site, _) = Site::new(memory());
    let connection = name(CONNECTION, 7);
    let backup = site.commit(connection, 1, ACTIVE);
    let next = |site: &Site, seconds| {
        let now = NOW.plus_seconds(seconds);
        site.records()
            .next_version(connection, Some(&backup), Some(PAUSED), now)
    };
    let version = next(&site, 0);
    let lost = site.commit(connection, version, ACTIVE);
    // The machine was lost too, and a person confirms the restored database.
    site.store = memory();
    let data = site.data(SiteEvent::Restored);
    let text = site.seal(self::site(), 2, &data).unwrap();
    site.text = Some(text.clone());
    let texts = [text.as_str(), &backup];
    site.records().adopt(None, &texts, true, NOW, None).unwrap();
    let version = next(&site, 1);
    site.commit(connection, version, PAUSED);
    for old in [&backup, &lost] {
        let why = site.records().open(connection, Some(old)).err();
        assert_eq!(why, Some(Reason::RecordRolledBack));
    }
    let grant = site
        .records()
        .next_version(name(RecordKind::Grant, 7), None, None, NOW);
    assert_eq!(grant, 1);
}

#[test]
fn lost_witness_gives_no_record_back_that_nobody_showed() {
    let (mut site, _) = Site::new(memory());
    let (revoked, grant, later) = (
        name(CONNECTION, 7),
        name(RecordKind::Grant, 7),
        name(CONNECTION, 8),
    );
    let version = site.records().next_version(revoked, None, None, NOW);
    let active = site.commit(revoked, version, ACTIVE);
    let granted = site.commit(grant, 1, "{}");
    site.store = memory();
    // Somebody removed the row before a person confirmed the database, and puts it back afterwards.
    let (text, then) = (site.text.clone().unwrap(), NOW.plus_seconds(600));
    let adopted = site.records().adopt(None, &[&text], true, then, None);
    assert_eq!(adopted, Ok(()));
    let why = site.records().open(revoked, Some(&active)).err();
    assert_eq!(why, Some(Reason::RecordRolledBack));
    assert!(site.records().open(grant, Some(&granted)).is_ok());
    let shown = site.records().open_behind(revoked, &active, None).unwrap();
    assert_eq!(shown.version(), version);
    let version = site.records().next_version(later, None, None, then);
    let new = site.commit(later, version, ACTIVE);
    assert!(site.records().open(later, Some(&new)).is_ok());
    // The beacon of the new witness knows it too.
    let beacon = site.records().beacon(then).unwrap();
    site.store = memory();
    let texts = [text.as_str(), &new];
    let adopted = site
        .records()
        .adopt(Some(&beacon), &texts, false, then, None);
    assert_eq!(adopted, Ok(()));
    let why = site.records().open(revoked, Some(&active)).err();
    assert_eq!(why, Some(Reason::RecordRolledBack));
}

#[test]
fn witness_is_not_made_by_later_records() {
    let (mut site, _) = Site::new(memory());
    site.store = memory();
    let text = site.seal(name(CONNECTION, 7), 1, ACTIVE).unwrap();
    let refused = site.records().committed(&[&text], None);
    assert_eq!(refused, Err(RecordError::Refused(Reason::WitnessMissing)));
    let status = site.store.status().unwrap();
    assert_eq!(status.values, 0);
}
