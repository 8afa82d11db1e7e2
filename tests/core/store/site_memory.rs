//! The store in memory of a site in WebAssembly, as several instances of PHP use it.

use std::path::Path;

use countersign::clock::Timestamp;
use countersign::store::{
    MemoryStore, OneTimeUse, Origin, Store as _, StoreError, open_site_memory,
};

const BYTES: usize = 1 << 20;

fn item(issued: Timestamp) -> OneTimeUse<'static> {
    OneTimeUse {
        key: [7; 32],
        origin: Origin::Local,
        issued,
        keep_until: issued.plus_seconds(900),
        receipt: b"",
    }
}

#[test]
fn an_item_that_one_instance_used_is_refused_by_every_other_one() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("site");
    let start = Timestamp::from_seconds(1_800_000_000);
    let now = start.plus_seconds(60);
    let one = MemoryStore::of_site(&folder, BYTES, start).unwrap();
    let two = MemoryStore::of_site(&folder, BYTES, now).unwrap();
    assert_eq!(one.insert_once(&item(now), now), Ok(true));
    assert_eq!(two.insert_once(&item(now), now), Ok(false));
    // A new instance in the place of both, as after 400 requests.
    drop((one, two));
    let later = now.plus_seconds(30);
    let three = MemoryStore::of_site(&folder, BYTES, later).unwrap();
    assert_eq!(three.insert_once(&item(now), later), Ok(false));
    assert_eq!(three.status().unwrap().opened_at, start);
}

#[test]
fn a_site_that_starts_again_refuses_all_items_from_before() {
    let start = Timestamp::from_seconds(1_800_000_000);
    let issued = start.plus_seconds(60);
    let again = issued.plus_seconds(60);
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = MemoryStore::of_site(&old.path().join("site"), BYTES, start).unwrap();
    assert_eq!(before.insert_once(&item(issued), issued), Ok(true));
    let after = MemoryStore::of_site(&new.path().join("site"), BYTES, again).unwrap();
    let refused = after.insert_once(&item(issued), again);
    assert_eq!(refused, Err(StoreError::Restarted));
}

#[test]
fn stores_of_different_names_share_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("countersign");
    let now = Timestamp::from_seconds(1_800_000_000);
    let open = |name: &[u8]| open_site_memory(&root, name, BYTES, now).unwrap();
    open(b"one").put(b"name", b"value").unwrap();
    assert_eq!(open(b"one").get(b"name"), Ok(Some(b"value".to_vec())));
    assert_eq!(open(b"two").get(b"name"), Ok(None));
}

#[test]
fn without_the_folder_of_php_wasm_there_is_no_store() {
    let missing = Path::new("/nonexistent/countersign");
    let now = Timestamp::from_seconds(1_800_000_000);
    let refused = open_site_memory(missing, b"", BYTES, now).err();
    assert_eq!(refused, Some(StoreError::NoSharedFolder));
}
